"""An account full of all kinds of records, really committed: a snapshot has a connection of its own."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from accounts.models import Account
from crm.models import Contact
from privacy.exports.candor_archive import Zipped

EVIL = 'back\\slash, "quote",\nnewline; =1+1 \t tab 𝄞 שלום'


@pytest.fixture
def key_file(tmp_path, settings):
    """The key that signs lies in a folder of the test's own."""
    settings.AUDIT_LOG_KEY = ""
    settings.AUDIT_LOG_KEY_FILE = tmp_path / "audit_log_key"
    return settings.AUDIT_LOG_KEY_FILE


@pytest.fixture
def full(committed, key_file, files_folder, settings, inside) -> Account:
    """Acme with its demo fortnight, and one contact whose note holds whatever breaks a format."""
    settings.DEBUG = True
    call_command("seed_demo", stdout=io.StringIO())
    acme = Account.objects.get(slug="acme")
    with inside(acme):
        Contact.objects.create(
            first_name="=HYPERLINK(1)", last_name="Ødegård", note=EVIL, custom={"a": EVIL},
            phone="+45 20 55 01 77", city="+1+cmd",
        )  # fmt: skip
    return acme


@pytest.fixture
def archived(full, tmp_path):
    """The archive of Acme as the command writes it."""
    path = tmp_path / "acme.zip"
    call_command("export_account", "acme", to=str(path), stdout=io.StringIO())
    return path


@pytest.fixture
def files(archived) -> Zipped:
    return Zipped(str(archived))
