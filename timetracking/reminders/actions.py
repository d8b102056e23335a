"""What a member does about the own reminders."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Membership
from timetracking.models import ReminderWishes


def wishes_of(person: Membership) -> ReminderWishes:
    """What this member chose, or what everybody has at first."""
    return ReminderWishes.objects.filter(person=person).first() or ReminderWishes(person=person)


@transaction.atomic
def choose(wishes: ReminderWishes, *, expected: int) -> ReminderWishes:
    """Keep what was chosen; raises Conflict when it is not the version expected."""
    if wishes._state.adding:
        wishes.version = 2  # who read them before anybody chose read version 1
        wishes.save(force_insert=True)
        return wishes
    return wishes.save_checked(expected)
