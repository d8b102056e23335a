"""Start, stop, switch, change, discard. Each keeps the rule: at most one timer a person, no minute lost or twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

import audit
from accounts.models import Membership
from lib import formats
from lib.weeks import local_day
from timetracking import summary
from timetracking.access import refuse_closed
from timetracking.actions import Undo, store_entry, whose
from timetracking.actions import undo as undo_entries
from timetracking.errors import Archived, Locked, NothingRuns, NotOnTheTeam, UnderAMinute, WrongMoment
from timetracking.models import Project, RunningTimer, Task, TimeEntry, is_billable
from timetracking.queries import zone_of
from timetracking.sheets import locks
from timetracking.timer import forgotten
from timetracking.timer.clock import Span, minutes_of, one_minute, whole_minute, worked
from timetracking.timer.queries import running_timer, taken

LONGEST_AGO = timedelta(days=31)  # for a start that is typed; what runs may run on
Snapshot = dict[str, Any]


@dataclass(frozen=True)
class Stopped:
    """A timer that runs no more, and the entries that its minutes became: none when there was not one whole minute."""

    was: Snapshot
    entries: list[TimeEntry] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries)

    @property
    def name(self) -> str:
        """Website relaunch · Design."""
        return " · ".join(filter(None, [self.was["project_name"], self.was["task_name"]]))


@dataclass(frozen=True)
class Started:
    """A timer that runs now, and what it stopped."""

    timer: RunningTimer
    stopped: Stopped | None = None


@dataclass(frozen=True)
class Back:
    """What takes it back: the timer to run again, the entries it had become, the timer that took its place."""

    timer: Snapshot
    remove: list[str] = field(default_factory=list)
    instead: str = ""


@transaction.atomic
def start(
    person: Membership,
    project: Project,
    task: Task | None = None,
    *,
    note: str = "",
    tags: Iterable[str] = (),
    billable: bool | None = None,
    at: datetime | None = None,
    public_id: UUID | None = None,
) -> Started:
    """Start the person's timer; what runs is stopped at the same second. What runs already goes on."""
    _one_at_a_time(person)
    refuse_closed(person, project, task)
    now = timezone.now()
    at = min(at or now, now)
    _refuse_long_ago(at)
    before, stopped, tags = running_timer(person, lock=True), None, list(tags)
    if before is not None:
        if before.public_id == public_id or _is_same(before, project, task, note, tags):
            return Started(before)
        if at < before.started_at:
            raise WrongMoment(f"{before} runs since {_clock(before.started_at, before)}: begin then, or later.")
        stopped = _finish(before, at)
    timer = _timer(person, project, task, at, note=note, tags=tags, billable=billable, public_id=public_id)
    locks.refuse(person, local_day(at, timer.zone))
    timer.save(force_insert=True)
    audit.record("timer.started", timer, data={"timer": snapshot(timer), **whose(timer)})
    return Started(timer, stopped)


@transaction.atomic
def log_between(
    person: Membership,
    project: Project,
    task: Task | None,
    start: datetime,
    stop: datetime,
    *,
    note: str = "",
    tags: Iterable[str] = (),
    public_id: UUID | None = None,
) -> Stopped:
    """Log what a timer would have, had it run from ``start`` to ``stop``; what is logged already stays as it is."""
    _one_at_a_time(person)
    refuse_closed(person, project, task)
    timer = _timer(person, project, task, start, note=note, tags=tags, public_id=public_id)
    spans = worked(start, stop, timer.zone, taken(person, start, stop))
    return Stopped(snapshot(timer), _entries(timer, spans))


@transaction.atomic
def stop(person: Membership, *, at: datetime | None = None, keep: bool | None = None) -> Stopped:
    """Stop the person's timer, now or ``at`` an earlier moment; its whole minutes become entries.

    Without one it is asked about (``UnderAMinute``) unless ``keep`` says: keep one minute, or none.
    """
    timer = _running(person)
    now = timezone.now()
    at = now if at is None else at
    if not timer.started_at <= at <= now:
        raise WrongMoment(f"It runs since {_clock(timer.started_at, timer)}: choose a moment from then until now.")
    return _finish(timer, at, keep=keep, asks=keep is None)


@transaction.atomic
def stop_when_last_seen(person: Membership) -> Stopped:
    """Stop a forgotten timer when its person was last here, which is a guess and is marked as one."""
    timer = _running(person)
    return _finish(timer, max(timer.seen_at, timer.started_at), asks=True, is_guess=True)


