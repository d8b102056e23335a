"""Where a superuser allowed it, parts of words are found: by an index, behind the fence."""

import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import substrings as allowing
from config.management.commands import allow_substring_search
from config.trouble import Trouble
from crm import search, substrings
from crm.models import Company, Contact
from crm.search import find, matching, reindex
from tenancy import catalog
from tests import database
from tests.explain import plan_of

URL = "/a/acme/search/"


@pytest.fixture(scope="module")
def superuser(django_db_setup, worker_database):
    """The superuser's address of this worker's database, where parts are found as long as this module runs."""
    dsn = database.renamed(database.admin_dsn(), worker_database)
    before = substrings._known[worker_database]
    assert allowing.allow(dsn)
    del substrings._known[worker_database]
    yield dsn
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF")
        owner.execute(f"DROP INDEX IF EXISTS {substrings.INDEX}")
    substrings._known[worker_database] = before


@pytest.fixture
def people(superuser, in_acme):
    company = Company.objects.create(name="Tidewater Museum")
    contacts = [
        Contact.objects.create(first_name="Astrid", last_name="Söderström", email="a_s@tidewater.example"),
        Contact.objects.create(first_name="Strom", last_name="Zetter", phone="+45 20 55 01 77", company=company),
        Contact.objects.create(first_name="Ask", last_name="Holm", email="axs@home.example"),
    ]
    reindex(contacts)
    reindex([company])
    return contacts


def found(text, model=Contact):
    return [str(record) for record in model.objects.filter(matching(model, text)).order_by("name_key")]


def test_parts_of_words_are_found(people):
    assert found("derSTR") == found("dErstrÖ") == ["Astrid Söderström"]
    assert found("strom") == ["Astrid Söderström", "Strom Zetter"]
    assert found("seum", Company) == ["Tidewater Museum"]
    assert found("strom 5501") == found("useum tte") == ["Strom Zetter"]
    assert found("om") == []  # two letters are looked for at beginnings alone
    assert found("om derstr") == []
    assert found("as derstr") == ["Astrid Söderström"]


@pytest.mark.parametrize("few", [500, 1, 0])
def test_of_several_parts_the_rarest_is_looked_up_and_the_others_in_its_records(people, monkeypatch, few):
    """Whether the rarest one's records are known by then or not."""
    monkeypatch.setattr(search, "FEW", few)
    assert found("str derst") == found("derst str") == ["Astrid Söderström"]
    assert found("ater trom") == ["Astrid Söderström", "Strom Zetter"]
    assert found("ater str hol") == []


def test_what_like_takes_for_a_sign_is_taken_as_typed(people):
    assert found("a_s@tide") == ["Astrid Söderström"]
    assert found("a_s@") == ["Astrid Söderström"]  # and not axs@
    assert found("a%s@home") == found("a_s@home") == []


def test_beginnings_stand_before_parts_and_nobody_twice(people, member_of, bob):
    (group,) = find(member_of(bob), "strom")
    assert [str(hit.record) for hit in group.hits] == ["Strom Zetter", "Astrid Söderström"]
    (group,) = find(member_of(bob), "strom", limit=1)
    assert [str(hit.record) for hit in group.hits] == ["Strom Zetter"]
    assert group.has_more


def test_what_very_many_words_begin_with_is_no_part(people, monkeypatch):
    monkeypatch.setattr(search, "COMMON", 1)
    assert found("strom") == ["Strom Zetter"]
    assert "IS TRUE" in str(Contact.objects.filter(matching(Contact, "derstr")).query)
    assert found("derstr") == ["Astrid Söderström"]


def test_parts_cost_two_statements_and_none_of_another_account_is_found(superuser, acme, globex, inside):
    with inside(globex):
        reindex([Contact.objects.create(first_name="Bystranger")])
        with CaptureQueriesContext(connection) as asked:
            assert found("stranger") == ["Bystranger"]
        assert len(asked) == 3
    with inside(acme):
        assert found("stranger") == []


def test_pages_and_the_api_say_and_find_it(client, bob, people, superuser, member_of):
    client.force_login(bob)
    text = client.get(URL, {"q": "derstr"}).content.decode()
    assert "Finds parts of words" in text
    assert "Astrid Söderström" in text
    assert "Astrid Söderström" in client.get(URL, {"q": "derstr", "palette": "1"}).content.decode()
    assert "Astrid Söderström" in client.get("/a/acme/contacts/", {"q": "derstr"}).content.decode()
    assert "from three letters on" in client.get(URL, {"q": "qqq", "palette": "1"}).content.decode()


def test_the_catalog_finds_no_fault_in_the_permission(superuser):
    with psycopg.connect(superuser) as owner:
        assert [fault for answer in catalog.verify(owner.cursor()) for fault in answer.faults] == []


def test_the_command_says_what_it_did(superuser, worker_database, monkeypatch):
    def said(**options):
        call_command("allow_substring_search", stdout=(out := io.StringIO()), **options)
        return out.getvalue()

    monkeypatch.setattr(allow_substring_search, "administrator", lambda: superuser)
    assert "nothing to do" in said()
    with psycopg.connect(superuser, autocommit=True) as owner:
        owner.execute("ALTER FUNCTION pg_catalog.textlike(text, text) NOT LEAKPROOF")
        owner.execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{substrings.INDEX}'::regclass")
        assert "Nothing was run" in said(dry_run=True)
        assert len(allowing.missing(owner)) == 3
    with pytest.raises(Trouble, match=r"not a superuser(?s:.*)LEAKPROOF;$"):
        allowing.allow(database.app_dsn(worker_database))
    assert "from now on" in said()
    assert "nothing to do" in said()


# The last one here: what is committed goes with its database, and the permission with it.
def test_the_index_of_parts_serves_behind_the_row_policy(superuser, committed, acme, globex, inside, monkeypatch):
    monkeypatch.setattr(search, "FEW_ALONE", 0)
    for account in (acme, globex):
        with inside(account):
            reindex(Contact.objects.bulk_create(Contact(first_name=f"Given{n}") for n in range(3000)), are_new=True)
    with psycopg.connect(superuser, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE crm_searchtoken")
    with inside(acme):
        with monkeypatch.context() as usually, CaptureQueriesContext(connection) as captured:
            usually.setattr(search, "FEW_ALONE", 2_000)
            assert len(Contact.objects.live().filter(matching(Contact, "ven299"))) == 11
            assert sum("LIKE" in query["sql"] for query in captured) == 1  # its records came along
        with CaptureQueriesContext(connection) as captured:
            assert len(Contact.objects.live().filter(matching(Contact, "ven299"))) == 11
        statements = [query["sql"] for query in captured if "LIKE" in query["sql"]]
        assert len(statements) == 2
        for statement in statements:
            plan = plan_of(statement)
            assert any("~~ '%ven299%'" in condition for condition in plan.index_conditions), plan.text
            assert plan.removed < 100, plan.text
