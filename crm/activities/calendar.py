"""Activities laid out by day: a month or a week, with what repeats shown ahead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from crm.activities import repeats
from crm.activities.lists import ICONS, Asked
from crm.activities.queries import day_of, here, state_of
from crm.models import Activity
from lib import formats
from lib.weeks import days_of_week, instant_at, start_of_week

VIEWS = ("month", "week")
MOST = 1000  # activities of one page
MOST_SERIES = 200
SHOWN = {"month": 4, "week": 100}  # of a day


@dataclass(frozen=True)
class Entry:
    """An activity on its day, or, ``is_ahead``, one that its series will make."""

    activity: Activity
    at: datetime | None
    state: str
    is_ahead: bool = False

    @property
    def clock(self) -> str:
        return formats.clock(self.at) if self.at else ""

    @property
    def icon(self) -> str:
        return "repeat" if self.is_ahead else ICONS[self.activity.kind]

    @property
    def place(self) -> tuple[bool, float, int]:
        """What has no time of day comes first."""
        return (self.at is not None, self.at.timestamp() if self.at else 0, self.activity.pk)


@dataclass
class Day:
    """One day of the page with what is on it."""

    day: date
    is_today: bool
    is_outside: bool  # of the month that is shown
    entries: list[Entry] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Span:
    """What one page shows, and where its neighbours are."""

    view: str
    day: date
    days: list[date]
    previous: date
    next: date

    @property
    def title(self) -> str:
        if self.view == "month":
            return f"{self.day:%B} {self.day.year}"
        return f"{formats.day(self.days[0])} to {formats.day(self.days[-1], 'year')}"


def span_of(view: str, day: date, first_weekday: int) -> Span:
    """The days of a week, or the whole weeks of a month."""
    if view == "week":
        days = days_of_week(day, first_weekday)
        return Span(view, day, days, day - timedelta(days=7), day + timedelta(days=7))
    first = day.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    start = start_of_week(first, first_weekday)
    number = -(-(following - start).days // 7) * 7
    days = [start + timedelta(days=each) for each in range(number)]
    return Span(view, day, days, (first - timedelta(days=1)).replace(day=1), following)


def days_with(member: Membership, asked: Asked, span: Span) -> list[Day]:
    """Each day of the span with what this member may see on it: in two statements, however much there is."""
    found: dict[date, list[Entry]] = defaultdict(list)
    for day, entry in _entries(member, asked, span.days[0], span.days[-1]):
        found[day].append(entry)
    today, days = timezone.localdate(), []
    for day in span.days:
        entries = sorted(found[day], key=lambda entry: entry.place)
        most = SHOWN[span.view] if len(entries) > SHOWN[span.view] else len(entries)
        outside = span.view == "month" and day.month != span.day.month
        days.append(Day(day, day == today, outside, entries[:most], len(entries) - most))
    return days


def _entries(member: Membership, asked: Asked, first: date, last: date) -> Iterator[tuple[date, Entry]]:
    visible = asked.narrowed(Activity.objects.visible_to(member).live())
    for activity in visible.between(first, last, here()).order_by("due_on", "due_time", "id")[:MOST]:
        day: Any = day_of(activity.due_on, activity.due_at)
        state = "done" if activity.is_done else state_of(activity.due_on, activity.due_at)
        yield day, Entry(activity, activity.due_at, state)
    series = visible.open().exclude(repeats="").filter(due_on__lte=last).order_by("due_on", "id")
    for activity in series[:MOST_SERIES]:
        yield from _ahead(activity, first, last)


def _ahead(activity: Activity, first: date, last: date) -> Iterator[tuple[date, Entry]]:
    """The days on which its series will make one, after its own."""
    due: Any = activity.due_on
    for due_on in islice(repeats.days(activity.repeats, due, last + timedelta(days=1)), 1, None):
        clock = activity.due_time
        at = instant_at(due_on, clock.hour * 60 + clock.minute, activity.zone) if clock else None
        day: Any = day_of(due_on, at)
        if first <= day <= last:
            yield day, Entry(activity, at, "planned", is_ahead=True)
