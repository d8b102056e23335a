"""Somebody forgets something: a table, a column, a key, a file field, a key of JSON. Each makes a check speak."""

from __future__ import annotations

from types import SimpleNamespace

import psycopg
import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone
from psycopg.conninfo import make_conninfo

import datamap
from accounts import lifecycle
from accounts.files.stored import folder_of
from accounts.models import Account
from accounts.sessions import SESSION_KEY, SessionStore
from datamap import Erasure
from datamap.catalog import differences
from privacy.deletion import certificate, erasing, sessions, tables, verification
from tests import database
from tests.privacy.deletion.test_catalog import _KEYS, _TABLES

# What is kept of an erased account in JSON, key by key; names of tables beside them.
WORDS = """
    format certificate state scope kind id asked_at closed_at erased_at verified_at rows before erased after kept
    table why reason review_on events_in_the_log log name length last keys_destroyed receipts missing_receipts who
    what reference is_final ledger number digest backups last_one_ends_on until_then made_by
"""
KEYS = frozenset(WORDS.split())


@pytest.fixture
def spoiled(worker_database):
    """``spoiled("ALTER …")``: questions to a database that was changed so, in a transaction that is undone."""
    opened = []

    def change(statement):
        own = psycopg.connect(make_conninfo(database.admin_dsn(), dbname=worker_database))
        opened.append(own)
        own.execute("SET lock_timeout = '5s'")
        own.execute(statement)
        return own

    yield change
    for own in opened:
        own.rollback()
        own.close()


def test_a_forgotten_table_column_or_key_is_in_the_database_but_nowhere_else(spoiled):
    table = spoiled("CREATE TABLE crm_forgotten (id bigint PRIMARY KEY, account_id bigint, note text)")
    assert "public.crm_forgotten.note is in the database but not in the data map." in set(differences(table))
    assert ("crm_forgotten", False) in table.execute(_TABLES).fetchall(), "it has no key to the account"
    column = spoiled(
        "ALTER TABLE crm_contact ADD forgotten text, ADD crossed jsonb, ADD guide bigint,"
        " ADD CONSTRAINT forgotten_key FOREIGN KEY (guide) REFERENCES accounts_user (id) ON DELETE SET NULL"
    )
    said = set(differences(column))
    for name in ("forgotten", "crossed", "guide"):
        assert f"public.crm_contact.{name} is in the database but not in the data map." in said
    assert ("crm_contact.forgotten_key", "n", False) in column.execute(_KEYS).fetchall(), "no index, and it empties"


def file_fields(found):
    """Columns that name files by themselves: of those nobody would know when their row goes."""
    fields = [(model._meta.label, field) for model in found for field in model._meta.local_concrete_fields]
    return [f"{label}.{field.name}" for label, field in fields if isinstance(field, models.FileField)]


def test_files_stand_behind_their_one_door(db):
    assert file_fields(apps.get_models(include_auto_created=True)) == []
    with isolate_apps():

        class Brochure(models.Model):
            scan = models.FileField()

            class Meta:
                app_label = "toys"

    assert file_fields([Brochure]) == ["toys.Brochure.scan"]


def close(account, inside):
    with inside(account):
        lifecycle.close(Account.objects.get(pk=account.pk), timezone.now())
    return erasing.begin(account).number


def test_a_forgotten_file_keeps_the_certificate_away(acme, committed, inside, monkeypatch):
    monkeypatch.setattr(erasing, "shutil", SimpleNamespace(rmtree=lambda *_, **__: None))
    number, drawn_small = close(acme, inside), folder_of(acme.pk) / "ab" / "drawn_small"
    drawn_small.parent.mkdir(parents=True)
    drawn_small.write_bytes(b"x")
    deletion = erasing.finish(number)
    assert (deletion.stage, deletion.certificate) == ("verifying", "")
    assert deletion.findings == ["The folder of the account has 1 files."]


def test_a_forgotten_session_or_cache_entry_is_found(acme, globex, alice, recorder, committed):
    """What has no key to an account, and would stay: each is looked for by itself."""
    store = SessionStore()
    for words in ({SESSION_KEY: str(alice.pk)}, {sessions.PLACE: acme.pk}, {sessions.PLACE: globex.pk}):
        Session.objects.create(
            session_key=f"k{len(words)}{words}"[:40], session_data=store.encode(words), expire_date=timezone.now()
        )
    cache.set("a", {"account": str(acme.public_id)})
    cache.set("b", {"account": str(globex.public_id)})
    with recorder.looking_away():
        found = verification.findings(acme.pk, people=[alice.pk], public_id=acme.public_id)
        assert "2 sessions name the account or somebody who was to be erased." in found
        assert "The cache has 1 entries that name the account." in found
        sessions.drop(acme.pk, [alice.pk])
        assert sessions.left(acme.pk, [alice.pk]) == [] and sessions.left(globex.pk, []) != []
        assert Session.objects.count() == 2, "whoever stays is not signed out"


