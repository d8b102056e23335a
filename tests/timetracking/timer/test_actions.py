"""Start, stop, switch, change, discard, take back: one timer a person, every minute once."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.people import members
from audit.models import Event
from timetracking.actions import archive, change_entry
from timetracking.errors import Archived, NothingRuns, UnderAMinute, WrongMoment
from timetracking.models import RunningTimer, TimeEntry
from timetracking.timer import actions, forgotten
from timetracking.timer.actions import Back
from timetracking.timer.queries import running_timer, to_resume

pytestmark = pytest.mark.usefixtures("moving_clock")


@pytest.fixture(autouse=True)
def _in_acme(acme, inside):
    with inside(acme):
        yield


def logged():
    """(project, start, end) of every entry, by the clock in UTC."""
    entries = TimeEntry.objects.with_names().order_by("started_at")
    return [(str(e.project), f"{e.started_at:%H:%M}", f"{e.stopped_at:%H:%M}") for e in entries]


def test_its_whole_minutes_become_an_entry(bobs, website, design, moving_clock):
    actions.start(bobs, website, design, note="Sketches")
    moving_clock.goes_on(minutes=42, seconds=30)
    [entry] = actions.stop(bobs).entries
    assert (entry.minutes, entry.note, entry.day, entry.source, entry.billable) == (
        43, "Sketches", date(2026, 11, 18), "timer", True,
    )  # fmt: skip
    assert (entry.task, entry.time_zone, entry.needs_check) == (design, bobs.user.time_zone, False)
    assert logged() == [("Website relaunch", "09:00", "09:43")]
    assert running_timer(bobs) is None
    with pytest.raises(NothingRuns):
        actions.stop(bobs)


def test_starting_another_stops_it_at_the_same_second(bobs, website, internal, moving_clock):
    actions.start(bobs, website)
    moving_clock.goes_on(minutes=5)
    started = actions.start(bobs, internal)
    assert started.stopped.minutes == 5
    moving_clock.goes_on(minutes=3)
    actions.stop(bobs)
    assert logged() == [("Website relaunch", "09:00", "09:05"), ("Internal", "09:05", "09:08")]


def test_starting_the_same_again_lets_it_run(bobs, website, moving_clock):
    first = actions.start(bobs, website).timer
    moving_clock.goes_on(minutes=5)
    assert actions.start(bobs, website).timer == first
    assert not TimeEntry.objects.exists()


def test_the_database_keeps_a_second_one_out(bobs, website, internal):
    timer = actions.start(bobs, website).timer
    values = {name: getattr(timer, name) for name in ("person", "started_at", "time_zone", "seen_at", "ask_at")}
    with pytest.raises(IntegrityError, match="runningtimer_one_a_person"), transaction.atomic():
        RunningTimer.objects.create(project=internal, **values)


def test_under_a_minute_it_asks(bobs, website, moving_clock):
    actions.start(bobs, website)
    moving_clock.goes_on(seconds=59)
    with pytest.raises(UnderAMinute):
        actions.stop(bobs)
    assert running_timer(bobs) is not None
    assert actions.stop(bobs, keep=True).minutes == 1
    actions.start(bobs, website)  # in the minute that was just logged
    moving_clock.goes_on(seconds=70)
    assert actions.stop(bobs).minutes == 1
    assert logged() == [("Website relaunch", "09:00", "09:01"), ("Website relaunch", "09:01", "09:02")]
    actions.start(bobs, website)
    assert actions.stop(bobs, keep=False).entries == []
    assert len(logged()) == 2


def test_an_archived_project_refuses_and_the_timer_goes_on(bobs, website, internal, moving_clock):
    actions.start(bobs, website)
    moving_clock.goes_on(minutes=42)
    archive(website)
    for refused in (lambda: actions.stop(bobs), lambda: actions.start(bobs, internal)):
        with pytest.raises(Archived, match="choose something else for its 0:42"):
            refused()
    timer = running_timer(bobs)
    actions.change(bobs, expected=timer.version, project=internal, task=None)
    assert [str(entry.project) for entry in actions.stop(bobs).entries] == ["Internal"]
    with pytest.raises(Archived):
        actions.start(bobs, website)


def test_its_start_is_changed_but_not_into_what_is_logged(bobs, website, internal, moving_clock):
    actions.start(bobs, website)
    moving_clock.goes_on(minutes=10)
    timer = actions.start(bobs, internal).timer
    now = moving_clock.now()
    for moment, words in ((now - timedelta(minutes=5), "until 09:10"), (now + timedelta(minutes=1), "later than now")):
        with pytest.raises(WrongMoment, match=words):
            actions.change(bobs, expected=timer.version, started_at=moment)
    moving_clock.goes_on(minutes=10)
    actions.change(bobs, expected=timer.version, started_at=moving_clock.now() - timedelta(minutes=4))
    assert actions.stop(bobs).minutes == 4


def test_what_was_stopped_or_discarded_runs_on_when_taken_back(bobs, website, internal, moving_clock):
    actions.start(bobs, website, note="Sketches")
    moving_clock.goes_on(minutes=10)
    gone = actions.discard(bobs)
    assert (running_timer(bobs), logged()) == (None, [])
    actions.take_back(bobs, Back(gone.was))
    started = actions.start(bobs, internal)
    back = Back(started.stopped.was, [str(e.public_id) for e in started.stopped.entries], str(started.timer.public_id))
    moving_clock.goes_on(minutes=10)
    timer = actions.take_back(bobs, back)
    assert (str(timer.project), timer.note, logged()) == ("Website relaunch", "Sketches", [])
    assert actions.stop(bobs).minutes == 20
    kinds = Event.objects.order_by("id").values_list("kind", flat=True)
    assert [kind for kind in kinds if kind.startswith("timer.")].count("timer.discarded") == 2


def test_the_zone_is_that_of_the_start(bobs, website, moving_clock):
    bobs.user.time_zone = "Pacific/Apia"
    actions.start(bobs, website)
    bobs.user.time_zone = "Pacific/Honolulu"
    moving_clock.goes_on(hours=3)  # past midnight in Apia, still the day before in Honolulu
    first, second = actions.stop(bobs).entries
    assert {first.time_zone, second.time_zone} == {"Pacific/Apia"}
    assert [(entry.day.day, entry.minutes) for entry in (first, second)] == [(18, 120), (19, 60)]


def test_a_forgotten_one_stops_when_its_person_was_last_seen_and_says_so(bobs, website, moving_clock):
    timer = actions.start(bobs, website).timer
    assert timer.ask_at == forgotten.ask_at(timer.started_at, timer.zone)
    moving_clock.goes_on(minutes=30)
    actions.note_seen(timer, moving_clock.now())
    moving_clock.goes_on(hours=20)
    [entry] = actions.stop_when_last_seen(bobs).entries
    assert (entry.minutes, entry.needs_check) == (30, True)
    assert not change_entry(entry).needs_check  # looked at, and right


def test_who_leaves_works_no_more(acme, alices, bobs, website, moving_clock):
    actions.start(bobs, website)
    moving_clock.goes_on(minutes=30)
    actions.note_seen(running_timer(bobs), moving_clock.now())
    moving_clock.goes_on(hours=3)
    archive(website)
    members.deactivate(bobs, to=None, by=alices)
    assert running_timer(bobs) is None
    assert [(e.minutes, e.needs_check) for e in TimeEntry.objects.of(bobs)] == [(30, True)]


def test_the_last_different_ones_are_offered_again(bobs, website, internal, moving_clock):
    for project, note in ((website, "a"), (website, "b"), (website, "a"), (internal, "")):
        actions.start(bobs, project, note=note)
        moving_clock.goes_on(minutes=2)
    actions.stop(bobs)
    archive(internal)
    assert [(str(e.project), e.note) for e in to_resume(bobs)] == [("Website relaunch", "a"), ("Website relaunch", "b")]