@transaction.atomic
def stop_for_leaving(person: Membership) -> None:
    """Stop the timer of somebody who leaves, when they were last seen. Nobody is left to ask."""
    locks.hold(person)
    if (timer := running_timer(person, lock=True)) is None:
        return
    seen = max(timer.seen_at, timer.started_at)
    try:
        _finish(timer, seen, is_guess=True, even_closed=True)
    except Locked:  # the log keeps how long it ran
        _drop(timer, seen)


@transaction.atomic
def discard(person: Membership) -> Stopped:
    """Forget the timer and its time; the log keeps how much that was."""
    timer = _running(person)
    _drop(timer, timezone.now())
    return Stopped(snapshot(timer))


@transaction.atomic
def change(person: Membership, *, expected: int, **changes: Any) -> RunningTimer:
    """Change what runs, or since when; raises Conflict when it is not the version expected."""
    timer = _running(person)
    before = _shown(timer)
    for name, value in changes.items():
        setattr(timer, name, value)
    if {"project", "task"} & changes.keys():
        refuse_closed(person, timer.project, timer.task)
    if "started_at" in changes:
        _refuse_wrong_start(timer)
        timer.ask_at, timer.asked_at = forgotten.ask_at(timer.started_at, timer.zone), None
    after = _shown(timer)
    if after != before:
        timer.save_checked(expected)
        differences = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
        audit.record("timer.changed", timer, data={"changes": differences, **whose(timer)})
    return timer


@transaction.atomic
def keep_running(person: Membership) -> RunningTimer:
    """They still work on it: ask again after ten more hours."""
    timer = _running(person)
    timer.ask_at, timer.asked_at = timezone.now() + forgotten.LONG, None
    timer.save(update_fields=["ask_at", "asked_at"])
    return timer


@transaction.atomic
def take_back(person: Membership, back: Back) -> RunningTimer | None:
    """Let the timer run on as if it had never been stopped or discarded; None where something else runs by now."""
    _one_at_a_time(person)
    now_running = running_timer(person, lock=True)
    if now_running is not None:
        if str(now_running.public_id) != back.instead:
            return None
        _drop(now_running, timezone.now())
    project = Project.objects.filter(public_id=back.timer["project"]).first()
    if project is None:
        return None
    task = Task.objects.filter(public_id=back.timer["task"]).first() if back.timer["task"] else None
    undo_entries(person, Undo(remove=back.remove))
    at = datetime.fromisoformat(back.timer["started_at"])
    kept = {name: back.timer[name] for name in ("note", "billable")}
    kept["tags"] = back.timer.get("tags", [])
    return start(person, project, task, at=at, **kept).timer


def note_seen(timer: RunningTimer, now: datetime) -> None:
    """Remember the minute in which they were last here; most pages write nothing."""
    if timer.seen_at < whole_minute(now):
        RunningTimer.objects.filter(pk=timer.pk).update(seen_at=whole_minute(now))


def snapshot(timer: RunningTimer) -> Snapshot:
    """The timer in public words, enough to let it run again."""
    return {
        "id": str(timer.public_id),
        "project": str(timer.project.public_id),
        "project_name": str(timer.project),
        "task": str(timer.task.public_id) if timer.task else None,
        "task_name": str(timer.task or ""),
        "note": timer.note,
        "tags": timer.tags,
        "billable": timer.billable,
        "started_at": timer.started_at.isoformat(),
    }


def _one_at_a_time(person: Membership) -> None:
    """Two first starts have no row to lock; the later one waits, and finds the other's timer. Until commit."""
    locks.hold(person, turn=0)


def _running(person: Membership) -> RunningTimer:
    locks.hold(person)
    timer = running_timer(person, lock=True)
    if timer is None:
        raise NothingRuns
    return timer


def _is_same(timer: RunningTimer, project: Project, task: Task | None, note: str, tags: list[str]) -> bool:
    asked = (project.pk, task and task.pk, note, tags)
    return (timer.project_id, timer.task_id, timer.note, timer.tags) == asked


