"""Whoever takes data along reads in the file itself who answers for what is in it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.test import Client

from privacy.exports.candor_archive import Zipped, read_manifest, verify
from tests.promises import promise

NAME, ADDRESS, CONTACT = "Example & Daughters Ltd", "1 Example Street, 10115 Berlin", "legal@candor.example"


@pytest.fixture
def operator(settings):
    settings.OPERATOR = replace(settings.OPERATOR, name=NAME, address=ADDRESS, legal_email=CONTACT)
    return {"name": NAME, "address": ADDRESS, "contact": CONTACT}


def of_account(tmp_path, client):
    call_command("export_account", "acme", to=str(tmp_path / "acme.zip"), stdout=io.StringIO())
    return Zipped(str(tmp_path / "acme.zip"))


def of_oneself(tmp_path, client):
    return Zipped(io.BytesIO(client.post("/a/acme/admin/my-data/copy/").content))


@promise(105)
@pytest.mark.parametrize("taken", [of_account, of_oneself])
def test_every_archive_names_who_answers_for_it(
    committed, key_file, files_folder, acme, alice, operator, tmp_path, taken
):
    client = Client()
    client.force_login(alice)
    files = taken(tmp_path, client)
    assert not verify(files).findings
    assert read_manifest(files)["operator"] == operator
    readme = files.open("README.html").read().decode()
    assert "Example &amp; Daughters Ltd, 1 Example Street, 10115 Berlin" in readme and CONTACT in readme
