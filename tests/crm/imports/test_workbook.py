"""Excel files: read by a worker into plain text, sheet by sheet, each cell as it looks; and the template to fill in."""

import io
import subprocess
import sys
import zipfile
from xml.etree.ElementTree import ParseError

import pytest

from crm.imports import job as jobs
from crm.imports import mapping, reading, templates
from crm.models import Activity, Contact, Deal
from lib import workbooks
from tests.crm.imports.conftest import FOLDER

BOOK = FOLDER / "excel-german.xlsx"
State = jobs.State


@pytest.fixture
def read(acme, inside):
    """Read it as a worker does."""

    def go(job):
        with inside(acme):
            jobs.go_on(str(job.public_id))
            job.refresh_from_db()
        return job

    return go


def rows_of(content, tab=""):
    tabs, tab, rows = reading.rows_of_workbook(io.BytesIO(content), tab)
    return tabs, tab, list(rows)


def test_cells_are_texts_that_look_as_in_the_spreadsheet():
    tabs, tab, rows = rows_of(BOOK.read_bytes())
    assert (tabs, tab) == (["Lies mich", "Kunden", "Alte"], "Kunden")
    assert rows[0] == ["Kundenliste 2026"]
    assert rows[3] == ["Maren", "Ölschläger", "Nordlicht", "01099", "Dresden", "4930901820", "maren@nordlicht.example",
                       "12.5%"]  # fmt: skip
    assert rows[4] == []
    assert rows[5][4:] == ["Berlin", "030/123456", "naama@lab.example", "2026-11-03"]
    assert rows[6][5:] == ["1.5", "zoe(at)lab", "TRUE"]
    assert len(rows) == 7


def test_outlooks_export_saved_in_excel_is_known_by_its_columns():
    _, tab, (header, row) = rows_of((FOLDER / "outlook-english.xlsx").read_bytes())
    found = dict(zip(mapping.guess(header, [row]), row, strict=False))
    assert (tab, found["first_name"], found["email"]) == ("Contacts", "Jürgen", "juergen@fjord.example")
    assert (found["title"], found["company"]) == ("CTO", "Fjord")


def test_a_workbook_is_read_by_a_worker_and_imported_like_any_table(upload, read, check, run, acme, inside):
    job = upload(BOOK, name=BOOK.name)
    assert (job.state, job.written_as.header) == (State.READING, [])
    read(job)
    assert job.state == State.UPLOADED
    assert job.mapping == ["first_name", "last_name", "company", "postal_code", "city", "phone", "email", "note"]
    assert check(job).counts() == run(job).counts() == {"stored": 2, "merged": 0, "skipped": 0, "rejected": 1}
    with inside(acme):
        assert [row.row for row in job.rows.filter(outcome="rejected")] == [7]
        maren = Contact.objects.get(first_name="Maren")
        assert (maren.postal_code, maren.phone) == ("01099", "+4930901820")
        assert Contact.objects.get(first_name="נעמה").email == "naama@lab.example"
        rejected = b"".join(jobs.rejected_rows(job)).decode()
    assert "Zoë 🌻,Kaputt" in rejected


def test_another_sheet_can_be_chosen(client, alice, upload, read, acme, inside):
    job = read(upload(BOOK, name=BOOK.name))
    client.force_login(alice)
    url = f"/a/acme/admin/import/{job.public_id}/columns/"
    assert "Is it another sheet?" in client.get(url).content.decode()
    assert client.post(url, {"reread": "1", "tab": "Preise"}).status_code == 422
    assert client.post(url, {"reread": "1", "tab": "Alte"}).status_code == 302
    assert "Reading the workbook" in client.get(url).content.decode()
    with inside(acme):
        former = job.table
    read(job)
    assert (job.written_as.tab, job.mapping) == ("Alte", ["first_name", "email"])
    with inside(acme):
        former.refresh_from_db()
        assert former.discarded_at


def test_what_would_fill_the_memory_or_is_broken_is_refused_with_a_sentence(upload, read, monkeypatch):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 3_000_000)
    broken = read(upload(bomb.getvalue().decode("latin-1").encode("latin-1"), name="x.xlsx"))
    assert (broken.state, broken.failure) == (State.FAILED, workbooks.DAMAGED)
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 2_000_000)
    large = read(upload(bomb.getvalue(), name="x.xlsx"))
    assert (large.state, large.failure) == (State.FAILED, workbooks.TOO_LARGE)
    monkeypatch.setattr(reading, "MAX_ROWS", -18)
    with pytest.raises(reading.UnreadableFile, match="more than"):
        rows_of(BOOK.read_bytes())


@pytest.mark.parametrize(
    ("name", "megabytes", "why"),
    [
        ("xl/SHAREDSTRINGS.xml", 0, workbooks.DAMAGED),  # hides the size of the other one of that name
        ("xl/texts.xml", 33, workbooks.TOO_LARGE),  # texts may be called anything
    ],
)
def test_parts_made_to_fill_the_memory_are_refused(name, megabytes, why):
    with pytest.raises(reading.UnreadableFile, match=why[:40]):
        rows_of(swollen(name, megabytes))


