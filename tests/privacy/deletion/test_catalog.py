"""What erasing stands on, asked of PostgreSQL's catalog: keys to the account, rules of keys, indexes behind keys."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from accounts.models import User
from privacy.deletion import tables, verification
from privacy.exports.entities import entities, left_out
from tests import database
from tests.promises import promise

_TABLES = """
    SELECT c.relname, EXISTS (
        SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
        AND k.confrelid = 'accounts_account'::regclass AND k.confdeltype IN ('a', 'r')
    )
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
"""

# An index serves a key when its first columns are the key's, the account's alone not being enough, and when it
# covers every row that points at something.
_KEYS = """
    SELECT k.conrelid::regclass || '.' || k.conname, k.confdeltype::text, EXISTS (
        SELECT 1 FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indisvalid
        AND i.indkey[0] = ANY (k.conkey)
        AND (cardinality(k.conkey) = 1 OR i.indkey[0] <> account.attnum OR i.indkey[1] = ANY (k.conkey))
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\\([a-z_]+ IS NOT NULL\\)$')
    )
    FROM pg_constraint k
    LEFT JOIN pg_attribute account ON account.attrelid = k.conrelid AND account.attname = 'account_id'
    WHERE k.contype = 'f' AND NOT (k.confrelid = 'accounts_account'::regclass AND k.confkey = '{1}')
"""


@pytest.fixture
def ask(worker_database):
    def run(question):
        dsn = make_conninfo(database.admin_dsn(), dbname=worker_database)
        with psycopg.connect(dsn) as own:
            return own.execute(question).fetchall()

    return run


def test_every_table_of_an_account_has_its_key_to_it_and_no_rule_takes_rows_along(ask):
    without = {table for table, has_key in ask(_TABLES) if not has_key}
    assert without == {*tables.KEPT, *tables.EMPTIED_WITH_THE_LOG}, "a table without the key is forgotten in silence"


def test_the_eraser_may_take_rows_of_every_table_behind_the_fence_but_the_log(ask):
    closed = "SELECT relname FROM pg_class WHERE relforcerowsecurity"
    closed += " AND NOT has_table_privilege('candor_eraser', oid, 'SELECT, DELETE')"
    assert {name for (name,) in ask(closed)} == {"audit_event", "audit_link", "audit_payload", "audit_proof"}


def test_every_key_has_an_index_and_none_empties_or_guesses(ask):
    keys = ask(_KEYS)
    assert len(keys) > 150
    assert sorted(key for key, _, is_served in keys if not is_served) == []
    assert {rule for _, rule, _ in keys} <= {"a", "r", "c"}


def test_whoever_points_at_others_goes_first(db):
    order = [table.name for table in tables.in_order()]
    for first, later in [
        ("timetracking_timeentry", "timetracking_project"),
        ("crm_contacttag", "crm_contact"),
        ("crm_contact", "accounts_storedfile"),  # its consents name files and go with it
        ("support_access_staffaction", "support_access_ticket"),
        ("timetracking_timeentry", "accounts_membership"),
    ]:
        assert order.index(first) < order.index(later), (first, later)


@promise(148)
def test_what_is_erased_and_what_is_exported_are_one_list(db):
    """Every table of an archive is erased, and every erased table is in the archive or named with the reason."""
    by_table = {model.table for model in entities()}
    erased = {table.name for table in tables.in_order()} | {"accounts_account", "audit_payload", "audit_unsealed"}
    of_people = {"accounts_user", "support_access_ticketmessage"}  # go with a sign-in, and with a request
    assert by_table - erased - of_people == {*tables.KEPT} & by_table
    named = {name.replace(".", "_") for name in left_out()}
    assert {name for name in erased - by_table if name not in named} == set()


def test_the_check_afterwards_finds_tables_by_itself(db, acme):
    seen = {name.rpartition(".")[2] for name in verification.looked_at(acme.pk)}
    assert {table.name for table in tables.in_order()} <= seen
    assert seen >= {*tables.KEPT}, "what may stay is left out by name, not by not being seen"
    assert User._meta.db_table not in seen
    assert connection.vendor == "postgresql"
