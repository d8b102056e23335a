"""Admin, Export: who may take a firm's data along, who hears of it, and for how long the file is there."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts import jobs
from accounts.models import Membership, OutgoingMail, SecurityEvent, StoredFile
from audit.keys import ready_key
from audit.models import Event
from crm.models import Contact, Note
from crm.search import reindex
from datamap import Category
from privacy.exports import actions
from privacy.exports.archive import Writing
from privacy.exports.candor_archive import Zipped, lines_of, read_manifest, verify
from privacy.exports.holders import scope_of_holder
from privacy.exports.models import Export
from privacy.exports.scopes import of_contact
from privacy.exports.snapshot import Snapshot
from tests.promises import promise

URL = "/a/acme/admin/export/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def letters():
    return sorted(OutgoingMail.objects.filter(kind__startswith="export").values_list("kind", "to"))


@pytest.fixture
def firm(committed, key_file, files_folder, acme, bob, alice):
    return acme


def written(acme, inside):
    """The one piece of the job, as the worker does it."""
    with inside(acme):
        export = Export.objects.latest("id")
        actions.go_on(str(export.public_id))
        return Export.objects.select_related("file").get(pk=export.pk)


@promise(67, 73, 80)
def test_an_owner_takes_everything_along_and_every_owner_hears_of_it(firm, alice, bob, mallory, globex, inside):
    client = browser(alice)
    assert client.get(URL).status_code == 200
    assert browser(bob).post(URL, {"scope": "account"}).status_code == 403
    assert browser(mallory).get(URL).status_code == 404
    response = client.post(URL, {"scope": "account"})
    export_url = response["Location"]
    assert b"Writing the archive" in client.get(export_url).content
    assert b"being written already" in client.post(URL, {"scope": "account"}).content
    export = written(firm, inside)
    assert export.state == "ready", export.failure
    assert client.get(export_url).status_code == 200
    assert letters() == [("export_asked", "alice@acme.example"), ("export_ready", "alice@acme.example")]

    clicked = client.post(f"{export_url}download/")
    file = client.get(clicked["Location"])
    content = b"".join(file.streaming_content)
    assert len(content) == export.file.size
    assert ("export_fetched", "alice@acme.example") in letters()
    check_ranges(client, clicked["Location"], content, file["ETag"])
    check_strangers(clicked["Location"], export_url, bob, mallory, alice)
    check_content(content, alice)
    check_end(client, firm, inside, export, export_url, clicked["Location"])


def check_ranges(client, url, content, etag):
    def part(words, **headers):
        return client.get(url, headers={"Range": words, **headers})

    for words, wanted in (("bytes=0-99", content[:100]), ("bytes=100-", content[100:]), ("bytes=-7", content[-7:])):
        response = part(words, **{"If-Range": etag})
        assert (response.status_code, b"".join(response.streaming_content)) == (206, wanted)
    assert part(f"bytes={len(content)}-").status_code == 416
    assert part("bytes=0-9", **{"If-Range": '"another"'}).status_code == 200
    assert part("bytes=9-3").status_code == 200


def check_strangers(url, export_url, bob, mallory, alice):
    assert browser(bob).get(url).status_code == 403
    assert browser(mallory).get(url).status_code == 404
    without = browser(alice).get(export_url + "file/")
    assert (without.status_code, without["Location"]) == (302, export_url)


def check_content(content, alice):
    files = Zipped(io.BytesIO(content))
    assert not verify(files).findings
    assert read_manifest(files)["asked_by"] == str(alice)
    assert b"import_account" in files.open("README.html").read()


def check_end(client, firm, inside, export, export_url, file_url):
    """The log tells of it; after its days neither bytes nor key are there."""
    with inside(firm):
        kinds = set(Event.objects.filter(account_id=firm.pk).values_list("kind", flat=True))
        assert {"export.asked", "export.written", "export.fetched"} <= kinds
        stored = StoredFile.objects.get(pk=export.file_id)
        assert len(bytes(stored.secret)) == 32 and stored.path.exists()
        StoredFile.objects.filter(pk=stored.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(file_url).status_code == 410
    assert client.post(export_url + "delete/").status_code == 302
    with inside(firm):
        stored.refresh_from_db()
        assert bytes(stored.secret) == b"" and not stored.path.exists()
    assert client.post(export_url + "download/").status_code == 410


def test_three_a_day_in_every_standing_for_owners_and_privacy_approvers(firm, bob, inside):
    Membership.objects.filter(account=firm, user=bob).update(is_privacy_approver=True)
    type(firm).objects.filter(pk=firm.pk).update(trial_ends_at=timezone.now() - timedelta(days=70))
    client = browser(bob)
    for _ in range(3):
        assert client.post(URL, {"scope": "account"}).status_code == 302
        assert written(firm, inside).state == "ready"
    answer = client.post(URL, {"scope": "account"})
    assert (answer.status_code, b"within a day" in answer.content) == (422, True)


def test_an_archive_that_could_not_be_written_is_told_to_every_owner(firm, alice, carol, inside):
    Membership.objects.filter(account=firm, user=carol).update(role="owner")
    client = browser(alice)
    url = client.post(URL, {"scope": "account"})["Location"]
    with inside(firm):
        Export.objects.update(tries=jobs.MOST_TRIES)
        assert not jobs.begin_try(Export, str(Export.objects.get().public_id))
    assert [to for kind, to in letters() if kind == "export_stopped"] == ["alice@acme.example", "carol@acme.example"]
    assert jobs.GIVEN_UP in OutgoingMail.objects.filter(kind="export_stopped").first().text
    for owner in (alice, carol):
        assert "could not write the archive" in browser(owner).get("/a/acme/notices/").content.decode()
    page = client.get(url).content.decode()
    assert jobs.GIVEN_UP in page and "does not count towards the three a day" in page
    with inside(firm):
        assert Event.objects.filter(kind="export.stopped").count() == 1
    assert client.post(URL, {"scope": "account"}).status_code == 302


@promise(125)
def test_one_contact_leaves_with_everything_about_them_and_nothing_about_others(firm, alice, bob, inside):
    with inside(firm):
        boss = Membership.objects.get(account=firm, user=alice)
        maren = Contact.objects.create(
            first_name="Maren", last_name="Holt", email="maren@tidewater.example", custom={"a": "Married to Olga"}
        )
        other = Contact.objects.create(first_name="Edith", last_name="Pell", email="edith@pell.example")
        kept = Note.objects.create(contact=maren, author=boss, text="Likes coffee")
        gossip = Note.objects.create(contact=maren, author=boss, text="Says that Edith is ill")
        Note.objects.create(contact=other, author=boss, text="Not hers")
        reindex([maren, other])
    client = browser(alice)
    assert b"No contact has this" in client.post(URL, {"scope": "contact", "contact": "x@y.example"}).content
    url = client.post(URL, {"scope": "contact", "contact": "Maren@tidewater.example"})["Location"]
    review = client.get(url)["Location"]
    page = client.get(review).content.decode()
    assert "Says that Edith is ill" in page and "Not hers" not in page
    assert "Married to Olga" in page
    withheld = [f"crm.note {gossip.public_id} text", f"crm.contact {maren.public_id} custom"]
    marked = {"withheld": withheld, "seen": seen_in(page)}
    with inside(firm):
        Note.objects.filter(pk=kept.pk).update(text="Likes tea")
    again = client.post(review, marked)
    assert again.status_code == 409 and "Likes tea" in again.content.decode()
    client.post(review, marked | {"seen": seen_in(again.content.decode())})
    export = written(firm, inside)
    assert export.state == "ready", export.failure
    with inside(firm):
        files = Zipped(io.BytesIO(export.file.open().read()))
    assert not verify(files).findings
    notes = {row["id"]: row["text"] for row in lines_of(files, "data/crm.note.jsonl")}
    assert notes == {str(kept.public_id): "Likes tea", str(gossip.public_id): "(left out: about somebody else)"}
    everything = b"".join(files.open(name).read() for name in files.names())
    for stranger in (b"Edith is ill", b"Olga", b"edith@pell", b"bob@acme"):
        assert stranger not in everything
    assert [card["id"] for card in lines_of(files, "data/crm.contact.jsonl")] == [str(maren.public_id)]
    left = [line for line in lines_of(files, "omitted.jsonl") if line["what"] == "text"]
    assert {line["id"] for line in left} == {str(gossip.public_id), str(maren.public_id)}


def seen_in(page):
    return re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]


def test_one_person_leaves_with_their_own_and_not_with_their_colleagues(firm, alice, bob, inside):
    member = Membership.objects.get(account=firm, user=bob)
    browser(alice).post(URL, {"scope": "person", "person": member.public_id})
    export = written(firm, inside)
    assert export.state == "ready", export.failure
    with inside(firm):
        files = Zipped(io.BytesIO(export.file.open().read()))
    assert [row["email"] for row in lines_of(files, "data/accounts.user.jsonl")] == ["bob@acme.example"]
    assert [row["id"] for row in lines_of(files, "data/accounts.membership.jsonl")] == [str(member.public_id)]
    assert not any(b"alice@acme" in files.open(name).read() for name in files.names())
    assert b"Coming back" not in files.open("README.html").read(), "only a whole account does"


def test_a_contact_who_goes_before_the_review_keeps_nobody_from_the_next_archive(firm, alice, inside):
    with inside(firm):
        maren = Contact.objects.create(first_name="Maren", email="maren@tidewater.example")
    client = browser(alice)
    client.post(URL, {"scope": "contact", "contact": "maren@tidewater.example"})
    assert b"being written already" in client.post(URL, {"scope": "account"}).content
    with inside(firm):
        Contact.objects.filter(pk=maren.pk).delete()
    assert client.post(URL, {"scope": "account"}).status_code == 302
    with inside(firm):
        assert list(Export.objects.order_by("id").values_list("state", "failure")) == [
            ("failed", actions.GONE),
            ("running", ""),
        ]


def test_once_its_days_are_over_a_click_lets_nothing_out_and_tells_nobody(firm, alice, inside):
    client = browser(alice)
    url = client.post(URL, {"scope": "account"})["Location"]
    export = written(firm, inside)
    with inside(firm):
        StoredFile.objects.filter(pk=export.file_id).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert b"The archive is gone" in client.get(url).content
    assert b"removed" in client.get(URL).content
    assert client.post(url + "download/").status_code == 410
    with inside(firm):
        assert Export.objects.get().downloads == 0
    assert "export_fetched" not in {kind for kind, _ in letters()}


def test_of_two_who_click_at_once_the_first_decides(firm, alice, inside):
    """Each page read the archive before the other one's click."""
    with inside(firm):
        Contact.objects.create(first_name="Maren", email="maren@tidewater.example")
    client = browser(alice)
    url = client.post(URL, {"scope": "contact", "contact": "maren@tidewater.example"})["Location"]
    with inside(firm):
        seen = [Export.objects.select_related("file").get() for _ in range(2)]
        actions.review(seen[0], withheld=[])
        assert not actions.throw_away(seen[1])
        assert Export.objects.get().state == "running"
        with pytest.raises(actions.Refused):
            actions.review(seen[1], withheld=[])
    assert b"is deleted" not in client.post(url + "delete/", follow=True).content
    assert written(firm, inside).state == "ready"
    with inside(firm):
        boss = Membership.objects.get(account=firm, user=alice)
        seen = [Export.objects.select_related("file").get() for _ in range(2)]
        assert [actions.note_fetched(each, by=boss) for each in seen] == [1, 2]
        assert Export.objects.get().downloads == 2
    assert b"is deleted" in client.post(url + "delete/", follow=True).content


