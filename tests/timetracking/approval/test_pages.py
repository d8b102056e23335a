"""From a week to an approved timesheet on the pages, and what each person sees of it."""

from datetime import date, timedelta

import pytest
from django.test import Client

from accounts.models import BellNotice, Membership
from demo import cast
from tenancy.context import memory
from tests.statements import assert_same_statements
from tests.timetracking.conftest import MONDAY
from timetracking import actions as time
from timetracking.approval import actions
from timetracking.approval.queries import _planned, summaries
from timetracking.errors import NotReady
from timetracking.models import Delegation, ProjectMember, TimeSettings, Timesheet

SUNDAY = MONDAY + timedelta(days=6)
APPROVALS = "/a/acme/time/approvals/"


def switch_on(**facts):
    TimeSettings.objects.update_or_create(defaults={"approval": "manager", **facts})
    memory().pop(TimeSettings, None)


@pytest.fixture
def approved_here(acme, inside):
    with inside(acme):
        switch_on()


@pytest.fixture
def browser():
    def signed_in(user):
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def sheet_here():
    return Timesheet.objects.get()


def test_from_the_week_to_approved_and_back(acme, alice, bob, entry, approved_here, browser, inside):
    bobs, alices = browser(bob), browser(alice)
    week = bobs.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    assert "Submit week" in week
    form = bobs.get(f"/a/acme/time/submit/?day={MONDAY}").content.decode()
    assert "Monday 16 November: 1:30 of 8:00." in form
    done = bobs.post("/a/acme/time/submit/", {"day": MONDAY}, follow=True).content.decode()
    assert "Withdraw" in done
    assert "Submit week" not in bobs.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    with inside(acme):
        sheet = sheet_here()
        assert BellNotice.objects.get().member.user == alice
    page = alices.get(APPROVALS).content.decode()
    assert "Website relaunch" in page
    assert "4 days empty" in page
    assert "asks for approval: Bob" in alices.get("/a/acme/notices/").content.decode()
    returned = {"row": sheet.public_id, "what": "return", "words": "Friday is empty."}
    assert "1 timesheet returned" in alices.post(f"{APPROVALS}decide/", returned, follow=True).content.decode()
    week = bobs.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    assert "Friday is empty." in week
    assert "Resubmit" in week
    assert "Friday is empty." in bobs.get("/a/acme/notices/").content.decode()
    bobs.post("/a/acme/time/submit/", {"day": MONDAY})
    for is_last in (False, True):  # the first is taken back, once, and by nobody else
        page = alices.post(f"/a/acme/time/sheets/{sheet.public_id}/approve/", follow=True).content.decode()
        token = {"token": page.split('name="token" value="')[1].split('"')[0]}
        with inside(acme):
            assert sheet_here().state == "approved"
        if not is_last:
            assert bobs.post(f"{APPROVALS}undo/", token, follow=True).content.decode().count("taken back any more") == 1
            back = [alices.post(f"{APPROVALS}undo/", token, follow=True).content.decode() for _ in range(2)]
            assert "1 timesheet waits again" in back[0] and "was changed since" in back[1]
    page = bobs.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    assert "data-locked" in page
    assert "Ask an approver to reopen" in page
    one = alices.get(f"/a/acme/time/sheets/{sheet.public_id}/").content.decode()
    for told in ("submitted this timesheet", "returned this timesheet", "Friday is empty.", "approved this timesheet"):
        assert told in one
    days = {"words": "Look at Monday", "days": [MONDAY.isoformat()]}
    alices.post(f"/a/acme/time/sheets/{sheet.public_id}/return/", days)
    week = bobs.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    assert " flag" in week
    with inside(acme):
        assert (sheet_here().state, sheet_here().marked_days) == ("returned", [MONDAY])


def test_no_hours_are_said_explicitly(acme, bob, approved_here, browser, inside):
    client = browser(bob)
    refused = client.post("/a/acme/time/submit/", {"day": MONDAY})
    assert refused.status_code == 422
    assert "say so below" in refused.content.decode()
    client.post("/a/acme/time/submit/", {"day": MONDAY, "no_hours": "1"})
    with inside(acme):
        assert (sheet_here().state, sheet_here().has_no_hours) == ("submitted", True)


