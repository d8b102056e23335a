"""Days off: entered, asked for, granted, seen by the team; the firm's own days and working time."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from accounts.models import BellNotice, Membership
from audit.models import Payload
from timetracking.models import SpecialDay, TimeOff, TimeOffType, WorkingTime
from timetracking.targets import targets

URL, TEAM, NEW = "/a/acme/time/off/", "/a/acme/time/off/team/?day=2026-12-01", "/a/acme/time/off/new/"
MONDAY, FRIDAY = date(2026, 12, 21), date(2026, 12, 25)


@pytest.fixture
def kinds(acme, inside):
    with inside(acme):
        TimeOffType.objects.filter(name="Vacation").update(needs_approval=True)
        return {kind.name: str(kind.public_id) for kind in TimeOffType.objects.all()}


@pytest.fixture
def signed_in(client):
    def signed_in(user):
        client.force_login(user)
        return client

    return signed_in


def days(kinds, kind="Sick leave", first=MONDAY, last="", **more):
    return {"type": kinds[kind], "first_day": first, "last_day": last, "half": "", "note": "", **more}


def text(response):
    return " ".join(response.content.decode().split())


def test_bob_is_away_and_only_few_read_why(signed_in, bob, alice, carol, bobs, kinds, acme, inside):
    assert signed_in(bob).post(NEW, days(kinds, last=FRIDAY, note="Flu")).status_code == 302
    mine = text(signed_in(bob).get(URL + "?year=2026"))
    assert "Sick leave" in mine and "Flu" in mine and "5 <span" in mine
    week = text(signed_in(bob).get("/a/acme/time/?week=2026-12-21"))
    assert week.count("Sick leave") >= 5 and "/ 0:00" in week
    assert "Sick leave" in text(signed_in(alice).get(TEAM))
    carols = Membership.objects.get(user=carol, account=acme)
    Membership.objects.filter(pk=carols.pk).update(role="member")
    seen = text(signed_in(carol).get(TEAM))
    assert "Bob Reyes: Away" in seen and "Sick" not in seen and "Flu" not in seen
    Membership.objects.filter(pk=carols.pk).update(sees_only_own_records=True)
    assert "Bob Reyes" not in text(signed_in(carol).get(TEAM))
    Membership.objects.filter(pk=carols.pk).update(role="reader", sees_only_own_records=False)
    assert signed_in(carol).get(TEAM).status_code == 403
    with inside(acme):
        told = str(list(Payload.objects.values_list("data", flat=True)))
        assert "2026-12-21" in told
        assert "Sick" not in told and "Flu" not in told
        assert targets(bobs, MONDAY, MONDAY)[MONDAY] == 0


def test_what_is_typed_wrong_is_said(signed_in, bob, kinds, inside, acme):
    page = signed_in(bob)
    page.post(NEW, days(kinds, half="am"))
    for wrong, words in (
        (days(kinds, last="2026-12-20"), "before the first"),
        (days(kinds, last="2026-12-22", half="am"), "leave this empty, and enter the other days"),
        (days(kinds), "time off on these days already"),
        (days(kinds, half="am"), "time off on these days already"),
        (days(kinds, last="2028-01-01"), "A year at most"),
        (days(kinds, first=""), "first"),
    ):
        answer = page.post(NEW, wrong)
        assert (answer.status_code, words in text(answer)) == (422, True), words
    assert page.post(NEW, days(kinds, half="pm")).status_code == 302  # the other half is free
    with inside(acme):
        assert TimeOff.objects.count() == 2


def test_a_request_waits_for_a_yes(signed_in, bob, alice, bobs, alices, kinds, inside, acme):
    signed_in(bob).post(NEW, days(kinds, kind="Vacation", last=FRIDAY))
    with inside(acme):
        entry = TimeOff.objects.get()
        assert entry.state == "requested" and targets(bobs, MONDAY, MONDAY)[MONDAY] == 480
        assert BellNotice.objects.get().member_id == alices.pk
    answer = f"{URL}{entry.public_id}/answer/"
    assert signed_in(bob).post(answer, {"approve": "1"}).status_code == 403
    assert "asks for time off: 21" in text(signed_in(alice).get("/a/acme/notices/"))
    assert "1 request waits" in text(signed_in(alice).get(URL))
    for _ in range(2):  # the second finds it decided
        signed_in(alice).post(answer, {"approve": "1", "answer": "Enjoy it"})
    with inside(acme):
        assert targets(bobs, MONDAY, MONDAY)[MONDAY] == 0
        assert BellNotice.objects.filter(member=bobs).count() == 1
    assert "approved your time off" in text(signed_in(bob).get("/a/acme/notices/"))
    moved = days(kinds, kind="Vacation", first="2026-12-28", last="2026-12-30", version=2)
    signed_in(bob).post(f"{URL}{entry.public_id}/", moved)  # other days are asked for anew
    with inside(acme):
        assert TimeOff.objects.get().state == "requested"
    signed_in(alice).post(answer, {})
    with inside(acme):
        assert TimeOff.objects.get().state == "declined"
    assert signed_in(bob).post(f"{URL}{entry.public_id}/delete/").status_code == 302
    with inside(acme):
        assert not TimeOff.objects.exists()


def test_a_manager_enters_for_others_and_nobody_else_does(signed_in, bob, alice, bobs, alices, kinds, inside, acme):
    signed_in(alice).post(f"{NEW}?person={bobs.public_id}", days(kinds, kind="Vacation", person=bobs.public_id))
    with inside(acme):
        assert (TimeOff.objects.get().person_id, TimeOff.objects.get().state) == (bobs.pk, "approved")
    assert signed_in(bob).get(f"{NEW}?person={alices.public_id}").status_code == 403
    assert signed_in(bob).post(NEW, days(kinds, person=alices.public_id)).status_code == 403
    assert signed_in(bob).get("/a/acme/admin/time/days/").status_code == 403


def test_the_firm_sets_hours_holidays_and_days_of_its_own(signed_in, alice, bobs, inside, acme):
    page, time, own = signed_in(alice), "/a/acme/admin/time/working-time/", "/a/acme/admin/time/days/"
    week = {"starts_on": "2026-12-01", "country": "DK", "friday": "5:30"}
    week |= dict.fromkeys(("monday", "tuesday", "wednesday", "thursday"), "8")
    assert "whole of it" in text(page.post(time, week | {"region": "BY"}))
    for friday in ("5:30", "5h"):  # the second replaces the first
        assert page.post(time, week | {"friday": friday}).status_code == 302
    page.post(time, week | {"who": bobs.public_id, "monday": "", "country": ""})
    listed = text(page.get(own))
    assert "Christmas Day" in listed
    page.post(own, {"day": "2026-12-24", "name": "Christmas Eve", "kind": "half"})
    page.post(own, {"day": "2026-12-25", "name": "Christmas Day", "kind": "working"})
    assert "on the list already" in text(page.post(own, {"day": "2026-12-24", "name": "Again", "kind": "off"}))
    with inside(acme):
        assert WorkingTime.objects.count() == 2
        assert list(targets(bobs, MONDAY, FRIDAY).values()) == [0, 480, 480, 240, 300 + 30]
        assert SpecialDay.objects.count() == 2
        special, own_time = SpecialDay.objects.get(kind="half"), WorkingTime.objects.get(person=bobs)
    page.post(f"{own}{special.public_id}/remove/")
    page.post(f"{time}{own_time.public_id}/remove/")
    with inside(acme):
        assert list(targets(bobs, MONDAY, FRIDAY).values()) == [480, 480, 480, 480, 300]


def test_kinds_come_change_and_are_archived(signed_in, alice, kinds, inside, acme):
    page, url = signed_in(alice), "/a/acme/admin/time/off/"
    page.post(url, {"name": "Parental leave", "colour": "4", "is_paid": "on", "lowers_target": "on"})
    with inside(acme):
        kind = TimeOffType.objects.get(name="Parental leave")
    changed = {"name": "Parents", "colour": "4", "lowers_target": "on", "version": kind.version}
    assert page.post(f"{url}{kind.public_id}/", changed).status_code == 302
    assert page.post(f"{url}{kind.public_id}/", changed | {"name": "Parent"}).status_code == 409
    assert "with this name already" in text(page.post(url, {"name": "Vacation", "colour": "1"}))
    page.post(f"{url}{kind.public_id}/archive/")
    assert "Parents" not in text(page.get(NEW)) and "Parents" in text(page.get(url))


def test_the_days_of_the_year_are_counted(signed_in, alice, bob, bobs, kinds, acme, inside, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 11, tzinfo=UTC))
    with inside(acme):
        WorkingTime.objects.create(starts_on="2026-01-01", days_off=25)
    assert "25 of 25 days left" in text(signed_in(bob).get(URL + "?year=2026")).replace("</b>", "")
    for first, last, kind in ((MONDAY, "2026-12-23", "Vacation"), ("2026-12-28", "", "Sick leave")):
        signed_in(bob).post(NEW, days(kinds, kind, first, last))
    shown = text(signed_in(bob).get(URL + "?year=2026")).replace("</b>", "")
    assert "22 of 25 days left" in shown, "asked for counts, sick leave does not"
    with inside(acme):
        WorkingTime.objects.create(person=bobs, starts_on="2026-12-01", days_off="12.5")
        WorkingTime.objects.create(person=bobs, starts_on="2027-03-01")
    assert "9.5 of 12.5 days are left" in text(signed_in(bob).get(NEW))
    assert "12.5 of 12.5 days left" in text(signed_in(bob).get(URL + "?year=2027")).replace("</b>", "")
    assert "25 days left" not in text(signed_in(bob).get(URL + "?year=2025"))
    sent = {"who": "", "starts_on": "2027-01-01", "days_off": "400"}
    assert signed_in(alice).post("/a/acme/admin/time/working-time/", sent).status_code == 422
    assert "A manager approves it" in text(signed_in(alice).get("/a/acme/admin/time/off/"))