def test_a_review_that_comes_second_finds_the_archive_and_no_error(firm, alice, inside, monkeypatch):
    with inside(firm):
        Contact.objects.create(first_name="Maren", email="maren@tidewater.example")
    client = browser(alice)
    url = client.post(URL, {"scope": "contact", "contact": "maren@tidewater.example"})["Location"]
    seen = seen_in(client.get(url + "review/").content.decode())

    def refuse(*args, **kwargs):
        raise actions.Refused("This archive was reviewed already.")

    monkeypatch.setattr(actions, "review", refuse)
    answer = client.post(url + "review/", {"seen": seen})
    assert (answer.status_code, answer["Location"]) == (302, url)


def test_a_text_left_out_changes_nothing_else_in_a_table(firm, inside):
    with inside(firm):
        maren = Contact.objects.create(
            first_name="=Maren",
            phone="+45 20 55 01 77",
            city="København",
            note='Says, "Edith"\nis ill',
            custom={"a": "x"},
        )
    with inside(firm):
        plain = csv_of(firm, maren)
        narrowed = csv_of(firm, maren, withheld=[f"crm.contact {maren.public_id} note"])
    assert plain.startswith(b"\xef\xbb\xbf") and b"Edith" in plain and b"Edith" not in narrowed
    before, after = rows_in(plain), rows_in(narrowed)
    assert after == [row | {"note": "(left out: about somebody else)"} for row in before]
    assert (after[0]["phone"], after[0]["note"]) == ("+45 20 55 01 77", "(left out: about somebody else)")
    assert (after[0]["first_name"], after[0]["custom"]) == ("'=Maren", '{"a": "x"}')
    assert narrowed.startswith(b"\xef\xbb\xbf")


