"""What tests of erasing share: folders of the test's own for what lies outside the database, a hash of a firm."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts import closing
from drills.hashes import TOLD, hashes_of


@pytest.fixture(autouse=True)
def outside(tmp_path, settings, files_folder, monkeypatch):
    """Ledger, keys, letters and the signing key lie in the test's own folder."""
    settings.DELETION_LEDGER = tmp_path / "ledger" / "deletion_ledger.jsonl"
    settings.BACKUP_KEYS = tmp_path / "ledger" / "backup_keys.json"
    ours = {name: step for name, step in closing._STEPS.items() if not step.run.__module__.startswith("billing")}
    monkeypatch.setattr(closing, "_STEPS", ours)  # no processor is there to answer
    settings.EMAIL_BACKEND = "accounts.mailfolder.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.AUDIT_LOG_KEY = ""
    settings.AUDIT_LOG_KEY_FILE = tmp_path / "audit_log_key"
    return tmp_path


@pytest.fixture
def state_of(inside, recorder):
    """A hash of all rows of an account for each table; what merely tells of it (log, letters) left out."""

    def read(account, but=TOLD):
        with inside(account), recorder.looking_away(), connection.cursor() as cursor:
            return hashes_of(account.pk, cursor, but)

    return read
