"""The hours of a company's projects, in the company's timeline."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from crm.models import Company
from crm.timeline.sources import Before, Line, Source, register
from lib import formats
from timetracking.models import TimeEntry


def _every(company: Any, member: Membership) -> Any:
    return TimeEntry.objects.visible_to(member).filter(project__company=company)


def hours(company: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """What was worked for the company: the member's own entries, or everybody's. An entry stands at its day's noon."""
    rows = _every(company, member).select_related("project", "task", "person__user")
    if before is not None:
        rows = rows.filter(_older_than(before))
    found = rows.order_by("-day", "-id")[:limit]
    return [Line(_noon(entry.day), entry.pk, "timetracking/_timeline_entry.html", entry) for entry in found]


def _older_than(before: Before) -> Q:
    day = formats.plain_day(before.at)
    if _noon(day) == before.at:
        return Q(day__lt=day) | Q(day=day, id__lt=before.id)
    return Q(day__lte=day) if _noon(day) < before.at else Q(day__lt=day)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


register(Source("hours", "Hours", "clock", hours, action="time.view", on=(Company,), order=60, every=_every))
