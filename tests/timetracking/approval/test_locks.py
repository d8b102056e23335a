"""Whatever the way in: no hour of a locked day comes, goes or changes; who may be late says why, and that is kept."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy.context import Actor, activate, memory
from tests.timetracking.conftest import MONDAY, TUESDAY
from timetracking import actions
from timetracking.errors import Locked
from timetracking.models import LateEdit, RunningTimer, TimeEntry, TimeSettings, Timesheet, work_value
from timetracking.queries import cell_of
from timetracking.sheets import locks
from timetracking.timer import actions as timer

SUNDAY = MONDAY - timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)


def sheet_of(person, state=Timesheet.State.SUBMITTED):
    now = timezone.now()
    days = {"first_day": MONDAY, "last_day": MONDAY + timedelta(days=6)}
    return Timesheet.objects.create(person=person, state=state, submitted_at=now, decided_at=now, **days)


def lock_through(day, **more):
    TimeSettings.objects.update_or_create(defaults={"locked_through": day, **more})
    memory().pop(TimeSettings, None)


@pytest.fixture(params=["submitted", "approved", "lock date"])
def locked_week(request, acme, bobs, entry, inside):
    """Bob's hour and a half on a Monday that is closed, in each of three ways."""
    with inside(acme):
        if request.param == "lock date":
            lock_through(MONDAY + timedelta(days=6))
        else:
            sheet_of(bobs, request.param)
    return entry


def stored():
    return list(TimeEntry.objects.order_by("id").values_list("day", "minutes", "note", "version"))


def test_every_path_is_refused(acme, bob, bobs, website, design, internal, locked_week, inside, client):
    client.force_login(bob)
    work, entry = f"{website.public_id}.{design.public_id}", locked_week
    with inside(acme):
        version = cell_of(bobs, website, design, MONDAY).version
        outside = actions.log_time(bobs, website, design, SUNDAY, 30) if not is_by_date() else None
        before = stored()
    at = f"/a/acme/time/entries/{entry.public_id}/"
    cell = {"work": work, "day": MONDAY, "version": version, "text": "2:00"}
    form = {"day": MONDAY, "work": work, "time": "2:00", "note": "", "version": 1}
    asked = [
        ("a cell", "time/cell/", cell),
        ("a cell cleared", "time/cell/", cell | {"text": "0"}),
        ("an empty cell", "time/cell/", cell | {"day": TUESDAY, "version": ""}),
        ("billing", "time/cell/billable/", cell | {"billable": ""}),
        ("the day's form", "time/entries/", form),
        ("the entry's form", at.removeprefix("/a/acme/"), form),
        ("a move out of it", at.removeprefix("/a/acme/"), form | {"day": SUNDAY, "time": "1:30"}),
        ("another project", at.removeprefix("/a/acme/"), form | {"work": internal.public_id, "time": "1:30"}),
        ("a deletion", f"time/entries/{entry.public_id}/delete/", {}),
        ("the cell's panel", "time/cell/entries/add/", cell | {"time": "1:00"}),
        ("an entry in the panel", f"time/cell/entries/{entry.public_id}/", {"time": "3:00", "version": 1}),
    ]
    if outside:
        into = f"time/entries/{outside.public_id}/"
        asked.append(("a move into it", into, form | {"time": "0:30"}))
    for path, url, data in asked:
        answer = client.post(f"/a/acme/{url}", data)
        assert answer.status_code == 422, path
        assert says_why(answer.content.decode()), path
    with inside(acme):
        assert stored() == before
        assert not LateEdit.objects.exists()


def is_by_date():
    return TimeSettings.current().locked_through is not None


def says_why(text):
    return any(words in text for words in ("can withdraw", "to reopen the timesheet", "Owners, admins and managers"))


def test_what_comes_without_a_form_is_refused_too(acme, bobs, website, design, locked_week, inside):
    with inside(acme):
        before, week = stored(), timedelta(days=7)
        gone = actions.Undo(restore=[{**actions.snapshot(locked_week), "id": "0b1f0c86-5a0f-4a4e-8f0d-000000000001"}])
        with pytest.raises(Locked):
            actions.undo(bobs, gone)
        with pytest.raises(Locked):
            actions.undo(bobs, actions.Undo(remove=[str(locked_week.public_id)]))
        lock_through(NEXT_MONDAY + timedelta(days=6))
        copied = actions.copy_week(bobs, MONDAY, NEXT_MONDAY, hours=True)
        assert (copied.entries, copied.cells_locked) == (0, 1)
        assert stored() == before
        assert set(locks.why(bobs, MONDAY, MONDAY + week)) == {MONDAY + timedelta(days=n) for n in range(8)}


