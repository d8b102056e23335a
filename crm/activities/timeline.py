"""What was done, among what else happened with a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import Membership
from crm.activities.about import Named, names_of
from crm.activities.lists import ICONS
from crm.models import Activity, Record
from crm.timeline.sources import Before, Line, Source, about, newest, register

VERBS = {"task": "did", "call": "called:", "meeting": "met:", "email": "wrote:"}


@dataclass(frozen=True)
class Shown:
    """One done activity as a record's timeline tells it."""

    activity: Activity
    elsewhere: list[Named]

    @property
    def verb(self) -> str:
        return VERBS[self.activity.kind]


def _every(record: Record, member: Membership) -> Any:
    return Activity.objects.done().visible_to(member).filter(about(record, member))


def done(record: Record, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """The done ones about it that this member may see."""
    rows = _every(record, member).with_names()
    found = newest(rows.select_related("done_by__user"), before, limit, at="done_at")
    return [
        Line(activity.done_at, activity.pk, "crm/activities/_line.html", shown, ICONS[activity.kind])
        for activity in found
        for shown in [Shown(activity, names_of(activity, member, but_for=record))]
    ]


register(Source("activity", "Activities", "checkbox", done, action="activity.view", order=20, every=_every))