def _finish(
    timer: RunningTimer,
    at: datetime,
    *,
    keep: bool | None = None,
    asks: bool = False,
    is_guess: bool = False,
    even_closed: bool = False,
) -> Stopped:
    logged = taken(timer.person, timer.started_at, at)
    spans = worked(timer.started_at, at, timer.zone, logged)
    if not spans and asks:
        raise UnderAMinute(f"{timer} ran for less than a minute. Keep one minute, or discard it?")
    if not spans and keep:
        spans = [one_minute(timer.started_at, logged)]
    if not spans:
        _drop(timer, at)
        return Stopped(snapshot(timer))
    if not even_closed:
        _refuse_if_closed(timer, minutes_of(spans))
    _refuse_if_locked(timer, spans)
    stopped = Stopped(snapshot(timer), _entries(timer, spans, is_guess))
    timer.delete()
    return stopped


def _timer(
    person: Membership,
    project: Project,
    task: Task | None,
    at: datetime,
    *,
    note: str = "",
    tags: Iterable[str] = (),
    billable: bool | None = None,
    public_id: UUID | None = None,
) -> RunningTimer:
    zone = zone_of(person)
    return RunningTimer(
        public_id=public_id or uuid4(), person=person, project=project, task=task, note=note, tags=list(tags),
        billable=is_billable(project, task) if billable is None else billable, started_at=at, time_zone=zone.key,
        seen_at=whole_minute(timezone.now()), ask_at=forgotten.ask_at(at, zone),
    )  # fmt: skip


@summary.together()
def _entries(timer: RunningTimer, spans: list[Span], is_guess: bool = False) -> list[TimeEntry]:
    return [_entry(timer, span, is_guess, is_first=span == spans[0]) for span in spans]


def _entry(timer: RunningTimer, span: Span, is_guess: bool, *, is_first: bool) -> TimeEntry:
    """The first one goes by the timer's own id: who asks twice for it finds that it was done."""
    return store_entry(
        TimeEntry(
            public_id=timer.public_id if is_first else uuid4(),
            person=timer.person, project=timer.project, task=timer.task, note=timer.note, billable=timer.billable,
            day=local_day(span[0], timer.zone), minutes=minutes_of([span]), started_at=span[0], stopped_at=span[1],
            time_zone=timer.time_zone, source=TimeEntry.Source.TIMER, needs_check=is_guess,
        ),
        timer.tags,
    )  # fmt: skip


def _drop(timer: RunningTimer, at: datetime) -> None:
    minutes = max(int((at - timer.started_at).total_seconds() // 60), 0)
    audit.record("timer.discarded", timer, data={"timer": snapshot(timer), "minutes": minutes, **whose(timer)})
    RunningTimer.objects.filter(pk=timer.pk).delete()


def _refuse_if_closed(timer: RunningTimer, minutes: int) -> None:
    try:
        refuse_closed(timer.person, timer.project, timer.task)
    except (Archived, NotOnTheTeam) as refusal:
        words = f"The timer goes on: choose something else for its {formats.hours(minutes)}, or discard it."
        raise type(refusal)(f"{refusal} {words}") from refusal


def _refuse_if_locked(timer: RunningTimer, spans: list[Span]) -> None:
    try:
        locks.refuse(timer.person, *(local_day(span[0], timer.zone) for span in spans))
    except Locked as refusal:
        hours = formats.hours(minutes_of(spans))
        words = f"The timer goes on, and its {hours} are kept: open that day, begin later, or discard it."
        raise Locked(f"{refusal} {words}") from refusal


def _refuse_wrong_start(timer: RunningTimer) -> None:
    now = timezone.now()
    if timer.started_at > now:
        raise WrongMoment("A timer can't begin later than now.")
    _refuse_long_ago(timer.started_at)
    if logged := taken(timer.person, timer.started_at, now):
        raise WrongMoment(f"Your timer has logged time until {_clock(logged[-1][1], timer)}. Start then, or later.")


def _refuse_long_ago(started_at: datetime) -> None:
    if started_at < timezone.now() - LONGEST_AGO:
        raise WrongMoment(f"A timer can't have begun more than {LONGEST_AGO.days} days ago.")


def _shown(timer: RunningTimer) -> dict[str, Any]:
    """What of it can be changed, as the log tells it."""
    values = {"work": str(timer), "note": timer.note, "tags": timer.tags, "billable": timer.billable}
    return {**values, "started_at": timer.started_at.isoformat()}


def _clock(at: datetime, timer: RunningTimer) -> str:
    return formats.clock(at.astimezone(timer.zone))