def test_what_stops_and_what_only_warns(acme, bob, bobs, entry, internal, browser, inside):
    with inside(acme):
        switch_on(needs_note=True)
        for _ in range(2):
            time.log_time(bobs, internal, None, MONDAY, 13 * 60, note="long")
    page = browser(bob).post("/a/acme/time/submit/", {"day": MONDAY}).content.decode()
    assert "needs a note" in page
    assert "a day has 24 hours" in page
    assert "Tuesday 17 November: 0:00 of 8:00." in page
    with inside(acme):
        assert not Timesheet.objects.exists()


def test_nobody_submits_while_nobody_approves(acme, bob, entry, browser, inside):
    client = browser(bob)
    assert "Submit week" not in client.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    assert client.post("/a/acme/time/submit/", {"day": MONDAY}).status_code == 422
    with inside(acme):
        assert not Timesheet.objects.exists()


def test_what_waits_when_approval_is_switched_off_can_be_withdrawn(acme, bob, bobs, entry, browser, inside):
    client, week = browser(bob), f"/a/acme/time/?week={MONDAY}"
    with inside(acme):
        switch_on()
        sheet = actions.submit(bobs, MONDAY, by=bobs)
        switch_on(approval="off")
    page = client.get(week).content.decode()
    assert f"/a/acme/time/sheets/{sheet.public_id}/withdraw/" in page
    assert "Submit week" not in page
    assert "Timesheet</a>" not in client.get(f"/a/acme/time/?week={MONDAY - timedelta(days=7)}").content.decode()
    page = client.post(f"/a/acme/time/sheets/{sheet.public_id}/withdraw/", follow=True).content.decode()
    assert "Withdrawn." in page
    assert "/withdraw/" not in page
    assert "/submit/" not in page
    with inside(acme):
        assert sheet_here().state == "open"
        time.log_time(bobs, entry.project, None, MONDAY, 5)


def test_nobody_else_submits_or_withdraws(acme, bob, bobs, carol, entry, approved_here, browser, inside, mallory):
    emil = cast.joins(acme, type(bob).objects.create_user("emil@acme.example", first_name="Emil"), "member")
    facts = {"day": MONDAY, "person": bobs.public_id}
    for stranger, status in ((emil.user, 403), (carol, 403), (mallory, 404)):
        assert browser(stranger).post("/a/acme/time/submit/", facts).status_code == status
    with inside(acme):
        assert not Timesheet.objects.exists()
        at = f"/a/acme/time/sheets/{actions.submit(bobs, MONDAY, by=bobs).public_id}/withdraw/"
    for stranger, status in ((emil.user, 404), (carol, 403), (mallory, 404)):
        assert browser(stranger).post(at).status_code == status
    assert Client().post(at).status_code == 302
    with inside(acme):
        assert sheet_here().state == "submitted"


def test_nobody_else_ends_that_somebody_stands_in(acme, alice, alices, bob, bobs, browser, inside):
    client = browser(alice)
    client.post("/a/acme/time/delegates/", {"delegate": bobs.public_id, "first_day": MONDAY, "last_day": SUNDAY})
    with inside(acme):
        Membership.objects.filter(pk=bobs.pk, account=acme).update(role="manager")
        at = f"/a/acme/time/delegates/{Delegation.objects.get().public_id}/end/"
    assert browser(bob).post(at).status_code == 404
    with inside(acme):
        assert Delegation.objects.count() == 1
    assert client.post(at).status_code == 302
    assert client.post(at).status_code == 404
    with inside(acme):
        assert not Delegation.objects.exists()


def test_odd_rows_decide_nothing(acme, alice, bobs, entry, approved_here, browser, inside):
    with inside(acme):
        sheet = actions.submit(bobs, MONDAY, by=bobs)
    client = browser(alice)
    for rows in ([], ["nonsense"], ["", "0"], [str(entry.public_id)]):
        page = client.post(f"{APPROVALS}decide/", {"row": rows, "what": "approve"}, follow=True).content.decode()
        assert "0 timesheets approved" in page
    with inside(acme):
        assert sheet_here().state == "submitted"
    twice = {"row": [sheet.public_id, sheet.public_id], "what": "approve"}
    assert "1 timesheet approved" in client.post(f"{APPROVALS}decide/", twice, follow=True).content.decode()
    again = client.post(f"{APPROVALS}decide/", twice, follow=True).content.decode()
    assert "approved by now" in again
    with inside(acme):
        assert sheet_here().state == "approved"