READ_IN_100_MB = """
import io, resource, sys
from lib import workbooks

workbooks.MOST_MEMORY = 100 * 1024 * 1024
before = resource.getrlimit(resource.RLIMIT_AS)
try:
    with workbooks.opened(io.BytesIO(sys.stdin.buffer.read())):
        print("It was read.")
except workbooks.BrokenWorkbook as why:
    print(why)
assert resource.getrlimit(resource.RLIMIT_AS) == before
"""


def test_a_part_that_takes_eighteen_times_its_size_in_memory_is_refused():
    """In a process of its own: one that has worked for long has memory to spare that it need not ask for."""
    file = swollen("xl/styles.xml", 15)
    done = subprocess.run([sys.executable, "-c", READ_IN_100_MB], input=file, capture_output=True, check=True)
    assert done.stdout.decode().strip() == workbooks.TOO_LARGE, done.stderr


def no_memory_for_the_parser() -> ParseError:
    trouble = ParseError("out of memory")
    trouble.code = 1
    return trouble


@pytest.mark.parametrize("trouble", [MemoryError(), no_memory_for_the_parser()])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_reader_without_memory_says_that_the_file_is_too_large(monkeypatch, trouble, hidden):
    def parse(*_, **__):
        try:
            raise trouble
        except (MemoryError, ParseError):
            if hidden:
                raise ValueError("Unable to read workbook: could not read stylesheet") from None
            raise

    monkeypatch.setattr("openpyxl.load_workbook", parse)
    with pytest.raises(reading.UnreadableFile, match="too large"):
        rows_of(BOOK.read_bytes())


def test_a_row_that_claims_to_be_far_below_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1000)
    file = io.BytesIO()
    with zipfile.ZipFile(BOOK) as book, zipfile.ZipFile(file, "w") as made:
        for part in book.namelist():
            made.writestr(part, book.read(part).replace(b'<row r="4"', b'<row r="2000000"'))
    with pytest.raises(reading.UnreadableFile, match="damaged"):
        rows_of(file.getvalue())


def swollen(name, megabytes):
    """The workbook with one part more, or one that is larger."""
    file = io.BytesIO()
    with zipfile.ZipFile(BOOK) as book, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for part in book.namelist():
            if part != name:
                made.writestr(part, book.read(part))
        if name == "xl/SHAREDSTRINGS.xml":
            made.writestr("xl/sharedStrings.xml", b"x")
        head, tail = book.read("xl/styles.xml").split(b"</styleSheet>")
        made.writestr(
            name, head + b"<extLst>" + b"<ext/>" * (megabytes * 1024 * 1024 // 6) + b"</extLst></styleSheet>" + tail
        )
    return file.getvalue()


def test_other_archives_and_old_files_are_told_from_workbooks():
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", b"<document/>")
    for content, words in ((other.getvalue(), "no Excel workbook"), (b"\xd0\xcf\x11\xe0" + b"x" * 600, "password")):
        assert not workbooks.looks_like_workbook(io.BytesIO(content))
        with pytest.raises(reading.UnreadableFile, match=words):
            reading.look_at(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_understood_when_it_comes_back(client, alice, upload, read, run, acme, inside, kind):
    client.force_login(alice)
    response = client.get(f"/a/acme/admin/import/template.{kind}")
    assert f"contacts-to-import.{kind}" in response["Content-Disposition"]
    job = upload(response.content, name=f"template.{kind}")
    job = read(job) if kind == "xlsx" else job
    assert job.mapping == list(templates.EXAMPLE)
    assert set(job.mapping) <= set(mapping.FIELDS)
    assert run(job).stored == 1
    with inside(acme):
        maren = Contact.objects.get()
        assert (maren.full_name, maren.city, maren.phone) == ("Maren Ölschläger", "Berlin", "+4930901820")
        deal, step = Deal.objects.get(), Activity.objects.get()
        assert (deal.name, deal.value, deal.stage.name) == ("Website relaunch", 12000, "Lead")
        assert (step.subject, str(step.due_on)) == ("Send the proposal", "2027-01-15")


def test_the_same_columns_are_proposed_as_chosen_last(client, alice, acme, upload, check, inside):
    job = upload("Wer,Wo,Adresse\nMaren,Ulm,m@x.example\n")
    job.mapping, job.match_on, job.on_match = ["first_name", "city", "email"], ["name"], "update"
    check(job)
    again = upload("Wer,Wo,Adresse\nNils,Kiel,n@x.example\n", name="other.csv")
    assert (again.mapping, again.match_on, again.on_match) == (["first_name", "city", "email"], ["name"], "update")
    client.force_login(alice)
    html = client.get(f"/a/acme/admin/import/{again.public_id}/columns/").content.decode()
    assert "Proposed as chosen for the last file with these columns, people.csv" in html
    assert upload("Wer,Wo\nMaren,Ulm\n").mapping != job.mapping
