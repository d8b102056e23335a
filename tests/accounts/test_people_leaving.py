"""Deactivating somebody and leaving oneself: out at the next click, with open work in other hands."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions
from accounts.handover import in_words, open_work_of
from accounts.history import history_of
from accounts.models import Membership
from accounts.people import members
from accounts.people.errors import Refused
from audit.models import Event, Payload
from crm.models import Company, Contact
from tests.days import today
from tests.promises import promise
from timetracking.actions import log_time
from timetracking.models import Project, TimeEntry

LIST = "/a/acme/admin/people/"


@pytest.fixture
def of(acme):
    return lambda user: Membership.objects.select_related("account", "user").get(account=acme, user=user)


@pytest.fixture
def bobs_work(acme, bob, of, inside):
    """Two contacts and a company that Bob looks after, one contact in the bin, and an hour he worked."""
    with inside(acme):
        owner = of(bob)
        Company.objects.create(name="Tidewater", owner=owner)
        for name in ("Maren", "Edith"):
            Contact.objects.create(first_name=name, owner=owner)
        Contact.objects.create(first_name="Binned", owner=owner, deleted_at=timezone.now())
        log_time(owner, Project.objects.create(name="Website"), None, today(), 60)


def url_of(member, path="deactivate/"):
    return f"{LIST}{member.public_id}/{path}"


def owners_now(model):
    return {str(record): record.owner and str(record.owner) for record in model.objects.select_related("owner__user")}


@promise(23)
def test_out_at_the_next_click_in_every_browser(client, acme, alice, bob, of):
    desk, phone = Client(), Client()
    for browser in (desk, phone):
        browser.force_login(bob)
        assert browser.get("/a/acme/contacts/").status_code == 200
    client.force_login(alice)
    response = client.post(url_of(of(bob)))
    assert response.status_code == 302
    assert "Bob Reyes is deactivated and comes in no more." in client.get(response.url).content.decode()
    for browser in (desk, phone):
        assert browser.get("/a/acme/contacts/").status_code == 404
        assert browser.post("/a/acme/contacts/new/", {"first_name": "Maren"}).status_code == 404
    assert "You belong to no account" in desk.get("/enter/").content.decode()


@promise(23)
def test_out_for_programs_too(client, acme, alice, bob, of, inside):
    with inside(acme):
        _, key = actions.create_api_key(of(bob), name="Sync", scopes=["crm:read"], days=9)
    bearer = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/v1/contacts/", headers=bearer).status_code == 200
    client.force_login(alice)
    client.post(url_of(of(bob)))
    assert Client().get("/api/v1/contacts/", headers=bearer).status_code == 401


def test_open_work_is_counted_before_and_goes_to_the_one_chosen(client, acme, alice, bob, of, inside, bobs_work):
    client.force_login(alice)
    page = client.get(url_of(of(bob))).content.decode()
    assert "Bob looks after these now:" in page
    assert page.index("Contacts") < page.index("Companies")
    response = client.post(url_of(of(bob)), {"to": str(of(alice).public_id)})
    said = client.get(response.url).content.decode()
    assert "2 contacts and 1 company now belong to Alice Novak." in said
    with inside(acme):
        assert owners_now(Contact) == {"Maren": "Alice Novak", "Edith": "Alice Novak", "Binned": "Bob Reyes"}
        assert owners_now(Company) == {"Tidewater": "Alice Novak"}
        assert TimeEntry.objects.get().person == of(bob)  # what was done stays
        assert open_work_of(of(bob)) == []
        event = Event.objects.get(kind="member.deactivated")
        data = Payload.objects.get(event_id=event.pk).data
        assert (data["handed_over"], data["to"]) == ({"contacts": 2, "companies": 1}, "Alice Novak")
        maren = Contact.objects.get(first_name="Maren")
        (told,) = Event.objects.filter(record_id=maren.public_id)
        assert Payload.objects.get(event_id=told.pk).data["changes"] == {"owner": ["Bob Reyes", "Alice Novak"]}
        assert maren.version == 2
    page = client.get(f"/a/acme/contacts/{maren.public_id}/").content.decode()
    assert "changed the owner from" in page


def test_it_may_wait_for_an_owner(client, acme, alice, bob, of, inside, bobs_work):
    client.force_login(alice)
    client.post(url_of(of(bob)), {"to": ""})
    with inside(acme):
        assert owners_now(Contact)["Maren"] is None


def test_handing_over_asks_no_more_for_more_records(acme, alice, bob, of, inside, bobs_work):
    with inside(acme), CaptureQueriesContext(connection) as few:
        members.deactivate(of(bob), to=of(alice), by=of(alice))
    Membership.objects.filter(account=acme, user=bob).update(removed_at=None)
    with inside(acme):
        Contact.objects.bulk_create(Contact(first_name=f"P{n}", owner=of(bob)) for n in range(30))
        Company.objects.create(name="X", owner=of(bob))
    with inside(acme), CaptureQueriesContext(connection) as many:
        members.deactivate(of(bob), to=of(alice), by=of(alice))
    assert len(many) == len(few)


def test_nothing_is_half_done(acme, alice, bob, of, inside, bobs_work, monkeypatch):
    monkeypatch.setattr(members.audit, "record", lambda *_, **__: 1 / 0)
    with inside(acme), pytest.raises(ZeroDivisionError), transaction.atomic():
        members.deactivate(of(bob), to=of(alice), by=of(alice))
    with inside(acme):
        assert of(bob).is_active
        assert owners_now(Contact)["Maren"] == "Bob Reyes"


@pytest.mark.parametrize("who", ["bob", "carol", "mallory"])
def test_work_goes_to_a_colleague_who_is_there(
    client, acme, globex, alice, bob, carol, mallory, of, inside, bobs_work, who
):
    """Not to the leaver, not to who left, not to somebody of another account."""
    Membership.objects.filter(account=acme, user=carol).update(removed_at=timezone.now())
    to = Membership.objects.get(user={"bob": bob, "carol": carol, "mallory": mallory}[who])
    client.force_login(alice)
    assert client.post(url_of(of(bob)), {"to": str(to.public_id)}).status_code == 422
    assert (
        str(to.public_id)
        not in client.get(url_of(of(bob))).content.decode().partition("<select")[2].partition("</select>")[0]
    )
    with inside(acme), pytest.raises(Refused):
        members.deactivate(of(bob), to=to, by=of(alice))
    assert of(bob).is_active


def test_the_database_gives_no_record_to_a_stranger(acme, globex, bob, mallory, inside, bobs_work):
    theirs = Membership.objects.get(user=mallory)
    with inside(acme), pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(first_name="Maren").update(owner_id=theirs.pk)


def test_who_left_keeps_their_name_in_the_past(client, acme, alice, bob, of, inside, bobs_work):
    client.force_login(alice)
    with inside(acme):
        project = Project.objects.get()
        binned = Contact.objects.get(first_name="Binned")
    client.post(url_of(of(bob)))
    assert "Bob Reyes" in client.get(f"/a/acme/projects/{project.public_id}/").content.decode()
    assert "Bob Reyes" in client.get(f"/a/acme/contacts/{binned.public_id}/").content.decode()
    week = client.get(f"/a/acme/time/?person={of(bob).public_id}")
    assert week.status_code == 200 and "1:00" in week.content.decode()
    data = {"person": str(of(bob).public_id), "work": str(project.public_id), "day": "2026-11-20", "time": "1"}
    assert client.post("/a/acme/time/entries/new/", data).status_code == 404


def test_twice_is_said_and_done_once(client, acme, alice, bob, of, inside):
    client.force_login(alice)
    client.post(url_of(of(bob)))
    assert "is deactivated already" in client.post(url_of(of(bob))).content.decode()
    with inside(acme):
        assert Event.objects.filter(kind="member.deactivated").count() == 1


def test_back_with_the_same_rights(client, acme, alice, bob, of, inside):
    Membership.objects.filter(account=acme, user=bob).update(role="manager", is_privacy_approver=True)
    client.force_login(alice)
    client.post(url_of(of(bob)))
    browser = Client()
    browser.force_login(bob)
    assert browser.get("/a/acme/").status_code == 404
    assert "Let in again" in client.get(url_of(of(bob), "")).content.decode()
    client.post(url_of(of(bob), "reactivate/"))
    assert browser.get("/a/acme/").status_code == 200
    assert (of(bob).role, of(bob).is_privacy_approver) == ("manager", True)


def test_leaving_oneself(client, acme, bob, of, inside, alice, bobs_work):
    client.force_login(bob)
    assert "Leave Acme" in client.get("/a/acme/admin/profile/").content.decode()
    assert "You look after these now:" in client.get(f"{LIST}leave/").content.decode()
    response = client.post(f"{LIST}leave/", {"to": str(of(alice).public_id)}, follow=True)
    assert "You have left Acme. What you did there stays." in response.content.decode()
    assert client.get("/a/acme/").status_code == 404
    with inside(acme):
        assert owners_now(Contact)["Maren"] == "Alice Novak"
        assert Event.objects.get(kind="member.left").actor_id == of(bob).pk


def test_deactivating_oneself_is_leaving(client, alice, bob, of):
    client.force_login(alice)
    assert client.get(url_of(of(alice))).url == f"{LIST}leave/"
    assert client.post(url_of(of(alice))).url == f"{LIST}leave/"
    assert of(alice).is_active


def test_a_read_only_account_lets_people_go(client, read_only, alice, bob, carol, of):
    client.force_login(alice)
    assert client.post(url_of(of(bob))).status_code == 302
    assert not of(bob).is_active
    client.force_login(carol)
    assert client.post(f"{LIST}leave/").status_code == 302
    assert not of(carol).is_active


def test_mallory_deactivates_nobody(client, mallory, globex, bob, of):
    client.force_login(mallory)
    for slug in ("acme", "globex"):
        assert client.post(url_of(of(bob)).replace("acme", slug)).status_code == 404
    assert of(bob).is_active


@pytest.mark.parametrize("role", ["manager", "member", "billing", "reader"])
def test_only_admins_and_owners_deactivate(client, acme, bob, carol, of, role):
    Membership.objects.filter(account=acme, user=bob).update(role=role)
    client.force_login(bob)
    assert client.post(url_of(of(carol))).status_code == 403
    assert of(carol).is_active


def test_piles_in_words(acme, bob, of, inside, bobs_work):
    with inside(acme):
        assert in_words(open_work_of(of(bob))) == "2 contacts and 1 company"
    assert in_words([]) == ""


def test_the_log_tells_it(client, acme, alice, bob, of, inside, bobs_work):
    client.force_login(alice)
    client.post(url_of(of(bob)), {"to": str(of(alice).public_id)})
    with inside(acme):
        (line,) = history_of(of(bob), of(alice), None).rows[:1]
        assert "".join(words.text for words in line.words) == (
            "deactivated this member; 2 contacts and 1 company went to Alice Novak"
        )
