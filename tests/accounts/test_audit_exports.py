"""Export: the log for proof and for reading, as a file that only owners get."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone

import audit
from accounts.files.stored import discard_expired
from accounts.log import work
from accounts.models import LogJob, Membership
from accounts.tasks import read_log
from audit import candor_verify
from audit.models import Event, Payload
from crm.models import Contact
from tenancy.context import Actor, activate

LOG = "/a/acme/admin/audit/"
URL = f"{LOG}exports/"


@pytest.fixture(autouse=True)
def folders(tmp_path, settings, files_folder):
    settings.AUDIT_LOG_KEY_FILE = tmp_path / "audit_log_key"


@pytest.fixture
def hers(client, alice, acme):
    """Alice's browser; she owns Acme."""
    client.force_login(alice)
    return client


@pytest.fixture
def happens(acme, inside, alice):
    """``happens("contact.changed", anna, phone=["1", "2"])``: done by Alice."""
    alices = Membership.objects.get(account=acme, user=alice)

    def record(kind, about=None, **changes):
        with activate(acme, actor=Actor("member", alices.pk, "Alice Novak")):
            audit.record(kind, about, data={"changes": changes})

    return record


@pytest.fixture
def anna(acme, inside):
    with inside(acme):
        return Contact.objects.create(first_name="Anna", last_name="Berg")


def text_of(response):
    return " ".join(response.content.decode().split())


def exported(client, what, query=""):
    """Press the button; what the file holds, and its name."""
    answer = client.post(f"{URL}{query}", {"what": what})
    assert answer.status_code == 302, text_of(answer)
    file = client.get(f"{answer.url}file/")
    return b"".join(file.streaming_content), file.headers


def rows(client, query=""):
    content, _ = exported(client, "csv", query)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_for_proof_is_what_the_single_file_verifies(hers, happens, anna, tmp_path, capsys):
    happens("contact.changed", anna, note=["", 'naïve ✓ \u202e \\ " \n'])
    content, headers = exported(hers, "jsonl")
    assert 'filename="acme-log-' in headers["Content-Disposition"]
    file = tmp_path / "log.jsonl"
    file.write_bytes(content)
    assert candor_verify.main([str(file)]) == 0
    assert "Events 1 to 2 stand as they were sealed" in capsys.readouterr().out
    file.write_bytes(content.replace(b"contact.changed", b"contact.deleted"))
    assert candor_verify.main([str(file)]) == 1


def test_for_reading_is_a_table_of_sentences(hers, happens, anna):
    happens("contact.changed", anna, phone=["1", "2"], city=["", "Oslo"])
    head, opened, changed = rows(hers)
    assert head[:4] == ["Line", "When (Europe/Copenhagen)", "Who", "What happened"]
    assert opened[:1] + opened[2:4] == ["1", "Alice Novak", "opened the account Acme"]
    assert changed[3:7] == ["changed the phone and the city of Anna Berg", "Phone: 1 → 2; City: nothing → Oslo",
                            "contact.changed", "Anna Berg"]  # fmt: skip
    assert changed[7] == str(anna.public_id)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(hers, acme, inside, happens, name):
    with inside(acme):
        evil = Contact.objects.create(first_name=name, last_name="Berg")
    happens("contact.created", evil)
    assert rows(hers)[-1][6] == f"'{name} Berg"
    assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows(hers) for cell in row)


def test_a_table_holds_what_the_list_was_narrowed_to(hers, happens, anna):
    happens("contact.changed", anna, phone=["1", "2"])
    happens("company.created")
    assert [row[5] for row in rows(hers, f"?record={anna.public_id}")] == ["Kind", "contact.changed"]
    assert [row[5] for row in rows(hers, "?kind=contacts-and-companies")][1:] == ["contact.changed", "company.created"]
    page = text_of(hers.get(f"{URL}?kind=company.created"))
    assert "Company added" in page
    assert f'action="{URL}?kind=company.created"' in page
    assert f"{URL}?kind=company.created" in text_of(hers.get(f"{LOG}?kind=company.created"))


