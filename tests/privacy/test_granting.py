"""Who may say yes, what a firm's rule does, what ends a grant, emergencies, and the second pair of eyes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from accounts import closing
from accounts.models import Membership, OutgoingMail, User
from audit.models import Event
from demo import cast
from privacy.support_access import actions, granting
from privacy.support_access.granting import NotPossible, Origin, Policy
from privacy.support_access.kinds import Named, kinds, read
from privacy.support_access.models import Grant, GrantStep, Look, StaffAction
from tests.privacy.looks import allowed, asked, canary, member_of, on_record, step_of, ticket_of
from tests.promises import promise
from tests.signed_in import staff_browser

pytestmark = pytest.mark.usefixtures("acme")


@pytest.fixture
def maren(acme) -> Named:
    return canary(acme)


@pytest.fixture
def ticket(acme, bob):
    return ticket_of(acme, bob)


def kinds_told(account, inside):
    with inside(account):
        return list(
            Event.objects.filter(record_type="support_access.grant").order_by("id").values_list("kind", flat=True)
        )


def test_records_are_named_by_kind_and_id_alone(maren):
    said = (
        f"Please see contact {maren.public_id} and {{time entry {maren.public_id}}}, not company or {maren.public_id}"
    )
    assert [each.kind for each in read(said)] == ["crm.contact", "timetracking.timeentry"]
    assert str(maren) == f"contact {str(maren.public_id)[:8]}" and Named.of(maren.key) == maren
    assert "accounts.user" not in kinds() and "accounts.apikey" not in kinds()


def test_staff_may_name_what_is_not_there_and_hear_the_same(acme, globex, ticket, maren, sam):
    """The answer of the request tells nobody whether there is such a record."""
    theirs, nowhere = canary(globex), Named("crm.contact", ticket.public_id)
    answers = set()
    for named in (maren, theirs, nowhere):
        desk = staff_browser(sam)
        body = {"records": f"contact {named.public_id}", "reason": "It stops", "minutes": "60"}
        answer = desk.post(f"/support/tickets/{ticket.public_id}/ask/", body)
        page = desk.get(answer["Location"]).content.decode()
        answers.add((answer.status_code, page.count("Waits for an answer"), "Quillonia" in page))
    assert answers == {(302, 1, False)}


@promise(69)
def test_staff_see_numbers_of_an_account_and_no_contents(ticket, maren, sam):
    page = staff_browser(sam).get(f"/support/tickets/{ticket.public_id}/")
    facts = dict(page.context["facts"])
    assert (facts["Members"], facts["Contacts"]) == ("2", "1")
    assert (facts["Standing"], facts["Plan"]) == ("on trial", "none")
    assert "Quillonia" not in page.content.decode()


@promise(70)
def test_what_is_asked_narrows_and_never_grows(acme, alice, ticket, maren, sam):
    other = canary(acme)
    grant = asked(ticket, maren, other, by=sam, unmasked=("crm.contact.email",), minutes=60)
    more = {"records": [maren.key, "crm.contact/x"], "unmasked": ["crm.contact.phone"], "minutes": 1440}
    grant = allowed(grant, by=member_of(acme, alice), **more)
    assert (grant.granted, grant.lifted, step_of(grant, "allowed").minutes) == ([maren.key], [], 60)


def test_one_grant_has_one_answer(acme, alice, ticket, maren, sam, inside):
    """Allowed twins don't help each other: each grant is decided by itself, once."""
    first, twin, boss = asked(ticket, maren, by=sam), asked(ticket, maren, by=sam), member_of(acme, alice)
    with inside(acme):
        granting.refuse(first, by=boss)
        with pytest.raises(NotPossible, match="refused"):
            granting.allow(first, records=first.records, unmasked=[], minutes=60, by=boss)
    allowed(twin, by=boss)
    assert granting.grants().get(pk=first.pk).state == "refused"
    stale = granting.grants().get(pk=first.pk)
    with inside(acme), pytest.raises(NotPossible, match="meanwhile"):
        granting._allow(stale, records=stale.records, unmasked=[], minutes=60, by=alice, how=granting.How.PROVEN)
    assert not granting.grants().get(pk=first.pk).is_open