def csv_of(account, contact, withheld=()):
    with Snapshot(account.pk) as snapshot:
        writing = Writing(account, of_contact(contact, withheld), snapshot, ready_key(), "Alice")
        return Zipped(io.BytesIO(b"".join(writing.chunks()))).open("csv/crm.contact.csv").read()


def rows_in(table):
    return list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))


@promise(125)
def test_whoever_signs_in_takes_along_what_we_keep_about_them_and_nothing_of_others(firm, alice, bob, globex, inside):
    """Across firms, without a secret, and without what a firm keeps."""
    Membership.objects.create(account=globex, user=bob, role="member")
    for user in (bob, alice):
        user.set_password("a very long word")
        user.save()
        SecurityEvent.objects.create(user=user, kind="signed_in", ip="192.0.2.7")
    client = browser(bob)
    copy = "/a/acme/admin/my-data/copy/"
    assert copy in client.get("/a/acme/admin/my-data/").content.decode()
    answer = client.post(copy)
    files = Zipped(io.BytesIO(answer.content))
    assert not verify(files).findings
    manifest = read_manifest(files)
    assert manifest["scope"] == {"kind": "holder", "id": str(bob.public_id)}
    assert [row["email"] for row in lines_of(files, "data/accounts.user.jsonl")] == [bob.email]
    assert [row["ip"] for row in lines_of(files, "data/accounts.securityevent.jsonl")] == ["192.0.2.7"]
    everything = b"".join(files.open(name).read() for name in files.names())
    for stranger in (bob.password.encode(), alice.email.encode(), b"crm.contact.jsonl", b'session_data":'):
        assert stranger not in everything, stranger
    named = {line["entity"] for line in lines_of(files, "omitted.jsonl") if line["what"] == "table"}
    every = {model._meta.label_lower for model in apps.get_models(include_auto_created=True) if not model._meta.proxy}
    assert named | {each["name"] for each in manifest["entities"]} == every
    assert "accounts.membership" in named
    columns = [column for part in scope_of_holder(bob).parts for column in part.entity.columns]
    assert Category.CREDENTIALS not in {column.answer.category for column in columns}
    for _ in range(2):
        assert client.post(copy).status_code == 200
    assert client.post(copy).status_code == 429