def test_for_proof_is_always_the_whole(hers, happens, anna):
    happens("contact.changed", anna, phone=["1", "2"])
    content, _ = exported(hers, "jsonl", "?kind=company.created")
    assert content.count(b'"type":"event"') == 2


def test_a_table_goes_on_over_many_batches(hers, happens, anna, monkeypatch):
    monkeypatch.setattr("accounts.log.sheet.BATCH", 2)
    for number in range(5):
        happens("contact.changed", anna, city=["", f"Town {number}"])
    assert [row[4] for row in rows(hers)][2:] == [f"City: nothing → Town {number}" for number in range(5)]
    assert [row[0] for row in rows(hers)][1:] == ["1", "2", "3", "4", "5", "6", "7"]


def test_erased_details_are_not_in_it(hers, happens, anna, acme, inside):
    happens("contact.changed", anna, phone=["+45 20 55 01 12", ""])
    with inside(acme):
        audit.erase(Event.objects.get(kind="contact.changed"))
    for what in ("csv", "jsonl"):
        assert b"+45 20 55 01 12" not in exported(hers, what)[0]
    assert rows(hers)[2][3] == "Contact changed (details erased)"


def test_an_export_stands_in_the_log_with_what_it_was(hers, acme, inside, alice):
    exported(hers, "jsonl")
    with inside(acme):
        event, job = Event.objects.get(kind="audit.exported"), LogJob.objects.select_related("file").get()
        said = Payload.objects.get(event_id=event.pk).data
        assert event.actor_kind == "member"
        assert (said["file"], said["sha256"]) == (job.file.name, job.file.sha256)
    assert "exported the log as" in text_of(hers.get(LOG))


def test_nothing_of_another_account_is_in_it(hers, globex, inside):
    with inside(globex):
        audit.record("contact.created", Contact.objects.create(first_name="Secret", last_name="Agent"))
    for what in ("csv", "jsonl"):
        assert b"Secret" not in exported(hers, what)[0]


@pytest.mark.parametrize("role", ["admin", "manager", "member", "billing", "reader"])
def test_only_owners_export(client, hers, acme, bob, role):
    page = hers.post(URL, {"what": "jsonl"}).url
    Membership.objects.filter(account=acme, user=bob).update(role=role)
    client.force_login(bob)
    for url in (URL, page, f"{page}file/"):
        assert client.get(url).status_code == 403
    assert client.post(URL, {"what": "jsonl"}).status_code == 403


def test_what_is_no_format_is_refused(hers, acme, inside):
    assert hers.post(URL, {"what": "exe"}).status_code == 422
    assert hers.post(f"{URL}?who=nobody", {"what": "csv"}).status_code == 422
    with inside(acme):
        assert not LogJob.objects.exists()


def test_a_file_that_expired_is_gone_and_the_page_says_so(hers, acme, inside):
    page = hers.post(URL, {"what": "csv"}).url
    with inside(acme):
        job = LogJob.objects.select_related("file").get()
        job.file.expires_at = timezone.now() - timedelta(minutes=1)
        job.file.save()
        assert discard_expired() == 1
    assert hers.get(f"{page}file/").status_code == 404
    assert "Exports are kept for a week." in text_of(hers.get(page))


def test_it_works_when_nothing_may_be_written(hers, acme):
    type(acme).objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=2))
    assert len(rows(hers)) == 2


def test_a_long_log_is_written_by_a_worker(hers, acme, monkeypatch):
    monkeypatch.setattr(work, "AT_ONCE", 0)
    page = hers.post(URL, {"what": "jsonl"}).url
    assert "Writing every event" in text_of(hers.get(page))
    assert hers.get(f"{page}file/").status_code == 404
    read_log(page.split("/")[-2], account_id=acme.pk)
    assert "Download" in text_of(hers.get(page))
    assert hers.get(f"{page}file/").status_code == 200