@promise(71)
def test_the_firms_rule(acme, alice, bob, ticket, maren, sam, inside):
    boss = member_of(acme, alice)
    actions.assign(ticket, sam, by=sam)
    with inside(acme):
        granting.decide_policy(Policy.TICKETS, by=boss)
    grant = granting.grants().get(pk=asked(ticket, maren, by=sam, unmasked=("crm.contact.email",)).pk)
    assert grant.is_open and grant.lifted == [] and grant.decision.how == "policy"
    tess = cast.person("tess@candor.example")
    assert granting.grants().get(pk=asked(ticket, maren, by=tess).pk).state == "asked"  # nobody's ticket but Sam's
    with inside(acme):
        granting.decide_policy(Policy.NEVER, by=boss)
    assert granting.grants().get(pk=grant.pk).state == "ended"
    with pytest.raises(NotPossible, match="nobody look"):
        asked(ticket, maren, by=sam)
    with inside(acme):
        assert granting.offer(ticket, maren, unmasked=[], member=boss).decision is None


@promise(71)
def test_who_decides(acme, alice, bob, carol, ticket, maren, sam, inside):
    grant = asked(ticket, maren, by=sam)
    address = f"/a/acme/admin/support/access/{grant.public_id}/allow/"
    body = {"records": [maren.key], "minutes": "15"}
    browser = staff_browser(bob)  # a browser that has just proven who is there
    assert browser.post(address, body).status_code == 403
    Membership.objects.filter(account=acme, user=bob).update(is_privacy_approver=True)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    assert "reauthenticate" in browser.post(address, body)["Location"]  # step-up
    assert granting.grants().get(pk=grant.pk).state == "asked"
    assert staff_browser(bob).post(address, body).status_code == 302
    assert granting.grants().get(pk=grant.pk).is_open
    assert {letter.to for letter in OutgoingMail.objects.filter(kind="look_asked")} == {alice.email}


def test_the_log_asks_no_more_for_more_looks(acme, alice, ticket, maren, sam):
    owner = staff_browser(alice)

    def asked_for_the_page():
        with CaptureQueriesContext(connection) as asked_of_it:
            assert owner.get("/a/acme/admin/support/access/").status_code == 200
        return len(asked_of_it)

    def look_at(number):
        for _ in range(number):
            record = canary(acme)
            on_record(allowed(asked(ticket, record, by=sam), by=member_of(acme, alice)), record, by=sam)

    look_at(2)
    asked_for_the_page()
    few = asked_for_the_page()
    look_at(6)
    assert asked_for_the_page() == few


def test_what_is_open_is_listed_however_much_is_over(acme, alice, ticket, maren, sam, inside):
    grant = allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice))
    facts = {"ticket": ticket, "account": acme, "origin": "staff", "asked_by": sam, "staff": sam, "reason": "x"}
    over = Grant.objects.bulk_create(Grant(**facts, records=[maren.key]) for _ in range(60))
    GrantStep.objects.bulk_create(GrantStep(grant=each, kind="ended", because="done") for each in over)
    page = staff_browser(alice).get("/a/acme/admin/support/access/")
    assert [each.pk for each, _ in page.context["now"]] == [grant.pk]
    assert f"access/{grant.public_id}/revoke/" in page.content.decode()


@pytest.mark.parametrize("ends", ["rule", "request", "account"])
def test_what_somebody_ended_meanwhile_stops_nobody(ends, acme, alice, ticket, maren, sam, inside, monkeypatch):
    """While the first access ends, Sam gives the other one back."""
    boss = member_of(acme, alice)
    both = [allowed(asked(ticket, maren, by=sam), by=boss) for _ in range(2)]
    step = granting._step

    def and_meanwhile(grant, kind, **facts):
        step(grant, kind, **facts)
        other = next(each for each in both if each.pk != grant.pk)
        GrantStep.objects.get_or_create(grant_id=other.pk, kind="ended", defaults={"by": sam, "because": "done"})

    monkeypatch.setattr(granting, "_step", and_meanwhile)
    if ends == "request":
        actions.close(ticket, by=sam)
    with inside(acme):
        if ends == "rule":
            granting.decide_policy(Policy.NEVER, by=boss)
        if ends == "account":
            granting.end_with_account(acme)
    steps = GrantStep.objects.filter(grant__in=both, kind="ended")
    assert sorted(each.because == "done" for each in steps) == [False, True]


