"""What is next, and how much: read for lists, boards and panels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import Membership
from crm.models import Activity

State = Literal["none", "planned", "today", "overdue"]
IN_ORDER = ("due_on", "due_time", "id")


@dataclass(frozen=True)
class Next:
    """The next step of a deal: whether there is one, how it stands, and its day."""

    state: State
    day: date | None

    def __iter__(self) -> Any:
        return iter((self.state, self.day))


NONE = Next("none", None)


def here() -> ZoneInfo:
    """The reader's zone."""
    return ZoneInfo(timezone.get_current_timezone_name())


def open_for(member: Membership) -> Any:
    """Open activities that this member may see: a colleague's say nothing of a deal to whoever sees only their own."""
    return Activity.objects.open().visible_to(member)


def next_for(deals: Iterable[Any], member: Membership) -> dict[int, Next]:
    """Each deal's next open activity, in one statement for a whole board. ``deals`` are deals or their numbers."""
    numbers = [getattr(deal, "pk", deal) for deal in deals]
    first = open_for(member).filter(deal_id__in=numbers).order_by("deal_id", *IN_ORDER).distinct("deal_id")
    found = {
        number: Next(state_of(due_on, due_at), day_of(due_on, due_at))
        for number, due_on, due_at in first.values_list("deal_id", "due_on", "due_at")
    }
    return {number: found.get(number, NONE) for number in numbers}


def day_of(due_on: date | None, due_at: datetime | None) -> date | None:
    """The reader's day on which it is due."""
    return timezone.localtime(due_at).date() if due_at else due_on


def state_of(due_on: date | None, due_at: datetime | None) -> State:
    """How an open activity stands on the reader's today. One without a day is planned."""
    day, today = day_of(due_on, due_at), timezone.localdate()
    if day is None or day > today:
        return "planned"
    return "today" if day == today else "overdue"