def test_one_sees_whom_one_approves(acme, bob, bobs, alices, carol, entry, approved_here, browser, inside, mallory):
    dora = cast.joins(acme, type(bob).objects.create_user("dora@acme.example", first_name="Dora"), "member")
    emil = cast.joins(acme, type(bob).objects.create_user("emil@acme.example", first_name="Emil"), "member")
    with inside(acme):
        Membership.objects.filter(pk=bobs.pk, account=acme).update(manager=dora)
        bobs.refresh_from_db()
        sheet = actions.submit(bobs, MONDAY, by=bobs)
    doras, emils = browser(dora.user), browser(emil.user)
    at = f"/a/acme/time/sheets/{sheet.public_id}/"
    assert "Website relaunch" in doras.get(APPROVALS).content.decode()
    assert "Website relaunch" not in emils.get(APPROVALS).content.decode()
    assert doras.get(at).status_code == 200
    assert emils.get(at).status_code == 404
    assert emils.post(f"{at}approve/").status_code == 404
    assert emils.post(f"{APPROVALS}decide/", {"row": sheet.public_id, "what": "approve"}).status_code == 302
    assert browser(carol).get(APPROVALS).status_code == 403
    assert browser(mallory).get(at).status_code == 404
    with inside(acme):
        assert sheet_here().state == "submitted"
    doras.post("/a/acme/time/delegates/", {"delegate": emil.public_id, "first_day": MONDAY, "last_day": "2099-01-01"})
    assert "Website relaunch" in emils.get(APPROVALS).content.decode()
    emils.post(f"{APPROVALS}decide/", {"row": sheet.public_id, "what": "approve"})
    with inside(acme):
        assert sheet_here().state == "approved"
    assert "Emil" in doras.get(at).content.decode()
    assert "for Dora" in doras.get(at).content.decode()


def test_projects_are_approved_by_their_managers(acme, bob, bobs, alices, website, internal, browser, inside):
    with inside(acme):
        switch_on(approval="project", levels=2)
        people = [
            cast.joins(acme, type(bob).objects.create_user(f"{name}@acme.example", first_name=name), "member")
            for name in ("dora", "emil", "fred")
        ]
        dora, emil, fred = people
        Membership.objects.filter(pk=bobs.pk, account=acme).update(manager=fred)
        bobs.refresh_from_db()
        for project, manager in ((website, dora), (internal, emil)):
            ProjectMember.objects.create(project=project, person=manager, is_manager=True)
            ProjectMember.objects.create(project=project, person=bobs)
            time.log_time(bobs, project, None, MONDAY, 60)
        sheet = actions.submit(bobs, MONDAY, by=bobs)
        states = []
        for approver in people:
            page = browser(approver.user).get(APPROVALS).content.decode()
            assert "Website relaunch" in page, approver
            sheet = actions.approve(sheet, by=approver)
            states.append(sheet.state)
        assert states == ["partly_approved", "partly_approved", "approved"]
        assert list(sheet.signatures.order_by("id").values_list("level", flat=True)) == [0, 0, 1]


def test_approvals_ask_no_more_for_more_rows(acme, alice, bobs, entry, approved_here, browser, inside, website):
    def hand_in(first):
        with inside(acme):
            for number in range(first, first + 4):
                day = MONDAY - timedelta(days=7 * number)
                time.log_time(bobs, website, None, day, 60, note="Sketches")
                actions.submit(bobs, day, by=bobs)

    hand_in(1)
    assert_same_statements(browser(alice), APPROVALS, lambda: hand_in(5))


def test_settings_are_kept_with_their_history(acme, alice, bob, browser, inside):
    client = browser(alice)
    assert browser(bob).get("/a/acme/admin/time/").status_code == 403
    client.post("/a/acme/admin/time/", {"day_ends": "18:00", "allows_future": "on", "smallest_group": "3"})
    client.post(
        "/a/acme/admin/time/approval/", {"approval": "manager", "levels": "1", "period": "two_weeks", "version": 1}
    )
    with inside(acme):
        assert TimeSettings.objects.get().approval == "off"  # two weeks need a beginning
    asked = {"approval": "manager", "levels": "2", "period": "month", "version": 1}
    client.post("/a/acme/admin/time/approval/", asked)
    stale = client.post("/a/acme/admin/time/lock/", {"locked_through": "2026-10-31", "version": 1})
    assert stale.status_code == 409
    page = client.post("/a/acme/admin/time/lock/", {"locked_through": "2026-10-31", "version": 2}, follow=True)
    assert "Locked up to" in page.content.decode()
    with inside(acme):
        stored = TimeSettings.objects.get()
        assert (stored.day_ends.hour, stored.period, stored.levels, stored.version) == (18, "month", 2, 3)