@promise(70)
def test_a_grant_dies_with_its_ticket(acme, alice, ticket, maren, sam, inside):
    grant = allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice))
    waiting = asked(ticket, maren, by=sam)
    actions.close(ticket, by=sam)
    actions.reopen(ticket, by=sam)
    assert [granting.grants().get(pk=each.pk).state for each in (grant, waiting)] == ["ended", "ended"]
    assert "grant.ended" in kinds_told(acme, inside)


def test_a_grant_dies_with_its_account(acme, alice, ticket, maren, sam, inside):
    grant = allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice))
    with inside(acme):
        for _ in range(2):
            next(step for step in closing.steps() if step.name == "support access").run(acme)
    assert granting.grants().get(pk=grant.pk).state == "ended"


def test_the_clocks(acme, alice, ticket, maren, sam):
    grant = asked(ticket, maren, by=sam)
    now = grant.asked_at
    assert grant.state_at(now + timedelta(hours=12)) == "asked"
    assert grant.state_at(now + timedelta(hours=12, seconds=1)) == "lapsed"
    grant = allowed(grant, by=member_of(acme, alice))
    assert grant.state_at(grant.ends_at - timedelta(seconds=1)) == "open"
    assert grant.state_at(grant.ends_at) == "ended"


def test_an_offer_is_taken_once_and_within_a_day(acme, alice, ticket, maren, sam, tess, inside):
    with inside(acme):
        grant = granting.offer(ticket, maren, unmasked=[], member=member_of(acme, alice))
    grant = granting.grants().get(pk=grant.pk)
    assert grant.state == "offered" and grant.state_at(timezone.now() + timedelta(hours=25)) == "lapsed"
    granting.take(grant, by=sam)
    with pytest.raises(NotPossible):
        granting.take(grant, by=tess)
    with pytest.raises(NotPossible):
        granting.give_back(grant, by=tess)
    granting.give_back(grant, by=sam)
    assert granting.grants().get(pk=grant.pk).state == "ended"


def test_five_working_days(acme, alice, ticket, maren, sam, tess):
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    assert not granting.is_overdue(monday, now=datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert granting.is_overdue(monday, now=datetime(2026, 11, 23, 10, tzinfo=UTC))
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert not granting.is_overdue(friday, now=datetime(2026, 11, 27, 8, tzinfo=UTC))


@promise(150)
def test_a_second_person_checks_or_the_next_grant_waits(acme, alice, ticket, maren, sam, tess, inside):
    fresh = allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice))
    with pytest.raises(NotPossible, match="not over"):
        granting.review(fresh, verdict="fine", note="", by=tess)
    grant = asked(ticket, maren, by=sam)
    with pytest.raises(NotPossible, match="nothing to check"):
        granting.review(grant, verdict="fine", note="", by=tess)
    facts = {"kind": "allowed", "by": alice, "how": "proven", "records": grant.records, "minutes": 60}
    GrantStep.objects.create(grant=grant, at=timezone.now() - timedelta(days=9), **facts)  # and never used
    with pytest.raises(NotPossible, match="five working days"):
        asked(ticket, maren, by=sam)
    assert "Overdue" in staff_browser(tess).get("/support/access/").content.decode()
    with pytest.raises(NotPossible, match="Somebody else"):
        granting.review(grant, verdict="fine", note="", by=sam)
    page = staff_browser(tess)
    address = f"/support/access/{grant.public_id}/review/"
    assert page.post(address, {"verdict": "flagged"}).status_code == 422
    assert page.post(address, {"verdict": "flagged", "note": "No need for it"}).status_code == 302
    assert "grant.reviewed" in kinds_told(acme, inside)
    asked(ticket, maren, by=sam)