def test_a_timer_that_ends_in_a_locked_day_runs_on(acme, bobs, website, inside):
    with inside(acme):
        now = timezone.now()
        timer.start(bobs, website, at=now - timedelta(hours=2))
        lock_through(timezone.localdate() + timedelta(days=1), lock_reason="books closed")
        with pytest.raises(Locked, match=r"books closed.*The timer goes on, and its 2:00 are kept"):
            timer.stop(bobs)
        with pytest.raises(Locked):
            timer.start(bobs, website, note="another")
        assert RunningTimer.objects.filter(person=bobs).exists()
        assert not TimeEntry.objects.exists()
        timer.stop_for_leaving(bobs)
        assert not RunningTimer.objects.exists()


def test_a_late_edit_needs_a_reason_and_the_right(acme, bobs, alices, entry, inside):
    with inside(acme):
        sheet = sheet_of(bobs, Timesheet.State.APPROVED)
        locks_for = Actor("member", bobs.pk, "Bob")
        with activate(acme, actor=locks_for), pytest.raises(Locked):
            actions.change_entry(entry, minutes=120, reason="I forgot")
        entry.refresh_from_db()
        with activate(acme, actor=Actor("member", alices.pk, "Alice")):
            with pytest.raises(Locked):
                actions.change_entry(entry, minutes=120, reason=" ")
            entry.refresh_from_db()
            actions.change_entry(entry, minutes=120, reason="Forgot the call")
        late = LateEdit.objects.get()
        assert (late.before["minutes"], late.after["minutes"], late.reason, late.by) == (
            90,
            120,
            "Forgot the call",
            alices,
        )
        sheet.refresh_from_db()
        assert sheet.state == "submitted"


def test_the_panel_of_a_locked_cell_asks_those_who_may_for_a_reason(
    client, acme, bob, alice, bobs, website, design, entry, inside
):
    with inside(acme):
        sheet_of(bobs, Timesheet.State.APPROVED)
    cell = {"work": work_value(website, design), "day": MONDAY, "person": bobs.public_id}
    one, panel = f"/a/acme/time/cell/entries/{entry.public_id}/", "/a/acme/time/cell/entries/"
    client.force_login(bob)
    assert 'name="reason"' not in client.get(panel, cell).content.decode()
    assert "data-late" not in client.get(f"/a/acme/time/?week={MONDAY}").content.decode()
    client.force_login(alice)
    assert "data-late" in client.get(f"/a/acme/time/?week={MONDAY}&person={bobs.public_id}").content.decode()
    assert client.get(panel, cell).content.decode().count('name="reason"') == 2  # of the entry, and of one more
    changed, part = {"time": "2:00", "version": 1}, {"HX-Request": "true"}
    assert client.post(one, changed, headers=part).status_code == 422
    gone = client.post(f"/a/acme/time/entries/{entry.public_id}/delete/", changed, headers=part)
    assert gone.status_code == 422 and "of these days are closed" in gone.content.decode()
    with inside(acme):
        assert not LateEdit.objects.exists()
    assert client.post(one, changed | {"reason": "The call was longer"}, headers=part).status_code == 200
    with inside(acme):
        assert [(each.after["minutes"], each.reason) for each in LateEdit.objects.all()] == [
            (120, "The call was longer")
        ]


def test_the_days_to_come_can_be_closed(acme, bobs, website, inside):
    with inside(acme):
        tomorrow = timezone.localdate() + timedelta(days=2)
        booked = actions.log_time(bobs, website, None, tomorrow, 60)
        lock_through(None, allows_future=False)
        with pytest.raises(Locked, match="still to come"):
            actions.log_time(bobs, website, None, tomorrow, 60)
        actions.delete_entries([booked])
        assert not TimeEntry.objects.exists()


def test_who_was_held_in_a_part_that_was_rolled_back_is_held_again(acme, bobs, inside):
    with inside(acme), CaptureQueriesContext(connection) as asked:
        locks.hold(bobs)
        locks.hold(bobs)
        with transaction.atomic():
            locks.hold(bobs)
        with suppress(ZeroDivisionError), transaction.atomic():
            locks.hold(bobs, alone=True)
            locks.hold(bobs)
            raise ZeroDivisionError
        locks.hold(bobs, alone=True)
        with suppress(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        locks.hold(bobs)
    waited = [each["sql"].split("(")[0] for each in asked.captured_queries if "advisory" in each["sql"]]
    alone, beside = "SELECT pg_advisory_xact_lock", "SELECT pg_advisory_xact_lock_shared"
    assert waited == [beside, alone, alone]