def unknown_keys(said):
    """Keys in what is kept that nobody has thought about."""
    if isinstance(said, list):
        return set().union(*map(unknown_keys, said))
    names = {table.name for table in tables.in_order()} | {*KEYS, *tables.KEPT, *tables.EMPTIED_WITH_THE_LOG}
    names |= {model._meta.db_table for model in apps.get_models()}
    return set().union(said.keys() - names, *map(unknown_keys, said.values())) if isinstance(said, dict) else set()


def kept(deletion):
    columns = [field.name for field in deletion._meta.fields if isinstance(field, models.JSONField)]
    return [*(getattr(deletion, name) for name in columns), certificate.facts_of(deletion.certificate)]


def test_a_forgotten_key_in_what_is_kept_is_noticed(acme, committed, inside, monkeypatch):
    number, real = close(acme, inside), certificate.of_account
    monkeypatch.setattr(certificate, "of_account", lambda *given: real(*given) | {"scope": {"firm": "Acme"}})
    deletion = erasing.finish(number)
    assert deletion.is_done and unknown_keys(kept(deletion)) == {"firm"}
    deletion.certificate = deletion.certificate.replace('"firm"', '"id"')
    assert unknown_keys(kept(deletion)) == set()


# The data map has one answer for a whole column of JSON, and knows no key in it. So no key can be forgotten where the
# column goes as a whole, with its row or emptied. These do not go, when a person or an account is erased.
STAYS_WHEN_SOMEBODY_IS_ERASED = {
    "an invoice as it was written, which tax law asks for": """
        billing.RetainedInvoice.billed_to billing.SubscriptionInvoice.billed_to""",
    "why a request was refused, in codes with evidence": """
        rights.FirmRequest.exceptions rights.RightsRequest.exceptions""",
    "what a list shows, is narrowed to or was set to": """
        crm.BulkEdit.asked crm.BulkEdit.chosen crm.BulkEdit.value crm.ListExport.asked crm.ListExport.columns
        crm.SavedView.asked crm.SavedView.columns""",
    "the firm's own words about its work": """
        crm.Company.custom crm.CustomField.choices crm.Deal.custom timetracking.ProjectTemplate.tasks""",
    "how a file was read, and how many rows came of it": """
        crm.ContactImport.mapping crm.ContactImport.match_on crm.ContactImport.sheet crm.ContactImport.tally
        crm.ContactImport.undo exports.ArchiveImport.plan timetracking.HoursImport.made
        timetracking.HoursImport.mapping timetracking.HoursImport.sheet timetracking.HoursImport.tally
        timetracking.HoursImport.undo""",
    "numbers, hashes and names of tables": """
        accounts.LogJob.report billing.MoneyIntent.wanted deletion.AccountDeletion.before
        deletion.AccountDeletion.findings deletion.AccountDeletion.gone deletion.AccountDeletion.people
        deletion.AccountDeletion.receipts deletion.PersonErasure.accounts deletion.PersonErasure.addresses
        deletion.PersonErasure.blanked deletion.PersonErasure.lines deletion.RetentionRun.removed
        exports.Export.withheld registers.Release.figures registers.Release.tally""",
}
STAYS_WHEN_AN_ACCOUNT_IS_ERASED = {
    "an invoice as it was written, which tax law asks for": "billing.RetainedInvoice.billed_to",
    "of a sign-in, and goes with it": "mfa.Authenticator.data usersessions.UserSession.data",
    "of a request that somebody made to us": "rights.Comparison.fitted rights.RightsRequest.exceptions",
    "numbers, hashes and names of tables, known key by key (above)": """
        deletion.AccountDeletion.before deletion.AccountDeletion.findings deletion.AccountDeletion.gone
        deletion.AccountDeletion.people deletion.AccountDeletion.receipts""",
    "figures that we publish, and our own rounds": """
        deletion.RetentionRun.removed registers.Release.figures registers.Release.tally""",
}


def columns_of_json(models_found):
    fields = [field for model in models_found for field in model._meta.local_concrete_fields]
    return [field for field in fields if isinstance(field, models.JSONField)]


def names_in(register):
    return sorted(name for words in register.values() for name in words.split())


def test_every_column_of_json_that_outlives_somebody_is_named_with_the_reason(db):
    found = columns_of_json(apps.get_models(include_auto_created=True))
    answers = {field: {each.field: each.erase for each in datamap.columns_of(field.model)} for field in found}
    go = (Erasure.DELETE_ROW, Erasure.CLEAR)
    staying = [str(field) for field in found if answers[field][field.name] not in go]
    assert sorted(staying) == names_in(STAYS_WHEN_SOMEBODY_IS_ERASED)
    erased = {table.name for table in tables.in_order()} | {*tables.EMPTIED_WITH_THE_LOG}
    outside = [str(field) for field in found if field.model._meta.db_table not in erased]
    assert sorted(outside) == names_in(STAYS_WHEN_AN_ACCOUNT_IS_ERASED)
