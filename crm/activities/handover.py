"""What is still to be done goes to whom the dialog names; what was done stays with whoever did it."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

import audit
from accounts.handover import OpenWork, register
from accounts.models import Membership
from crm.models import Activity


def count(member: Membership) -> int:
    return Activity.objects.open().filter(owner=member).count()


def move(member: Membership, to: Membership | None) -> int:
    """In a fixed number of statements; each activity's history tells it."""
    mine = Activity.objects.open().filter(owner=member)
    activities = list(mine.select_for_update().only("id", "account", "public_id", "subject"))
    rows = Activity.objects.filter(pk__in=[activity.pk for activity in activities])
    rows.update(owner=to, version=F("version") + 1, updated_at=timezone.now())
    changes = {"owner": [str(member), str(to or "")]}
    audit.record_all("activity.changed", activities, data={"changes": changes})
    return len(activities)


register(OpenWork("activities", "open activity", "open activities", count, move))