STANDINGS = {
    "on trial": {},
    "paid": {"paid_through": timedelta(days=20)},
    "overdue": {"paid_through": timedelta(days=20), "past_due_since": timedelta(days=-3)},
    "read-only": {"trial_ends_at": timedelta(days=-5)},
    "the last of sixty days": {"trial_ends_at": timedelta(days=-59)},
    "closing": {"trial_ends_at": timedelta(days=-61)},
    "29 days after it ended": {"trial_ends_at": timedelta(days=-89)},
    "asked to close": {"closing_at": timedelta(days=-1)},
    "29 days after somebody asked": {"closing_at": timedelta(days=-29)},
}


@promise(67)
def test_an_archive_is_asked_for_and_fetched_in_every_standing_and_thirty_days_after_the_end(
    firm, alice, carol, inside
):
    client, seen = browser(alice), set()
    Membership.objects.filter(account=firm, user=carol).update(role="owner")
    for name, facts in STANDINGS.items():
        plain = {"trial_ends_at": timedelta(days=9), "paid_through": None, "past_due_since": None, "closing_at": None}
        given = {**plain, **facts}
        moments = {
            key: timezone.now() + value if isinstance(value, timedelta) else value for key, value in given.items()
        }
        type(firm).objects.filter(pk=firm.pk).update(**moments)
        firm.refresh_from_db()
        seen.add(firm.standing().value)
        url = client.post(URL, {"scope": "account"})["Location"]
        with inside(firm):
            export = Export.objects.latest("id")
            export.file = actions.store(iter([b"all of it"]), purpose=actions.ARCHIVE, name="a.zip", by=export.by)
            export.end("ready")
        file = client.get(client.post(url + "download/")["Location"])
        assert (file.status_code, b"".join(file.streaming_content)) == (200, b"all of it"), name
        with inside(firm):
            Export.objects.update(created_at=timezone.now() - timedelta(days=2))  # another day
    assert seen == {"trialing", "active", "past_due", "read_only", "closing"}
    assert client.get(url).status_code == 200
    told = Counter(OutgoingMail.objects.filter(kind__in=("export_asked", "export_fetched")).values_list("kind", "to"))
    assert set(told.values()) == {len(STANDINGS)} and len(told) == 4  # both owners, each time
    type(firm).objects.filter(pk=firm.pk).update(closing_at=timezone.now() - timedelta(days=30, hours=1))
    firm.refresh_from_db()
    assert firm.standing().value == "closed"


def test_deleting_an_archive_asks_once_more_who_one_is(firm, alice, inside, settings):
    client = browser(alice)
    url = client.post(URL, {"scope": "account"})["Location"]
    written(firm, inside)
    settings.PROVEN_FOR = timedelta(0)
    assert "reauthenticate" in client.post(url + "delete/")["Location"]
    with inside(firm):
        assert Export.objects.select_related("file").get().has_content
