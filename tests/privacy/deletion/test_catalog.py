"""What erasing stands on, asked of PostgreSQL's catalog: keys to the account, rules of keys, indexes behind keys."""

from __future__ import annotations

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CASCADE, ForeignKey
from psycopg.conninfo import make_conninfo

from accounts.models import User
from privacy.deletion import tables, verification
from privacy.exports.entities import entities, left_out
from tenancy.models import CASCADE_IN_DATABASE
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


_ENDS = """
    SELECT here.relname, a.attname, there.relname, k.confdeltype::text
    FROM pg_constraint k
    JOIN pg_class here ON here.oid = k.conrelid JOIN pg_class there ON there.oid = k.confrelid
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[cardinality(k.conkey)]
    WHERE k.contype = 'f'
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


# Rows that PostgreSQL deletes with the row they point at: by whole, why, and which keys. Erasing an account never leans
# on them (``tables`` has the parts' tables first), nor does erasing a person (``persons/plan`` names each row).
TAKEN_BY_THE_DATABASE = {
    "crm_contact": (
        "what a contact consists of: the bin, merging and undone imports delete contacts by the thousand",
        "crm_activity.contact crm_contact.merged_into crm_contactaddress.contact crm_contactconsent.contact"
        " crm_contactemail.contact crm_contactphone.contact crm_contactposition.contact crm_contacttag.contact"
        " crm_dealcontact.contact crm_importedrow.contact crm_mail.contact crm_mailcontact.contact"
        " crm_merge.contact crm_note.contact",
    ),
    "crm_company": (
        "what a company consists of, as with contacts",
        "crm_activity.company crm_company.merged_into crm_companyaddress.company crm_companytag.company"
        " crm_contactposition.company crm_mail.company crm_merge.company crm_note.company",
    ),
    "crm_deal": (
        "what a deal consists of, as with contacts",
        "crm_activity.deal crm_dealcontact.deal crm_dealtag.deal crm_mail.deal crm_note.deal crm_stagemove.deal",
    ),
    "crm_mail": ("goes with the record it was logged on", "crm_mailattachment.mail crm_mailcontact.mail"),
    "crm_note": ("goes with the record it was written on", "crm_mention.note"),
    "crm_merge": ("goes with the record that was merged into", "crm_mergedrecord.merge crm_mergedrow.merge"),
    "timetracking_timeentry": (
        "what an entry consists of, and the line of the file that it came from",
        "timetracking_hoursrow.entry timetracking_timeentrytag.entry",
    ),
}

# Rows outside the fence that Django deletes first where their whole is deleted through a model; the database refuses.
TAKEN_BY_DJANGO = {
    "accounts_account": (
        "nobody deletes an account through its model: erasing empties the tables, and the database refuses the rest",
        "accounts_alarm.account accounts_apikey.account accounts_invitation.account accounts_outgoingmail.account"
        " accounts_secretlink.account billing_finding.account billing_processorcustomer.account"
        " support_access_call.account support_access_grant.account support_access_look.account"
        " support_access_staffaction.account support_access_suggestion.account support_access_ticket.account"
        " support_access_ticketfile.account",
    ),
    "accounts_user": (
        "what is a sign-in's alone: erasing one follows these keys and counts the rows (people.py)",
        "account_emailaddress.user accounts_acceptance.user accounts_consent.user accounts_emailchange.user"
        " accounts_outgoingmail.user accounts_securityevent.user mfa_authenticator.user support_access_call.user"
        " support_access_ticket.user usersessions_usersession.user visits_tie.user",
    ),
    "account_emailaddress": ("allauth's own", "account_emailconfirmation.email_address"),
    "auth_group": ("Django's own; no rows", "auth_group_permissions.group"),
    "auth_permission": ("Django's own; no rows", "auth_group_permissions.permission"),
    "django_content_type": ("Django's own; no rows", "auth_permission.content_type"),
    "rights_rightsrequest": (
        "what a request for rights consists of",
        "rights_agent.request rights_comparison.request rights_step.request",
    ),
    "support_access_ticket": (
        "what a request to support consists of",
        "children_childreport.ticket support_access_grant.ticket support_access_staffaction.ticket"
        " support_access_ticketmessage.ticket",
    ),
    "support_access_call": ("what was noted of a call", "support_access_staffaction.call"),
    "support_access_grant": (
        "what became of one permission to look",
        "support_access_grantstep.grant support_access_look.grant support_access_review.grant",
    ),
    "support_access_look": ("what was proposed in one look", "support_access_suggestion.look"),
    "support_access_ticketmessage": ("what hangs on one message", "support_access_ticketfile.message"),
}


def keys_of(register):
    return {f"{key} -> {whole}" for whole, (_, keys) in register.items() for key in keys.split()}


def keys_that(*endings):
    """Keys of the models that end in one of these ways: ``table.field -> whole``, and the columns."""
    keys = (
        field for model in apps.get_models(include_auto_created=True) for field in model._meta.local_concrete_fields
    )
    return {
        f"{key.model._meta.db_table}.{key.name} -> {key.related_model._meta.db_table}": (
            key.model._meta.db_table, key.column, key.related_model._meta.db_table
        )
        for key in keys
        if isinstance(key, ForeignKey) and key.remote_field.on_delete in endings
    }  # fmt: skip


def test_every_row_that_goes_along_with_another_is_named_with_the_reason(ask):
    """The rest is NO ACTION: whoever forgets a part is refused. Django knows one rule and PostgreSQL another."""
    rules = {(table, column, whole): rule for table, column, whole, rule in ask(_ENDS)}
    by_database, by_django = keys_that(CASCADE_IN_DATABASE), keys_that(CASCADE)
    assert set(by_database) == keys_of(TAKEN_BY_THE_DATABASE)
    assert {key for key, rule in rules.items() if rule == "c"} == set(by_database.values())
    assert set(by_django) == keys_of(TAKEN_BY_DJANGO)
    assert {rules[key] for key in by_django.values()} == {"a"}, "what Django takes along, the database refuses to lose"
    assert all(why for register in (TAKEN_BY_THE_DATABASE, TAKEN_BY_DJANGO) for why, _ in register.values())


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
