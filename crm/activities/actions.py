"""Verbs on activities. Each leaves the words for search and one line in the log behind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

import audit
from accounts.models import Membership
from crm.actions import Changes
from crm.actions import move_to_bin as bin_record
from crm.actions import restore as restore_record
from crm.activities import repeats
from crm.models import Activity
from crm.models.activities import done_on
from crm.search import forget, reindex
from lib.weeks import instant_at
from tenancy.context import whole

# What one of a series hands on to the next.
CARRIED = ("kind", "subject", "note", "due_time", "time_zone", "minutes", "remind_before", "owner", "is_sample",
           "company", "contact", "deal", "series")  # fmt: skip


@whole
def add(activity: Activity) -> Activity:
    """Store a new one: to be done, or done already."""
    activity.save()
    reindex([activity], are_new=True)
    _log(activity, "logged" if activity.is_done else "created")
    return activity


def log(activity: Activity, *, by: Membership) -> Activity:
    """Store what was done already: on its day, or just now."""
    due = activity.due_on
    happened = done_on(due, activity.due_time, activity.zone) if due else timezone.now()
    activity.done_at = min(happened, timezone.now())
    activity.done_by = by
    return add(activity)


@whole
def change(activity: Activity, changes: Changes, *, expected: int, is_for_all: bool = True) -> Activity:
    """Store a changed one. In a series the change is for all that follow, or for this one alone."""
    if activity.repeats and not is_for_all:
        _make_next(Activity.objects.with_names().get(pk=activity.pk))
        activity.repeats, activity.series = "", None
    activity.save_checked(expected)
    reindex([activity])
    _log(activity, "changed", {"changes": changes})
    return activity


@whole
def complete(activity: Activity, *, by: Membership, outcome: str = "") -> Activity | None:
    """It is done. Returns the next one, where it repeats."""
    activity.done_at, activity.done_by = timezone.now(), by
    activity.outcome = outcome or activity.outcome
    activity.save_checked(activity.version)
    _log(activity, "completed")
    return _make_next(activity) if activity.repeats else None


@whole
def reopen(activity: Activity) -> Activity:
    """It is still to be done. What came of it goes; where somebody had a hand in that, this one leaves the series."""
    if activity.repeats:
        after = list(Activity.objects.live().filter(series=activity.series, due_on__gt=activity.due_on))
        if all(each.version == 1 for each in after):
            _take_back(after)
        else:
            activity.repeats, activity.series = "", None
    activity.done_at = activity.done_by = None
    activity.save_checked(activity.version)
    _log(activity, "reopened")
    return activity


@whole
def move_to_bin(activity: Activity, *, by: Membership, is_for_all: bool = True) -> Activity:
    """Take it out of every list; with ``is_for_all`` the rest of its series too."""
    if activity.repeats and not activity.is_done and not is_for_all:
        _make_next(activity)
        activity.repeats, activity.series = "", None
    return bin_record(activity, by=by)


@whole
def restore(activity: Activity) -> Activity:
    """Take it out of the bin. Where its series goes on without it, it comes back alone: nothing is done twice."""
    if activity.repeats and not activity.is_done and _goes_on_without(activity):
        activity.repeats, activity.series = "", None
    return restore_record(activity)


def _make_next(activity: Activity) -> Activity | None:
    """The next of a series; None after the last."""
    due: Any = activity.due_on
    found = repeats.following(activity.repeats, due)
    if found is None:
        return None
    coming = Activity(**{name: getattr(activity, name) for name in CARRIED})
    coming.due_on, coming.repeats = found
    if activity.remind_before is None and activity.remind_at is not None:
        coming.remind_at = _moved(activity.remind_at, coming.due_on - due, activity.zone)
    coming.save()
    reindex([coming], are_new=True)
    return coming


def _goes_on_without(activity: Activity) -> bool:
    """Whether another of its series is open, or was due later."""
    others = Activity.objects.live().filter(series=activity.series).exclude(pk=activity.pk)
    return others.filter(Q(done_at=None) | Q(due_on__gte=activity.due_on)).exists()


def _take_back(activities: list[Activity]) -> None:
    """Remove what a series made and nobody touched."""
    numbers = [each.pk for each in activities]
    forget(Activity, numbers)
    audit.record_all("activity.taken_back", activities, data={})
    Activity.objects.filter(pk__in=numbers).delete()


def _moved(moment: datetime, days: timedelta, zone: ZoneInfo) -> datetime:
    """The same time by the clock some days later."""
    clock = moment.astimezone(zone).replace(tzinfo=None) + days
    return instant_at(clock.date(), clock.hour * 60 + clock.minute, zone)


def _log(activity: Activity, verb: str, data: dict[str, Any] | None = None) -> None:
    audit.record(f"activity.{verb}", activity, data=data)
