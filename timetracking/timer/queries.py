"""What runs, what ran, and what is offered to run next."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import Membership
from lib.weeks import local_day
from tenancy.written import Written
from timetracking.models import RunningTimer, TimeEntry, open_to
from timetracking.timer.clock import Span, whole_minute

_RUNS = Written(lambda: RunningTimer.objects.order_by().values("person_id"), by="person_id")
LOOKED_AT = 200
OFFERED = 6  # below each other, each with its button
SUGGESTED = 50  # while one types


def running_timer(person: Membership, *, lock: bool = False) -> RunningTimer | None:
    """What the person works on now, with names."""
    if not lock and not _RUNS.of([person.pk]):  # every page asks, and most find nothing
        return None
    timers = RunningTimer.objects.filter(person=person).select_related("project__company", "task")
    if lock:
        timers = timers.select_for_update(of=("self",))
    timer = timers.first()
    if timer is not None:
        timer.person = person
    return timer


def taken(person: Membership, start: datetime, stop: datetime) -> list[Span]:
    """When the person's timers have logged minutes between two instants."""
    near = timedelta(days=2)  # days are those of each entry's zone; the index finds them
    days = [local_day(start - near, start.tzinfo), local_day(stop + near, stop.tzinfo)]  # type: ignore[arg-type]
    entries = TimeEntry.objects.of(person).between(*days).filter(source=TimeEntry.Source.TIMER)
    entries = entries.filter(started_at__lt=stop, stopped_at__gt=whole_minute(start))
    return list(entries.order_by("started_at").values_list("started_at", "stopped_at"))


def begun_after(person: Membership, at: datetime) -> datetime | None:
    """When the person's next timer was started after ``at``, if one was."""
    entries = TimeEntry.objects.of(person).filter(source=TimeEntry.Source.TIMER, started_at__gte=at)
    begun = [*RunningTimer.objects.filter(person=person, started_at__gte=at).values_list("started_at", flat=True)]
    begun += [*entries.order_by("started_at").values_list("started_at", flat=True)[:1]]
    return min(begun, default=None)


def to_resume(person: Membership, *, but: RunningTimer | None = None, most: int = OFFERED) -> list[TimeEntry]:
    """The person's last different entries on what still takes time, without what runs already."""
    entries = TimeEntry.objects.of(person).filter(open_to(person)).with_names().order_by("-updated_at", "-id")
    different: dict[tuple[int, int | None, str, tuple[str, ...]], TimeEntry] = {}
    for entry in entries[:LOOKED_AT]:
        if entry.project.is_active and (entry.task is None or entry.task.is_active):
            different.setdefault((entry.project_id, entry.task_id, entry.note, tuple(entry.tag_names)), entry)
    if but is not None:
        different.pop((but.project_id, but.task_id, but.note, tuple(but.tags)), None)
    return list(different.values())[:most]
