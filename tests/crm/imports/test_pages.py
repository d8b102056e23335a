"""The import's pages: each step, for each person, with and without scripts."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import StoredFile
from crm.imports import job as jobs
from crm.imports import steps
from crm.imports.reading import REASON_COLUMN
from crm.models import Contact, ContactImport, ImportedRow
from tests.crm.imports.conftest import FOLDER, PEOPLE

URL = "/a/acme/admin/import/"
State = ContactImport.State


def page_of(job, step=""):
    return f"{URL}{job.public_id}/{step}"


def send(client, content=None, name="people.csv"):
    content = PEOPLE.encode() if content is None else content
    return client.post(URL, {"file": SimpleUploadedFile(name, content)})


# ------------------------------------------------------------------------------------------ file


def test_a_file_is_uploaded_and_its_columns_are_next(client, acme, bob, files_folder, inside):
    client.force_login(bob)
    response = send(client)
    with inside(acme):
        job = ContactImport.objects.get()
        assert job.by.user == bob
    assert response.headers["Location"] == page_of(job, "columns/")
    assert job.state == State.UPLOADED


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04xlsx", "pick CSV"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence_and_leaves_nothing(
    client, acme, alice, files_folder, inside, content, words
):
    client.force_login(alice)
    response = send(client, content)
    assert response.status_code == 422
    assert words in response.content.decode()
    with inside(acme):
        assert not ContactImport.objects.exists()
        assert not StoredFile.objects.exists()
    assert not [path for path in files_folder.rglob("*") if path.is_file()]


def test_no_file_is_said(client, acme, alice):
    client.force_login(alice)
    response = client.post(URL, {})
    assert response.status_code == 422
    assert "Choose a file first." in response.content.decode()


def test_a_file_too_large_is_said(client, acme, alice, monkeypatch):
    monkeypatch.setattr("crm.imports.reading.MAX_BYTES", 10)
    client.force_login(alice)
    response = send(client)
    assert response.status_code == 422
    assert "larger than 25 MB" in response.content.decode()


def test_past_imports_are_listed(client, acme, alice, upload, run):
    run(upload())
    client.force_login(alice)
    html = client.get(URL).content.decode()
    assert "people.csv" in html
    assert "Imported" in html


# ------------------------------------------------------------------------------------------ columns


def test_columns_show_the_guess_and_three_values(client, alice, upload):
    job = upload()
    client.force_login(alice)
    html = client.get(page_of(job, "columns/")).content.decode()
    assert '<option value="first_name" selected>' in html
    assert "Ölschläger" in html
    assert "Check all rows" in html


def test_columns_can_be_changed_and_the_check_starts(client, acme, alice, upload, inside):
    job = upload()
    client.force_login(alice)
    data = {f"column_{index}": field for index, field in enumerate(job.mapping)}
    data |= {"column_5": "", "match_on": ["email"], "on_match": "skip"}
    response = client.post(page_of(job, "columns/"), data)
    assert response.headers["Location"] == page_of(job, "check/")
    with inside(acme):
        job.refresh_from_db()
        assert (job.state, job.mapping[5], job.on_match) == (State.CHECKING, "", "skip")


def test_a_mapping_that_names_nobody_is_said(client, alice, upload):
    job = upload()
    client.force_login(alice)
    response = client.post(page_of(job, "columns/"), {"match_on": ["email"], "on_match": "fill"})
    assert response.status_code == 422
    assert "Choose a column for a name" in response.content.decode()


def test_the_file_can_be_read_with_another_encoding(client, acme, alice, upload, inside, files_folder):
    client.force_login(alice)
    send(client, "Имя;Почта\nАнна;a@x.example\n".encode("cp1251"))
    with inside(acme):
        job = ContactImport.objects.get()
    client.post(page_of(job, "columns/"), {"reread": "1", "encoding": "cp1251", "delimiter": ";"})
    html = client.get(page_of(job, "columns/")).content.decode()
    assert "Анна" in html


def test_a_finished_import_can_no_longer_be_mapped(client, alice, upload, run):
    job = run(upload())
    client.force_login(alice)
    assert client.get(page_of(job, "columns/")).headers["Location"] == page_of(job)


# ------------------------------------------------------------------------------------------ check


def test_while_a_worker_checks_the_page_asks_again(client, acme, alice, upload, inside):
    job = upload()
    with inside(acme):
        jobs.start_check(job)
    client.force_login(alice)
    html = client.get(page_of(job, "check/")).content.decode()
    assert 'hx-trigger="every 1s"' in html
    assert re.search(r'<noscript>\s*<meta http-equiv="refresh"', html)
    part = client.get(page_of(job, "check/"), headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<section")
    assert 'id="state"' in part
    assert "<html" not in part


def test_the_check_shows_good_rows_and_every_bad_one(client, alice, upload, check):
    job = check(upload())
    client.force_login(alice)
    html = client.get(page_of(job, "check/")).content.decode()
    assert "Maren Ölschläger" in html
    assert "Import 3 rows" in html
    assert "is not an e-mail address" in html
    assert 'hx-trigger="every 1s"' not in html


def test_what_is_left_out_is_named_and_what_is_empty_is_told_apart(client, alice, upload, check):
    job = check(upload(FOLDER / "google-contacts.csv"))
    client.force_login(alice)
    html = client.get(page_of(job, "check/")).content.decode()
    filled, _, empty = html.partition("more columns not taken")
    assert "Address 1 - Formatted" in filled
    assert "E-mail 1 - Label" not in html
    assert "Birthday" in empty


def test_a_header_alone_is_said_to_hold_no_rows(client, alice, upload, run):
    job = run(upload("First name,E-mail\n"))
    client.force_login(alice)
    assert "The file holds no rows." in client.get(page_of(job)).content.decode()


def test_bad_rows_are_paged_and_none_is_missing(client, alice, upload, check, monkeypatch):
    monkeypatch.setattr("crm.imports.pages.ROWS_ON_A_PAGE", 10)
    job = check(upload("First name,E-mail\n" + "".join(f"M{n},bad{n:02}\n" for n in range(25))))
    client.force_login(alice)
    seen, url = [], page_of(job, "check/")
    while url:
        html = client.get(url).content.decode()
        seen += [n for n in range(25) if f"&#x27;bad{n:02}&#x27;" in html]
        _, _, rest = html.partition('rel="next" href="')
        link = rest.partition('"')[0].replace("&amp;", "&").partition("#")[0]
        url = page_of(job, "check/") + link if link else ""
    assert seen == list(range(25))


def test_import_starts_from_the_check(client, acme, alice, upload, check, inside):
    job = check(upload())
    client.force_login(alice)
    assert client.post(page_of(job, "check/")).headers["Location"] == page_of(job)
    with inside(acme):
        job.refresh_from_db()
        assert job.state == State.RUNNING
        assert not Contact.objects.exists()


# ------------------------------------------------------------------------------------------ run and result


def test_progress_is_shown_and_can_be_stopped(client, acme, alice, upload, check, inside, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    job = check(upload())
    with inside(acme):
        jobs.start_run(job)
        jobs.go_on(str(job.public_id))
    client.force_login(alice)
    html = client.get(page_of(job)).content.decode()
    assert 'value="2" max="4"' in html
    assert "2 of 4 rows" in html
    client.post(page_of(job, "cancel/"))
    assert "Stopped after row 2" in client.get(page_of(job)).content.decode()


def test_the_result_counts_every_row_and_says_why(client, alice, upload, run):
    job = run(upload())
    client.force_login(alice)
    html = client.get(page_of(job)).content.decode()
    assert "3 rows imported, 1 not." in html
    assert "is not an e-mail address" in html
    stored = client.get(page_of(job), {"show": "stored"}).content.decode()
    assert "Nils Groß" in stored


def test_a_result_without_rejected_rows_shows_those_it_has(client, alice, upload, run):
    job = run(upload("First Name;Email\nNils;nils@gross.example\n"))
    client.force_login(alice)
    html = client.get(page_of(job)).content.decode()
    assert "1 row read, 1 imported." in html and '?show=stored#rows" aria-current="true"' in html
    assert "Nils" in html


def test_rejected_rows_come_back_as_a_file_that_can_be_mended(client, acme, alice, upload, run, inside):
    job = run(upload())
    client.force_login(alice)
    response = client.get(page_of(job, "rejected/"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="people-not-imported.csv"'
    text = response.content.decode()
    assert text.splitlines()[0].split(";")[-1] == REASON_COLUMN
    assert "Ute;Kaputt;ute(at)x" in text
    second = run(upload(text))
    assert client.get(page_of(second, "rejected/")).content.decode() == text.replace("Row 4", "Row 2")
    again = run(upload(text.replace("ute(at)x", "ute@x.example")))
    assert (again.stored, again.rejected) == (1, 0)
    with inside(acme):
        assert Contact.objects.get(email="ute@x.example").note == ""


@pytest.mark.parametrize("name", ["apple-contacts.vcf", "google-contacts-2019-utf16.csv", "linkedin-connections.csv"])
def test_every_kind_of_file_walks_through_all_pages(client, alice, upload, check, run, name):
    job = upload(FOLDER / name, name=name)
    client.force_login(alice)
    assert client.get(page_of(job, "columns/")).status_code == 200
    check(job)
    assert client.get(page_of(job, "check/")).status_code == 200
    run(job)
    assert client.get(page_of(job)).status_code == 200
    assert client.get(page_of(job, "rejected/")).status_code == 200


def test_pages_ask_no_more_for_more_rows(client, alice, upload, check, run, django_assert_max_num_queries):
    def job_of(count):
        good = "".join(f"M{n},m{n}@x.example\n" for n in range(count))
        return upload("First name,E-mail\n" + good + "".join(f"B{n},bad\n" for n in range(count)))

    client.force_login(alice)
    small, large = check(job_of(2)), check(job_of(12))
    for step in ("columns/", "check/"):
        with django_assert_max_num_queries(40) as few:
            client.get(page_of(small, step))
        with django_assert_max_num_queries(len(few)):
            client.get(page_of(large, step))
    run(small), run(large)
    with django_assert_max_num_queries(40) as few:
        client.get(page_of(small), {"show": "stored"})
    with django_assert_max_num_queries(len(few)):
        client.get(page_of(large), {"show": "stored"})


# ------------------------------------------------------------------------------------------ who may


STEPS = ["", "columns/", "check/", "rejected/"]


@pytest.mark.parametrize("step", STEPS)
def test_mallory_finds_nothing(client, acme, mallory, globex, upload, step):
    job = upload()
    client.force_login(mallory)
    assert client.get(page_of(job, step)).status_code == 404
    assert client.get(f"/a/globex/admin/import/{job.public_id}/{step}").status_code == 404
    assert client.post(f"/a/globex/admin/import/{job.public_id}/cancel/").status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_carol_only_reads_and_may_not_import(client, carol, upload, step):
    job = upload()
    client.force_login(carol)
    assert client.get(page_of(job, step)).status_code == 403
    assert client.get(URL).status_code == 403
    assert send(client).status_code == 403
    assert client.post(page_of(job, "cancel/")).status_code == 403


@pytest.mark.parametrize("step", STEPS)
def test_a_stranger_is_asked_to_sign_in(client, upload, step):
    assert client.get(page_of(upload(), step)).headers["Location"].startswith("/login/")


def test_who_sees_only_own_records_sees_only_own_imports(client, bob, upload):
    job = upload()
    member = bob.memberships.get()
    member.sees_only_own_records = True
    member.save()
    client.force_login(bob)
    assert client.get(page_of(job)).status_code == 404
    assert "people.csv" not in client.get(URL).content.decode()


def test_reading_changes_nothing(client, acme, alice, upload, check, inside):
    job = check(upload())
    client.force_login(alice)
    for step in STEPS:
        client.get(page_of(job, step))
    assert client.get(page_of(job, "cancel/")).status_code == 405
    with inside(acme):
        job.refresh_from_db()
        assert job.state == State.CHECKED
        assert ImportedRow.objects.count() == 1


@pytest.mark.parametrize("step", ["columns/", "check/"])
def test_a_file_that_expired_meanwhile_is_said(client, acme, alice, upload, check, inside, step):
    job = upload() if step == "columns/" else check(upload())
    with inside(acme):
        job.file.discard()
    client.force_login(alice)
    response = client.get(page_of(job, step), follow=True)
    assert response.status_code == 200
    assert "The file has expired. Upload it again." in response.content.decode()
