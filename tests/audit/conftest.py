"""The key that signs the log lies in a folder of the test's own."""

import pytest


@pytest.fixture(autouse=True)
def log_key_file(tmp_path, settings):
    settings.AUDIT_LOG_KEY = ""
    settings.AUDIT_LOG_KEY_FILE = tmp_path / "audit_log_key"
    return settings.AUDIT_LOG_KEY_FILE
