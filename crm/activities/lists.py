"""The lists of activities: whose, of which kind, due when; and the rows as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import can, can_for_others
from crm.activities import repeats
from crm.activities.about import Named, names_of
from crm.activities.queries import IN_ORDER, State, day_of, here, state_of
from crm.models import Activity, Record
from crm.models.activities import A_DAY, EARLIEST, LATEST, due_before, due_between
from lib import formats
from lib.addresses import id_in
from lib.keyset import Page, page

TABS = {"today": "Today", "overdue": "Overdue", "upcoming": "Upcoming", "done": "Done"}
ICONS = {"task": "checkbox", "call": "phone", "meeting": "users", "email": "mail"}
EVERYBODY, NOBODY = "everybody", "nobody"


@dataclass(frozen=True)
class Row:
    """One activity as a list shows it to a reader."""

    activity: Activity
    state: State
    day: date | None
    clock: str
    about: list[Named]
    may_edit: bool

    @property
    def icon(self) -> str:
        return ICONS[self.activity.kind]

    @property
    def repeats(self) -> str:
        """How it repeats, in words."""
        return str(repeats.read(self.activity.repeats)) if self.activity.repeats else ""

    @property
    def when(self) -> str:
        """Its day and time; of today's the time alone."""
        if self.day is None:
            return ""
        if self.state == "today":
            return self.clock or "Today"
        return f"{formats.day(self.day, 'weekday')} {self.clock}".strip()

    @property
    def kind(self) -> str:
        return self.activity.get_kind_display()


@dataclass(frozen=True)
class Asked:
    """Whose activities somebody asked for, and of which kind."""

    owner: Membership | None
    whose: str
    kind: str

    def narrowed(self, rows: Any) -> Any:
        if self.owner is not None:
            rows = rows.filter(owner=self.owner)
        if self.whose == NOBODY:
            rows = rows.filter(owner=None)
        return rows.filter(kind=self.kind) if self.kind else rows


def asked_of(request: Any) -> Asked:
    """One's own, unless the address says whose; a reader, who has none, sees everybody's."""
    member, whose, kind = request.membership, request.GET.get("owner", ""), request.GET.get("kind", "")
    owner = None
    if public_id := id_in(whose):
        owner = Membership.objects.filter(account_id=member.account_id, public_id=public_id).first()
    whose = whose if owner or whose in (EVERYBODY, NOBODY) else ""
    if not whose and can(member, "activity.edit"):
        owner = member
    return Asked(owner, whose, kind if kind in ICONS else "")


def listed(request: Any, tab: str, asked: Asked) -> Page[Row]:
    """One page of a tab."""
    rows, zone, today = Activity.objects.visible_to(request.membership), here(), timezone.localdate()
    order: tuple[str, ...] = IN_ORDER
    if tab == "done":
        rows, order = rows.done(), ("-done_at", "-id")
    elif tab == "overdue":
        rows = rows.open().before(today, zone)
    elif tab == "today":
        rows = rows.open().between(today, today, zone)
    else:
        rows = rows.open().after(today, zone)
    found = page(
        asked.narrowed(rows), order=order, cursor=request.GET.get("page"), shape=lambda rows: rows.with_names()
    )
    return Page(rows_of(found.rows, request.membership), found.next, found.previous, found.is_restarted)


def counts(member: Membership, asked: Asked) -> dict[str, int]:
    """How many are overdue, and due today: in one statement."""
    zone, today = here(), timezone.localdate()
    near = Activity.objects.visible_to(member).open().filter(due_on__lte=today + A_DAY)
    numbers: dict[str, int] = asked.narrowed(near).aggregate(
        overdue=Count("pk", filter=due_before(today, zone)), today=Count("pk", filter=due_between(today, today, zone))
    )
    return numbers


def rows_of(activities: Iterable[Activity], member: Membership, *, on: Record | None = None) -> list[Row]:
    """What the reader sees of them: days and times by the reader's own clock. ``on``: whose page it is."""
    for_others = can_for_others(member, "activity.edit") and can(member, "activity.edit")
    return [
        Row(
            activity,
            state_of(activity.due_on, activity.due_at),
            day_of(activity.due_on, activity.due_at),
            formats.clock(activity.due_at) if activity.due_at else "",
            names_of(activity, member, but_for=on),
            for_others or can(member, "activity.edit", activity),
        )
        for activity in activities
    ]


def day_words(activity: Activity) -> str:
    """The day of an activity, in words."""
    day = day_of(activity.due_on, activity.due_at)
    return formats.day(day, "weekday") if day else ""


def day_in(text: str) -> date | None:
    """A day as addresses have it; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def tabs(request: HttpRequest, current: str, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """Today, Overdue, Upcoming, Done, Calendar; with the filters kept."""
    kept = {name: request.GET[name] for name in ("owner", "kind") if request.GET.get(name)}
    slug = request.account.slug  # type: ignore[attr-defined]
    return [
        {
            "label": label,
            "url": reverse(f"crm:activities_{tab}" if tab != "today" else "crm:activities", args=[slug], query=kept),
            "is_current": tab == current,
            "count": numbers.get(tab),
        }
        for tab, label in {**TABS, "calendar": "Calendar"}.items()
    ]


def filters(request: Any, asked: Asked) -> dict[str, Any]:
    """What the bar of filters offers."""
    people = Membership.objects.active().by_name().filter(account_id=request.account.pk)
    others = can_for_others(request.membership, "activity.view")
    return {"asked": asked, "kinds": Activity.Kind.choices, "people": people if others else []}
