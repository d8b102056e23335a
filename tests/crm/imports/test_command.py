"""``manage.py import_contacts``: the same import without a page."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from crm.models import Contact, ContactImport
from tests.crm.imports.conftest import FOLDER, PEOPLE

pytestmark = pytest.mark.usefixtures("files_folder")


def imported(*arguments):
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("import_contacts", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def test_json_sums_to_the_rows_read(acme, people, inside):
    code, out, _ = imported("acme", people, "--json")
    found = json.loads(out)
    assert code == 0
    assert {name: found[name] for name in ("stored", "merged", "skipped")} == {"stored": 3, "merged": 0, "skipped": 0}
    assert [row["row"] for row in found["rejected"]] == [4]
    assert found["rejected"][0]["reason"].startswith("Row 4: 'ute(at)x'")
    with inside(acme):
        assert Contact.objects.count() == 2


def test_an_excel_file_is_read_and_sums_up(acme, inside):
    code, out, _ = imported("acme", FOLDER / "excel-german.xlsx", "--json", "--match-on", "email", "phone")
    found = json.loads(out)
    with inside(acme):
        rows = ContactImport.objects.get().rows_read
    assert code == 0
    assert found["stored"] + found["merged"] + found["skipped"] + len(found["rejected"]) == rows == 3


def test_in_words(acme, people):
    _, out, _ = imported("acme", people)
    assert out.startswith("Imported 3 of 4 rows;")
    assert "is not an e-mail address" in out


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(acme, people, files_folder, inside):
    code, out, _ = imported("acme", people, "--dry-run")
    assert code == 0
    assert out.startswith("Would import 3 of 4 rows;")
    with inside(acme):
        assert not Contact.objects.exists()
        assert not ContactImport.objects.exists()
    assert not [path for path in files_folder.rglob("*") if path.is_file() and path != people]


def test_the_rule_can_be_chosen(acme, people):
    imported("acme", people)
    _, out, _ = imported("acme", people, "--json", "--on-match", "skip")
    assert json.loads(out)["skipped"] == 3


@pytest.mark.parametrize(
    ("account", "content", "words"),
    [("nobody", PEOPLE, "no account"), ("acme", "", "empty"), ("acme", None, "can't be read")],
)
def test_what_cannot_be_read_is_bad_usage(acme, tmp_path, account, content, words):
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_text(content)
    code, _, err = imported(account, path)
    assert code == 2
    assert words in err
