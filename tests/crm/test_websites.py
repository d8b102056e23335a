"""A website is an address of the web or a bare host, wherever it comes from; nothing that a browser would run."""

import pytest

from crm import websites
from crm.imports import mapping
from crm.imports.reading import Record
from crm.imports.rows import RowCleaner
from crm.models import Company, Contact
from lib.sheets import Sheet
from tests.api.conftest import key_for, program_of  # noqa: F401  (fixtures)

GOOD = """
tidewater.example www.tidewater.example/visit https://tidewater.example HTTP://Tidewater.example:8080/?x=1
møller.example नमस्ते.example xn--mller-kva.example#top 10.1.2.3
"""
BAD = """
javascript:alert(1) JavaScript://tidewater.example/%0aalert(1) data:text/html,x vbscript:x.example
mailto:maren@tidewater.example maren@tidewater.example ftp://tidewater.example file:///etc/passwd https://
https://alice:pw@tidewater.example //tidewater.example none tidewater tidewater.example:javascript <b>.example
https:tidewater.example tidewater..example
"""
RUNS = "javascript:alert(1)"


@pytest.mark.parametrize("text", GOOD.split())
def test_addresses_of_the_web_and_hosts_are(text):
    assert websites.is_one(text)
    assert websites.link(text).lower().startswith(("http://", "https://"))


@pytest.mark.parametrize("text", [*BAD.split(), "two words.example", "https://tidewater.example/a b"])
def test_nothing_else_is(text):
    assert not websites.is_one(text) and websites.link(text) == ""


@pytest.mark.parametrize(
    ("path", "model", "name", "typed"),
    [
        ("companies", Company, "domain", {"name": "Tidewater"}),
        ("contacts", Contact, "website", {"first_name": "Maren"}),
    ],
)
def test_forms_and_programs_say_so(client, bob, acme, inside, path, model, name, typed, alice, program_of):  # noqa: F811
    alices = program_of(acme, alice)
    client.force_login(bob)
    refused = client.post(f"/a/acme/{path}/new/", {**typed, name: RUNS})
    assert (refused.status_code, websites.NEEDED in refused.text) == (422, True)
    assert f'value="{RUNS}"' in refused.text, "what was typed is kept"
    answer = alices.post(f"{path}/", {**typed, name: RUNS})
    assert (answer.status_code, answer.data["errors"]) == (422, {name: [websites.NEEDED]})
    with inside(acme):
        assert not model.objects.exists()
    assert alices.post(f"{path}/", {**typed, name: "tidewater.example"}).data[name] == "tidewater.example"


def test_what_stands_there_already_keeps_nobody_from_another_change(client, bob, acme, inside, alice, program_of):  # noqa: F811
    """Rows from before, and from an archive."""
    alices = program_of(acme, alice)
    with inside(acme):
        company = Company.objects.create(name="Tidewater", domain="none yet")
    client.force_login(bob)
    one = f"/a/acme/companies/{company.public_id}/"
    typed = {"version": 1, "name": "Tidewater", "domain": "none yet", "city": "Aarhus"}
    assert client.post(f"{one}edit/", typed).status_code == 302
    assert 'href="https://none' not in client.get(one).text
    assert client.post(f"{one}edit/", {**typed, "version": 2, "domain": "none"}).status_code == 422
    assert alices.patch(f"companies/{company.public_id}/", {"address": {"city": "Odense"}}).status_code == 200


def test_an_import_keeps_it_in_the_note_and_says_so():
    header = ["Name", "Website", "Web page"]
    cleaner = RowCleaner(Sheet("csv", "utf-8", ",", header, 1), mapping.guess(header, []))
    row = cleaner.clean(Record(2, ["Maren Holt", RUNS, "https://tidewater.example/x"]))
    assert (row.website, row.domain) == ("https://tidewater.example/x", "tidewater.example")
    assert row.note == f"Website: {RUNS}"
    assert f"Row 2: “{RUNS}” is not a web address; it was kept in the note." in row.notes
