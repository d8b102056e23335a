"""Reminders: given behind the bell, by mail too where the member wishes for letters.

A reminder is two columns of its activity: when, and whether it was given. The clock asks every account each minute;
giving it and noting so are one transaction, so a worker that dies leaves it to the next one, and nobody gets it twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from accounts.bell import BellKind, Told, register, ring
from accounts.models import Membership
from crm.activities.lists import rows_of
from crm.models import Activity

AT_ONCE = 200


def reminded_of(member: Membership, public_ids: Sequence[UUID]) -> Mapping[UUID, Told]:
    """What each says by the time it is read: an activity may be done, moved or gone since."""
    rows = Activity.objects.live().visible_to(member).with_names().filter(public_id__in=public_ids)
    return {
        row.activity.public_id: Told(
            f"reminds you: {row.activity}, {'done by now' if row.activity.is_done else row.when or 'no day'}",
            reverse("crm:activity", args=[member.account.slug, row.activity.public_id]),
        )
        for row in rows_of(rows, member)
    }


REMINDER = register(BellKind("activity_reminder", "bell-ringing", reminded_of, "reminds you of something you planned"))


def remind() -> int:
    """Give what is due in the active account; returns how many. One that another worker holds is left to that one."""
    due = Activity.objects.open().filter(remind_at__lte=timezone.now(), reminded_at=None, owner__removed_at=None)
    waiting = due.select_related("owner__user", "owner__account").order_by("remind_at")
    activities = list(waiting.exclude(owner=None).select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    for activity in activities:
        if activity.owner:
            ring([activity.owner], REMINDER, activity)
    given = Activity.objects.filter(pk__in=[activity.pk for activity in activities])
    given.update(reminded_at=timezone.now())
    return len(activities)