def test_a_manager_is_chosen_and_never_in_a_circle(acme, alice, bob, alices, bobs, browser):
    client = browser(alice)
    at = f"/a/acme/admin/people/{bobs.public_id}/"
    client.post(at, {"role": "manager", "manager": alices.public_id, "version": bobs.version})
    bobs.refresh_from_db()
    assert bobs.manager_id == alices.pk
    mine = f"/a/acme/admin/people/{alices.public_id}/"
    refused = client.post(mine, {"role": "owner", "manager": bobs.public_id, "version": alices.version})
    assert refused.status_code == 422
    assert "perhaps through others" in refused.content.decode()


def test_a_day_of_another_age_is_not_submitted_and_plans_no_centuries(acme, bobs, approved_here, inside):
    for day in (date(1, 1, 10), date(9999, 12, 20), date(9999, 12, 31)):
        with inside(acme), pytest.raises(NotReady):
            actions.submit(bobs, day, by=bobs, no_hours=True)
    with inside(acme):
        assert not Timesheet.objects.exists()
        for year in (1990, 2026, 2190):
            days = {"first_day": date(year, 3, 1), "last_day": date(year, 3, 7)}
            Timesheet.objects.create(person=bobs, state="submitted", **days)
        sheets = list(Timesheet.objects.with_names())
        assert [len(summary.days) for summary in summaries(sheets).values()] == [7, 7, 7]
        assert sum(map(len, _planned(sheets).values())) == 21


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_beyond_the_calendar_are_refused(alice, approved_here, browser, day):
    alices = browser(alice)
    url = "/a/acme/admin/time/approval/"
    facts = {"approval": "manager", "levels": 1, "period": "two_weeks", "period_starts_on": day, "version": 1}
    assert "Choose a day from 1970 to 2199" in alices.post(url, facts).content.decode()
    away = {"delegate": "", "first_day": day, "last_day": day}
    assert "Choose a day from 1970 to 2199" in alices.post("/a/acme/time/delegates/", away).content.decode()


def test_returning_without_words_stays_at_the_timesheet(acme, alice, entry, approved_here, browser, bobs, inside):
    with inside(acme):
        sheet = actions.submit(bobs, MONDAY, by=bobs)
    answer = browser(alice).post(f"/a/acme/time/sheets/{sheet.public_id}/return/", {"words": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert f"/time/sheets/{sheet.public_id}/approve/" in page


def test_home_counts_what_waits_and_an_approver_reminds_the_others(alice, bob, entry, approved_here, browser):
    alices, bobs = browser(alice), browser(bob)
    assert "Remind" in alices.get(f"{APPROVALS}?show=missing").content.decode()
    assert "Reminded Bob Reyes." in alices.post(f"{APPROVALS}remind/", follow=True).content.decode()
    assert "not submitted" in bobs.get("/a/acme/notices/").content.decode()
    nobody = alices.post(f"{APPROVALS}remind/", {"person": "zebra"}, follow=True).content.decode()
    assert "Reminded" not in nobody
    assert "Approvals waiting" not in alices.get("/a/acme/").content.decode()
    bobs.post("/a/acme/time/submit/", {"day": MONDAY})
    home = alices.get("/a/acme/").content.decode()
    tile = home.split("Approvals waiting")[1][:200]
    assert 'href="/a/acme/time/approvals/"' in home and ">1<" in "".join(tile.split())
    assert "Approvals waiting" not in bobs.get("/a/acme/").content.decode()


def test_before_it_is_submitted_one_reads_to_whom_it_goes(alice, bob, carol, entry, approved_here, browser):
    bobs = browser(bob).get(f"/a/acme/time/submit/?day={MONDAY}").content.decode()
    assert "It goes to Alice Novak for approval." in bobs
    assert "It goes to you for approval." in browser(alice).get("/a/acme/time/submit/").content.decode()
    assert "Submit week" in browser(bob).get("/a/acme/time/").content.decode()
    assert 'aria-label="Approval"' not in browser(carol).get("/a/acme/time/").content.decode()