@promise(71, 150)
def test_an_emergency_needs_two_of_us_and_the_firm_hears_at_once(acme, alice, maren, sam, tess, inside):
    desk = staff_browser(sam)
    body = {"account": "acme", "code": "security", "reason": "Keys leak", "records": f"contact {maren.public_id}"}
    assert desk.post("/support/access/emergency/", body).status_code == 302
    grant = granting.grants().get(account_id=acme.pk, origin=Origin.EMERGENCY)
    with pytest.raises(NotPossible, match="two of us"):
        granting.second(grant, by=sam)
    with inside(acme):
        boss = member_of(acme, alice)
        with pytest.raises(NotPossible, match="two of us"):
            granting.allow(grant, records=grant.records, unmasked=[], minutes=30, by=boss)
        with pytest.raises(NotPossible, match="two of us"):
            granting.refuse(grant, by=boss)
    assert not granting.grants().get(pk=grant.pk).is_open
    assert OutgoingMail.objects.filter(kind="look_emergency").count() == 0
    staff_browser(tess).post(f"/support/access/{grant.public_id}/second/")
    grant = granting.grants().get(pk=grant.pk)
    assert grant.is_open and (grant.ends_at - grant.began_at) == timedelta(minutes=30)
    assert (grant.basis, grant.lifted) == ("Legitimate interest: security", [])
    assert OutgoingMail.objects.get(kind="look_emergency").to == alice.email
    assert kinds_told(acme, inside) == ["grant.asked", "grant.allowed"]
    with inside(acme):
        granting.revoke(grant, by=member_of(acme, alice))  # even this one
    assert granting.grants().get(pk=grant.pk).state == "revoked"
    for one in (sam, tess):  # neither of the two checks it: that takes a third
        with pytest.raises(NotPossible, match="Somebody else"):
            granting.review(granting.grants().get(pk=grant.pk), verdict="fine", note="", by=one)
        page = staff_browser(one).get(f"/support/access/{grant.public_id}/").content.decode()
        assert "Check it" not in page
    third = User.objects.create_user("ulla@candor.example", None, first_name="Ulla", is_staff=True)
    assert "Check it" in staff_browser(third).get(f"/support/access/{grant.public_id}/").content.decode()
    granting.review(granting.grants().get(pk=grant.pk), verdict="fine", note="", by=third)
    assert StaffAction.objects.filter(kind__in=["grant.emergency", "grant.seconded"]).count() == 2


@promise(150)
def test_staff_who_did_nothing_for_a_while_are_signed_out(sam):
    desk = staff_browser(sam)
    assert desk.get("/support/access/").status_code == 200
    session = desk.session
    session["staff_seen_at"] -= 16 * 60
    session.save()
    answer = desk.get("/support/access/")
    assert (answer.status_code, answer["Location"]) == (302, "/support/sign-in/")
    page = desk.get("/support/access/", follow=True).content.decode()
    assert "Staff sign-in" in page and "nothing happened for a quarter of an hour" in page


@promise(69)
def test_the_admin_of_django_holds_no_account_model():
    """It is not even there: no app, and no address that leads to one."""
    assert not apps.is_installed("django.contrib.admin")
    assert "admin" not in get_resolver().namespace_dict


def test_a_grant_names_one_to_twenty_records(ticket, sam, maren, acme):
    from django.db import IntegrityError, transaction

    facts = {"ticket": ticket, "account": acme, "origin": "staff", "asked_by": sam, "staff": sam, "reason": "x"}
    for wrong in ({"records": []}, {"records": ["x"] * 21}, {"records": ["x"], "minutes": 1441}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(**{**facts, **wrong})


def test_what_goes_with_the_account(acme, alice, ticket, maren, sam):
    """Grants and looks are the account's; its sealed log outlives it and names staff by their first name."""
    grant = allowed(asked(ticket, maren, by=sam), by=member_of(acme, alice))
    on_record(grant, maren, by=sam)
    ticket.delete()
    assert not Grant.objects.filter(account_id=acme.pk) and not Look.objects.filter(account_id=acme.pk)
    assert not GrantStep.objects.filter(grant_id=grant.pk)
