"""The eraser's function: what it takes, and all that it refuses whoever calls it."""

from __future__ import annotations

from dataclasses import replace
from unittest import mock

import psycopg
import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from accounts.models import Account
from crm.models import Company, Contact, Tag
from privacy.deletion import erasing, purge, tables
from privacy.deletion.models import AccountDeletion
from tests import database

CALL = "SELECT erase_rows(%s::regclass, %s::tid[])"


@pytest.fixture
def going(acme):
    """Acme, closed, while its rows are being erased."""
    Account.objects.filter(pk=acme.pk).update(closed_at=timezone.now())
    erasing.begin(Account.objects.get(pk=acme.pk))
    AccountDeletion.objects.update(stage=AccountDeletion.Stage.ROWS)
    return acme


def places_of(table, account):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT array_agg(ctid::text) FROM {table} WHERE account_id = %s", [account.pk])
        return cursor.fetchone()[0]


def erase(table, places):
    with connection.cursor() as cursor:
        cursor.execute(CALL, [table, places])
        return cursor.fetchone()[0]


def asks_keys():
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        return cursor.fetchone() == ("origin",)


@pytest.mark.parametrize(
    ("closed_at", "stage"),
    [(None, "rows"), (timezone.now(), "waiting"), (timezone.now(), "rest"), (timezone.now(), "done")],
)
def test_it_takes_nothing_of_an_account_that_is_not_being_erased(going, inside, closed_at, stage):
    Account.objects.filter(pk=going.pk).update(closed_at=closed_at)
    AccountDeletion.objects.update(stage=stage)
    with inside(going):
        Tag.objects.create(name="Kept")
        with pytest.raises(DatabaseError, match="is not being erased"), transaction.atomic():
            erase("crm_tag", places_of("crm_tag", going))
        assert Tag.objects.count() == 1


def test_it_takes_the_rows_of_the_active_account_and_no_others(going, globex, inside):
    with inside(globex):
        Tag.objects.create(name="Globex's")
        theirs = places_of("crm_tag", globex)
    with inside(going):
        Tag.objects.create(name="Acme's")
        ours = places_of("crm_tag", going)
        assert erase("crm_tag", theirs) == 0
        assert erase("crm_tag", [*ours, *theirs]) == 1
    with inside(globex):
        assert Tag.objects.count() == 1
        with pytest.raises(DatabaseError, match="is not being erased"), transaction.atomic():
            erase("crm_tag", theirs)


def test_a_table_that_the_app_made_for_itself_runs_nothing_as_the_eraser(going, globex, inside):
    """A trigger of its own could else take rows that the app may not, and leave other firms' keys unasked."""
    with inside(globex):
        Company.objects.create(name="Globex's")
    made = """
        CREATE TEMP TABLE bait (account_id bigint);
        INSERT INTO bait VALUES (%(account)s);
        ALTER TABLE bait ENABLE ROW LEVEL SECURITY;
        ALTER TABLE bait FORCE ROW LEVEL SECURITY;
        CREATE POLICY all_of_it ON bait USING (true);
        CREATE FUNCTION pg_temp.bite() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ran as %%, with keys %%', current_user, current_setting('session_replication_role');
        END $$;
        CREATE TRIGGER bite BEFORE DELETE ON bait FOR EACH ROW EXECUTE FUNCTION pg_temp.bite();
        ALTER TABLE bait ENABLE ALWAYS TRIGGER bite;
        GRANT SELECT, DELETE ON bait TO candor_eraser;
    """
    with inside(going), pytest.raises(DatabaseError, match="with each key asked"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(made, {"account": going.pk})
        erase("pg_temp.bait", ["(0,1)"])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("accounts_user", "with each key asked"),
        ("accounts_membership", "with each key asked"),
        ("deletion_accountdeletion", "with each key asked"),
        ("pg_class", "with each key asked"),
        ("audit_event", "permission denied"),
        ("audit_payload", "permission denied"),
        ("crm_tag; SELECT 1", "syntax error|invalid name"),
    ],
)
def test_it_refuses_what_is_not_behind_the_fence_and_the_log(going, inside, table, words):
    with inside(going), pytest.raises(DatabaseError, match=words), transaction.atomic():
        erase(table, ["(0,1)"])
    assert asks_keys()


def test_a_table_that_somebody_outside_the_fence_points_at_is_refused(worker_database, acme, committed):
    """Such a key does not exist; were it there, its rows would be left behind."""
    Account.objects.filter(pk=acme.pk).update(closed_at=timezone.now())
    erasing.begin(Account.objects.get(pk=acme.pk))
    AccountDeletion.objects.update(stage=AccountDeletion.Stage.ROWS)
    with psycopg.connect(make_conninfo(database.admin_dsn(), dbname=worker_database)) as own:
        own.execute("SELECT set_config('app.account_id', %s, true)", [str(acme.pk)])
        own.execute("ALTER TABLE crm_tag ADD CONSTRAINT tag_id UNIQUE (id)")
        own.execute("CREATE TABLE stranger (tag bigint REFERENCES crm_tag (id))")
        with pytest.raises(psycopg.Error, match="with each key asked"):
            own.execute(CALL, ["crm_tag", ["(0,1)"]])
        own.rollback()


def test_it_asks_no_key_and_has_them_asked_again_afterwards(going, inside):
    with inside(going):
        contact = Contact.objects.create(first_name="Maren", company=Company.objects.create(name="Tidewater"))
        with transaction.atomic():
            assert erase("crm_company", places_of("crm_company", going)) == 1
            assert asks_keys()
            assert Contact.objects.filter(company_id=contact.company_id).exists(), "no key was asked"
            transaction.set_rollback(True)
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")


def test_where_the_server_does_not_let_it_each_key_is_asked(worker_database, acme, inside, committed):
    with inside(acme):
        Contact.objects.create(first_name="Maren", company=Company.objects.create(name="Tidewater"))
    Account.objects.filter(pk=acme.pk).update(closed_at=timezone.now())
    erasing.begin(Account.objects.get(pk=acme.pk))
    AccountDeletion.objects.update(stage=AccountDeletion.Stage.ROWS)
    with psycopg.connect(make_conninfo(database.admin_dsn(), dbname=worker_database)) as own:
        own.execute("REVOKE SET ON PARAMETER session_replication_role FROM candor_eraser")
        own.execute("SET LOCAL ROLE candor_app")
        own.execute("SELECT set_config('app.account_id', %s, true)", [str(acme.pk)])
        places = own.execute("SELECT array_agg(ctid::text) FROM crm_company").fetchone()[0]
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            own.execute(CALL, ["crm_company", places])
        own.rollback()


def test_fewer_rows_go_at_once_where_keys_are_asked(db):
    contacts = next(table for table in tables.in_order() if table.name == "crm_contact")
    assert purge.batch_of(contacts) == purge.BATCH and contacts.asked == 0
    assert purge.batch_of(replace(contacts, asked=15)) == 500 < purge.BATCH
    with mock.patch.object(tables.roles, "ERASER", "candor_support"):
        without = next(table for table in tables.in_order.__wrapped__() if table.name == "crm_contact")
    assert without.asked > 10
