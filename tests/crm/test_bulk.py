"""Changing many records at once: exactly those that may be changed, in one batch that can be taken back."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event, Payload
from crm.bulk import work
from crm.fields import actions as fields
from crm.fields import keys
from crm.models import BulkEdit, Company, Contact, CustomField
from tests.crm.fields.conftest import own_field  # noqa: F401
from tests.promises import promise

URL = "/a/acme/lists/bulk/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def people(acme, bob, alice, inside, member_of):
    """Three clients in Aarhus, the last of which is restricted, and one elsewhere."""
    with inside(acme):
        facts = {"owner": member_of(bob), "city": "Aarhus"}
        made = [
            Contact(first_name="Ada", **facts),
            Contact(first_name="Ben", **facts | {"owner": member_of(alice)}),
            Contact(first_name="Cid", restricted_at=timezone.now(), **facts),
            Contact(first_name="Dee", **facts | {"city": "Bergen"}),
        ]
        Contact.objects.bulk_create(made)
    return made


def asked(**more):
    return {"list": "contacts", "asked": "?city=aarhus", "all": "1", "sure": "1", **more}


def test_all_that_match_get_an_owner_but_for_the_restricted(alice, acme, inside, member_of, people):
    response = browser(alice).post(URL, asked(what="owner", value=str(member_of(alice).public_id)), follow=True)
    assert "Owner: Alice Novak. 1 contact changed. 1 left out" in response.content.decode()
    with inside(acme):
        owners = dict(Contact.objects.values_list("first_name", "owner__user__first_name"))
        assert owners == {"Ada": "Alice", "Ben": "Alice", "Cid": "Bob", "Dee": "Bob"}
        history = Event.objects.get(kind="contact.changed", record_id=people[0].public_id)
        assert Payload.objects.get(event_id=history.pk).data["changes"] == {"owner": ["Bob Reyes", "Alice Novak"]}
        assert Contact.objects.get(pk=people[0].pk).version == 2
        assert Contact.objects.get(pk=people[1].pk).version == 1
        job = BulkEdit.objects.get()
        assert (job.state, job.total, job.changed, job.left_out) == ("done", 2, 1, 1)
        assert Event.objects.filter(kind="records.edited", record_id=job.public_id).count() == 1


def test_where_nothing_can_be_changed_there_is_nothing_to_press(alice, people):
    page = browser(alice).get(f"{URL}?list=contacts&row={people[2].public_id}&what=bin").content.decode()
    assert "Nothing can be changed here." in page
    assert "Move 1 to the bin" not in page
    assert 'name="what"' not in page


def test_the_page_says_what_is_left_out_before_anything_happens(alice, people):
    text = browser(alice).get(URL, {"list": "contacts", "asked": "?city=aarhus", "all": "1"}).content.decode()
    assert "Change all 3 contacts" in text
    assert "1 of them will be left as they are." in text


def test_who_sees_only_own_records_changes_only_those(bob, only_own, acme, inside, people):
    browser(bob).post(URL, asked(what="add_tag", value="client", row=[str(each.public_id) for each in people], all=""))
    with inside(acme):
        assert set(Contact.objects.filter(tags__tag__name="client").values_list("first_name", flat=True)) == {
            "Ada", "Dee",
        }  # fmt: skip


def test_who_sees_only_own_records_does_not_give_them_away(bob, alice, only_own, acme, inside, member_of, people):
    client = browser(bob)
    assert 'value="owner"' not in client.get(URL, {"list": "contacts", "all": "1"}).content.decode()
    answer = client.post(URL, asked(what="owner", value=str(member_of(alice).public_id)))
    assert "What is to be changed?" in answer.content.decode()
    with inside(acme):
        assert not BulkEdit.objects.exists()
        assert Contact.objects.get(pk=people[0].pk).owner == only_own


@promise(80)
def test_readers_are_turned_away_and_strangers_rows_stay(carol, mallory, alice, globex, acme, inside, people):
    assert browser(carol).post(URL, asked(what="bin")).status_code == 403
    words = asked(what="bin", all="", row=[str(people[0].public_id)], asked="")
    browser(mallory).post(URL.replace("acme", "globex"), words)
    with inside(acme):
        assert Contact.objects.live().count() == 4
        assert not Event.objects.filter(kind="contact.deleted").exists()
    browser(alice).post(URL, asked(what="bin", asked="", list="contacts"))
    with inside(acme):
        assert Event.objects.filter(kind="contact.deleted", actor_kind="member").count() == 3


def test_tags_fields_and_the_bin_come_and_go_as_one(alice, acme, inside, people, own_field):  # noqa: F811
    own_field("Level", "choice", choices=["Gold", "Silver"])
    client = browser(alice)
    for change in (
        {"what": "add_tag", "value": "VIP"}, {"what": "remove_tag", "value": "vip"},
        {"what": "city", "value": "Odense"}, {"what": "custom.level", "value": "gold"}, {"what": "bin"},
    ):  # fmt: skip
        with inside(acme):
            before = list(Contact.objects.order_by("pk").values("city", "custom", "deleted_at", "owner"))
        client.post(URL, asked(**change, asked="", list="contacts"))
        with inside(acme):
            job = BulkEdit.objects.latest("pk")
            assert job.changed == 3, change
            if "remove" in change["what"]:
                assert not Contact.objects.filter(tags__tag__name="VIP").exists()
            if change["what"] == "custom.level":
                level = next(field for field in keys.every("contact"))
                assert Contact.objects.filter(keys.where(level, "is", "Gold")).count() == 3
        client.post(f"{URL}{job.public_id}/undo/")
        with inside(acme):
            job.refresh_from_db()
            assert (job.state, job.restored, job.kept) == ("undone", 3, 0), change
            assert list(Contact.objects.order_by("pk").values("city", "custom", "deleted_at", "owner")) == before
            tagged = Contact.objects.filter(tags__tag__name="VIP").count()
            assert tagged == (0 if change["what"] == "add_tag" else 3)
        if change["what"] == "add_tag":
            client.post(URL, asked(**change, asked=""))


def test_undo_leaves_what_somebody_changed_since(alice, acme, inside, people):
    client = browser(alice)
    client.post(URL, asked(what="city", value="Odense"))
    with inside(acme):
        Contact.objects.filter(first_name="Ada").update(city="Ribe")
        job = BulkEdit.objects.get()
    text = client.post(f"{URL}{job.public_id}/undo/", follow=True).content.decode()
    assert "1 contacts have what they had before. 1 were left as they are" in text
    with inside(acme):
        assert set(Contact.objects.values_list("first_name", "city")) >= {("Ada", "Ribe"), ("Ben", "Aarhus")}
        assert Event.objects.filter(kind="records.put_back").count() == 1
    assert "Undo</button>" not in client.get(f"{URL}{job.public_id}/").content.decode()


def test_undo_leaves_a_field_out_that_was_deleted_since(alice, acme, inside, people, own_field):  # noqa: F811
    level, client = own_field("Level", "choice", choices=["Gold", "Silver"]), browser(alice)
    with inside(acme):
        Contact.objects.filter(city="Aarhus", restricted_at=None).update(custom={"level": "gold"})
    client.post(URL, asked(what="custom.level", value=""))
    with inside(acme):
        fields.archive(CustomField.objects.get(pk=level.pk))
        fields.remove(CustomField.objects.get(pk=level.pk))
        job = BulkEdit.objects.get()
    assert client.post(f"{URL}{job.public_id}/undo/").status_code == 302
    with inside(acme):
        job.refresh_from_db()
        assert (job.state, job.changed, job.restored, job.kept) == ("undone", 2, 0, 2)
        assert not Contact.objects.exclude(custom={}).exists()


def test_a_required_field_is_not_cleared(alice, acme, inside, people, own_field):  # noqa: F811
    own_field("Level", "text", is_required=True)
    assert browser(alice).post(URL, asked(what="custom.level", value="")).status_code == 422
    with inside(acme):
        assert not BulkEdit.objects.exists()


def test_a_filter_that_can_not_be_read_changes_nothing(alice, acme, inside, people):
    browser(alice).post(URL, asked(what="bin", asked="?city=\0&owner=x"))
    with inside(acme):
        assert Contact.objects.live().count() == 4


def test_rows_that_can_not_be_read_are_not_the_whole_list(alice, acme, inside, people):
    answer = browser(alice).post(URL, asked(what="bin", all="", asked="", row="garbage"), follow=True)
    assert "Tick the contacts" in answer.content.decode()
    assert answer.redirect_chain[0][0] == "/a/acme/contacts/?"
    with inside(acme):
        assert Contact.objects.live().count() == 4


def test_a_field_that_goes_meanwhile_does_not_widen_what_is_changed(
    alice, acme, inside, member_of, people, own_field, monkeypatch  # noqa: F811
):  # fmt: skip
    monkeypatch.setattr(work, "AT_ONCE", 1)
    monkeypatch.setattr(work, "PIECE", 1)
    level, client = own_field("Level", "choice", choices=["Gold", "Silver"]), browser(alice)
    with inside(acme):
        gold = [people[0], people[3]]
        for each in gold:
            each.custom = {"level": "gold"}
            each.save()
        keys.store(gold)
    client.post(URL, asked(what="bin", asked="?own.level=Gold"))
    with inside(acme):
        job = BulkEdit.objects.get()
        work.go_on(str(job.public_id))
        fields.archive(CustomField.objects.get(pk=level.pk))
    with inside(acme):
        while job.is_at_work:
            work.go_on(str(job.public_id))
            job.refresh_from_db()
        assert (job.state, job.total, job.done, job.changed) == ("done", 2, 2, 2)
    with inside(acme):
        assert {each.first_name for each in Contact.objects.in_bin()} == {"Ada", "Dee"}
    client.post(URL, asked(what="bin", asked="?own.level=Gold"))
    with inside(acme):
        assert Contact.objects.live().count() == 2
    page = client.get("/a/acme/contacts/?own.level=Gold").content.decode()
    assert "A field that is gone: Gold" in page
    assert "Ben" not in page


def test_many_are_changed_by_a_worker_piece_by_piece(alice, acme, inside, member_of, monkeypatch):
    monkeypatch.setattr(work, "AT_ONCE", 3)
    monkeypatch.setattr(work, "PIECE", 4)
    with inside(acme):
        Company.objects.bulk_create(Company(name=f"Firm {number}", city="Aarhus") for number in range(10))
    response = browser(alice).post(URL, asked(what="city", value="Ribe", list="companies"))
    assert re.search(r"lists/bulk/[0-9a-f-]+/$", response.url)
    with inside(acme):
        job = BulkEdit.objects.get()
        Company.objects.create(name="Came later", city="Aarhus")
        seen = []
        while job.is_at_work:
            work.go_on(str(job.public_id))
            job.refresh_from_db()
            seen.append(job.done)
        assert seen == [4, 8, 10]
        assert (job.state, job.changed, Company.objects.filter(city="Ribe").count()) == ("done", 10, 10)
    member = member_of(alice)
    member.removed_at = timezone.now()
    member.save()
    with inside(acme):
        job = BulkEdit.objects.get()
        job.begin("undoing")
        work.go_on(str(job.public_id))
        job.refresh_from_db()
        assert (job.state, job.failure) == ("failed", work.LEFT)
        assert Company.objects.filter(city="Ribe").count() == 10


def test_a_batch_takes_the_same_statements_however_many_rows(alice, acme, inside, people):
    def statements(asked_for):
        with CaptureQueriesContext(connection) as captured:
            browser(alice).post(URL, asked(what="source", value=asked_for["asked"], **asked_for))
        return len(captured)

    with inside(acme):
        Contact.objects.bulk_create(Contact(first_name=f"Given{number}", city="Vejle") for number in range(30))
    statements({"asked": "?city=bergen"})
    assert statements({"asked": "?city=bergen&q="}) == statements({"asked": "?city=vejle"})
