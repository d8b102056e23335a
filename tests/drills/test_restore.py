"""The drill that puts an older backup back, on a handful of rows: what it makes, erases and compares."""

import pytest
from django.db import connection

from accounts import closing
from crm.models import Contact
from drills import restore
from tests.privacy.deletion.test_erase_account import dump


@pytest.fixture
def few(monkeypatch):
    for name, number in (("CONTACTS", 4), ("ENTRIES", 4), ("PEOPLE", 1)):
        monkeypatch.setattr(restore, name, number)
    ours = {name: step for name, step in closing._STEPS.items() if not step.run.__module__.startswith("billing")}
    monkeypatch.setattr(closing, "_STEPS", ours)  # no processor is there to answer


def test_what_the_drill_makes_is_erased_and_one_changed_row_is_seen(
    few, committed, files_folder, inside, recorder, settings, tmp_path
):
    settings.DELETION_LEDGER, settings.BACKUP_KEYS = tmp_path / "ledger.jsonl", tmp_path / "keys.json"
    settings.AUDIT_LOG_KEY, settings.AUDIT_LOG_KEY_FILE = "", tmp_path / "audit_log_key"
    name = connection.settings_dict["NAME"]
    with recorder.looking_away():
        firm, other, people = restore.made()
        before = dump(name)
        assert set(restore._words_in(before)) == {restore.FIRM, restore.PERSON}
        left = restore.erase(firm, other, people)
        assert left["ledger"] == 3 and restore._words_in(dump(name)) == [], "a firm, a contact and a member"
        assert restore.rows_of(other) == left["hashes"]
        with inside(other):
            Contact.objects.filter(pk=Contact.objects.order_by("pk")[0].pk).update(note="Twice?")
        now = restore.rows_of(other)
    assert [table for table in now if now[table] != left["hashes"][table]] == ["crm_contact"]


def test_one_step_that_is_not_as_it_must_be_is_enough():
    steps = restore.Steps()
    steps.done("bin/backup", "1.0 MB")
    assert steps.wrong == []
    steps.done("verification", "3 sessions", holds=False)
    assert steps.wrong == ["verification"] and [row[-1] for row in steps.rows] == ["yes", "NO"]
