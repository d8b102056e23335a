"""What happens to time off and to the days of the firm: each verb one transaction, one line in the log."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts.bell import ring
from accounts.models import Membership
from accounts.permissions import can_for_others
from tenancy.context import current_actor, whole
from timetracking.errors import Refused
from timetracking.models import SpecialDay, TimeOff, WorkingTime
from timetracking.off.notices import ANSWER, REQUEST, approvers_of

State = TimeOff.State
WHY = ("type", "note")  # never written into the log


class Overlaps(Refused):
    """The person is off on one of these days already."""


@transaction.atomic
def enter(entry: TimeOff, *, by: Membership) -> TimeOff:
    """Store new time off: granted, or asked for where its kind needs somebody's yes."""
    _refuse_overlap(entry)
    entry.state = _state(entry, by)
    entry.save(force_insert=True)
    _record("requested" if entry.is_requested else "entered", entry)
    if entry.is_requested:
        ring(approvers_of(entry.person), REQUEST, entry, by=by)
    return entry


@transaction.atomic
def change(entry: TimeOff, changes: dict[str, list[str]], *, expected: int, by: Membership) -> TimeOff:
    """Store changed time off; raises Conflict when it is not the version expected. What was granted is asked anew."""
    if not changes:
        return entry
    _refuse_overlap(entry)
    if changes.keys() - {"note"}:
        entry.state = _state(entry, by)
    entry.save_checked(expected)
    _record("changed", entry, changes={name: words for name, words in changes.items() if name not in WHY})
    if entry.is_requested:
        ring(approvers_of(entry.person), REQUEST, entry, by=by)
    return entry


@transaction.atomic
def delete(entry: TimeOff) -> None:
    """The person works on these days after all."""
    _record("deleted", entry)
    entry.delete()


@transaction.atomic
def decide(entry: TimeOff, *, approved: bool, answer: str = "", by: Membership) -> None:
    """Say yes or no to a request, and tell who asked."""
    entry = TimeOff.objects.select_for_update(of=("self",)).select_related("person__user").get(pk=entry.pk)
    if not entry.is_requested:
        raise Refused("This was decided already.")
    entry.state = State.APPROVED if approved else State.DECLINED
    entry.answer, entry.decided_by, entry.decided_at = answer, by, timezone.now()
    entry.save_checked(entry.version)
    _record(entry.state, entry)
    ring([entry.person], ANSWER, entry, by=by)


@whole
def set_working_time(time: WorkingTime) -> WorkingTime:
    """Expect these hours from a day on; what began on the same day is replaced."""
    former = WorkingTime.objects.filter(person=time.person, starts_on=time.starts_on).first()
    if former:
        former.delete()
    time.save(force_insert=True)
    audit.record("working_time.set", time, data=_of_person(time))
    return time


@whole
def remove_working_time(time: WorkingTime) -> None:
    """What was expected before goes on."""
    audit.record("working_time.removed", time, data={"starts_on": time.starts_on.isoformat(), **_of_person(time)})
    time.delete()


@whole
def add_day(day: SpecialDay) -> SpecialDay:
    """Put a day on the firm's list."""
    day.save(force_insert=True)
    audit.record("special_day.added", day)
    return day


@whole
def remove_day(day: SpecialDay) -> None:
    """The calendar decides about this day again."""
    audit.record("special_day.removed", day)
    day.delete()


def _state(entry: TimeOff, by: Membership) -> State:
    """Who plans the team asks nobody."""
    asks = entry.type.needs_approval and not can_for_others(by, "timeoff.edit")
    return State.REQUESTED if asks else State.APPROVED


def _refuse_overlap(entry: TimeOff) -> None:
    """One writer at a time for each person, until commit; the other half of a day is free."""
    Membership.objects.select_for_update(no_key=True).get(pk=entry.person_id, account_id=entry.person.account_id)
    others = TimeOff.objects.standing().filter(person=entry.person).between(entry.first_day, entry.last_day)
    if entry.half:
        others = others.exclude(half={"am": "pm", "pm": "am"}[entry.half])
    if others.exclude(pk=entry.pk).exists():
        raise Overlaps("There is time off on these days already. Change that one, or choose other days.")


def _record(verb: str, entry: TimeOff, **more: Any) -> None:
    days = {"first_day": entry.first_day.isoformat(), "last_day": entry.last_day.isoformat(), "half": entry.half}
    acts_for = (current_actor().kind, current_actor().id) != ("member", entry.person_id)
    person = {"person": str(entry.person)} if acts_for else {}
    audit.record(f"time_off.{verb}", entry, data={**days, **person, **more})


def _of_person(time: WorkingTime) -> dict[str, str]:
    return {"person": str(time.person)} if time.person else {}
