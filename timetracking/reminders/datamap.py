"""Reminders are wishes of a member, and what they were reminded of."""

from datamap import Erasure, Subject, describe
from timetracking.models import GivenReminder, ReminderWishes

describe(
    ReminderWishes,
    purpose="Reminding a member of hours to log, to submit and to approve when they wish it",
    subject=Subject.MEMBER,
    fields=dict.fromkeys(("to_log", "to_submit", "to_approve", "at", "weekdays"), "preference"),
    rows_for="person",
    erase=Erasure.DELETE_ROW,
)

describe(
    GivenReminder,
    purpose="Reminding of the same thing once",
    subject=Subject.MEMBER,
    fields={"day": "work", "given_at": "activity"},
    not_personal=frozenset({"kind"}),
    rows_for="person",
    erase=Erasure.DELETE_ROW,
)
