"""What happens to timesheets: each verb a row of the table in ``sheets/states.py`` and a line in the log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

import audit
from accounts.bell import ring
from accounts.models import Membership
from accounts.permissions import can, can_for_others
from tenancy.context import memory
from timetracking.approval.approvers import Approvers, Part
from timetracking.approval.bell import CAME_BACK, WAITS
from timetracking.approval.queries import check, projects_of
from timetracking.errors import NotReady, NotTheirs, WrongState
from timetracking.inputs import FIRST_DAY, LAST_DAY
from timetracking.models import Delegation, Signature, TimeEntry, TimeEntryQuerySet, TimeSettings, Timesheet
from timetracking.rates.freezing import freeze, thaw
from timetracking.sheets import locks
from timetracking.sheets.periods import period_for
from timetracking.sheets.states import Verb, Who, step, verbs


@transaction.atomic
def submit(person: Membership, day: date, *, by: Membership, no_hours: bool = False) -> Timesheet:
    """Hand in the period that holds the day. Raises NotReady with what stands in the way."""
    _refuse_stranger(person, by)
    locks.hold(person, alone=True)
    settings = TimeSettings.current()
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotReady(f"Hours are submitted for days from {FIRST_DAY.year} to {LAST_DAY.year}.")
    if not settings.is_approval_on:
        raise NotReady("Hours are not submitted here: nobody was set to approve them.")
    period, sheet = period_for(person, day, settings, person.account.first_weekday)
    sheet = sheet or Timesheet(person=person, first_day=period.first, last_day=period.last)
    sheet.state = step(sheet.state, Verb.SUBMIT).then
    found = check(person, period, no_hours=no_hours)
    if found.errors:
        raise NotReady(" ".join(found.errors))
    sheet.level, sheet.marked_days = 0, []
    sheet.has_no_hours, sheet.submitted_at = not found.minutes, timezone.now()
    _save(sheet)
    _log("submitted", sheet, minutes=found.minutes)
    _ask(sheet, Approvers(), by)
    return sheet


@transaction.atomic
def withdraw(sheet: Timesheet, *, by: Membership) -> Timesheet:
    """Take it back, to change it: as long as it is not approved."""
    _refuse_stranger(sheet.person, by)
    sheet = _alone(sheet)
    _move(sheet, Verb.WITHDRAW)
    _log("withdrawn", sheet)
    return sheet


@transaction.atomic
def approve(sheet: Timesheet, *, by: Membership, approvers: Approvers | None = None) -> Timesheet:
    """Sign what of it waits for this member; with the last signature it is approved."""
    locks.decide_in_turn()
    approvers, sheet = approvers or Approvers(), _alone(sheet)
    step(sheet.state, Verb.APPROVE)
    missing, absent, signed, now = _missing(sheet, approvers), None, False, timezone.now()
    while missing and (mine := _own_parts(missing, sheet, approvers, by)):
        for part, absent in mine:
            place = {"level": part.level, "project_id": part.project_id}
            Signature.objects.create(sheet=sheet, **place, by=by, on_behalf_of_id=absent, created_at=now)
        signed, missing = True, _missing(sheet, approvers)
    if not signed and not approvers.may_settle(by, sheet):
        raise NotTheirs(f"The hours of {sheet.person} are approved by somebody else.")
    instead = {"for": str(approvers.members[absent])} if absent else {"own": True} if by.pk == sheet.person_id else {}
    if signed and missing:
        sheet.level = missing[0].level
        _move(sheet, Verb.SIGN, by, at=now, keeps_signatures=True)
        _log("signed", sheet, **instead)
        _ask(sheet, approvers, by)
    else:
        _move(sheet, Verb.APPROVE, by, at=now, keeps_signatures=True)
        freeze(_hours(sheet))
        _log("approved", sheet, **instead)
    return sheet


@transaction.atomic
def take_back(sheet: Timesheet, *, by: Membership, version: int) -> Timesheet:
    """Undo this member's approval, as long as the timesheet is as it left it: ``version``."""
    locks.decide_in_turn()
    sheet = _alone(sheet)
    if sheet.version != version or sheet.decided_by_id != by.pk:
        raise WrongState(f"{sheet} was changed since. Open it to see how it stands.")
    was_approved, then = sheet.state == Timesheet.State.APPROVED, step(sheet.state, Verb.TAKE_BACK).then
    sheet.signatures.filter(by=by, created_at=sheet.decided_at).delete()
    former = sheet.signatures.select_related("by").order_by("created_at").last()
    sheet.state = step(then, Verb.SIGN).then if former else then
    sheet.level = _missing(sheet, Approvers())[0].level if former else 0
    sheet.decided_by, sheet.decided_at = (former.by, former.created_at) if former else (None, None)
    _save(sheet)
    if was_approved:
        locks.reopened(sheet)
    _log("unapproved", sheet)
    return sheet


@transaction.atomic
def send_back(
    sheet: Timesheet, words: str, *, by: Membership, days: Iterable[date] = (), approvers: Approvers | None = None
) -> Timesheet:
    """Return it with a comment, and perhaps the days meant; or reopen it, where it was approved."""
    locks.decide_in_turn()
    approvers, sheet = approvers or Approvers(), _alone(sheet)
    if not words.strip():
        raise NotReady(f"Say what {sheet.person.user.get_short_name()} should look at.")
    if not approvers.may_decide(by, sheet, projects_of(sheet)):
        raise NotTheirs(f"The hours of {sheet.person} are approved by somebody else.")
    was_approved = sheet.state == Timesheet.State.APPROVED
    sheet.words = words.strip()[:500]
    sheet.marked_days = sorted(day for day in days if sheet.first_day <= day <= sheet.last_day)
    _move(sheet, Verb.REOPEN if was_approved else Verb.RETURN, by)
    if was_approved:
        locks.reopened(sheet)
    _log("reopened" if was_approved else "returned", sheet, words=sheet.words)
    ring([sheet.person], CAME_BACK, sheet, by=by)
    return sheet


def ask_approvers(sheet: Timesheet) -> None:
    """Tell those whom a timesheet waits for. Safe to run twice: a second notice says the same."""
    if sheet.is_waiting:
        _ask(sheet, Approvers(), None)


def verbs_of(sheet: Timesheet, member: Membership, approvers: Approvers, projects: set[int]) -> set[Verb]:
    """What this member may do to it now."""
    found: set[Verb] = set()
    if may_submit(sheet.person, member):
        found |= verbs(sheet.state, Who.PERSON)
    if approvers.may_decide(member, sheet, projects):
        found |= verbs(sheet.state, Who.APPROVER) - {Verb.SIGN}
    return found


def may_submit(person: Membership, by: Membership) -> bool:
    """Whether the member may hand in this person's hours."""
    return can(by, "time.log") and (person.pk == by.pk or can_for_others(by, "time.log"))


@transaction.atomic
def delegate(delegation: Delegation) -> Delegation:
    """Let a colleague approve in one's place."""
    delegation.save(force_insert=True)
    audit.record("delegation.started", delegation, data=_terms(delegation))
    return delegation


@transaction.atomic
def end_delegation(delegation: Delegation) -> None:
    """Take that back."""
    audit.record("delegation.ended", delegation, data=_terms(delegation))
    delegation.delete()


@transaction.atomic
def change_settings(settings: TimeSettings, changes: dict[str, list[str]], *, expected: int) -> TimeSettings:
    """Keep changed settings; raises Conflict when they are not the version expected."""
    if changes:
        settings.save(force_insert=True) if settings._state.adding else settings.save_checked(expected)
        audit.record("time_settings.changed", settings, data={"changes": changes})
    memory().pop(TimeSettings, None)
    return settings


def _thaw(sheet: Timesheet) -> None:
    thaw(_hours(sheet))


def _hours(sheet: Timesheet) -> TimeEntryQuerySet:
    return TimeEntry.objects.of(sheet.person).between(sheet.first_day, sheet.last_day)


def _terms(delegation: Delegation) -> dict[str, str]:
    days = {"from": delegation.first_day.isoformat(), "to": delegation.last_day.isoformat()}
    return {"delegate": str(delegation.delegate), **days}


def _refuse_stranger(person: Membership, by: Membership) -> None:
    if not may_submit(person, by):
        raise PermissionDenied


def _alone(sheet: Timesheet) -> Timesheet:
    """The timesheet as it is now, with nobody writing its hours, until commit."""
    locks.hold(sheet.person, alone=True)
    return Timesheet.objects.with_names().select_for_update(of=("self",)).get(pk=sheet.pk)


def _missing(sheet: Timesheet, approvers: Approvers) -> list[Part]:
    signed = sheet.signatures.values_list("level", "project_id")
    return approvers.missing(sheet, projects_of(sheet), signed)


def _own_parts(
    missing: Iterable[Part], sheet: Timesheet, approvers: Approvers, by: Membership
) -> list[tuple[Part, int | None]]:
    """Which of the missing signatures are this member's to give, and in whose place."""
    found = []
    for part in missing:
        may, absent = approvers.in_whose_place(by, part)
        if may and (by.pk != sheet.person_id or part.approvers == {by.pk}):
            found.append((part, absent))
    return found


def _move(
    sheet: Timesheet,
    verb: Verb,
    by: Membership | None = None,
    *,
    at: datetime | None = None,
    keeps_signatures: bool = False,
) -> None:
    sheet.state = step(sheet.state, verb).then
    if by is not None:
        sheet.decided_by, sheet.decided_at = by, at or timezone.now()
    if not keeps_signatures:
        sheet.level = 0
        sheet.signatures.all().delete()
    _save(sheet)


def _save(sheet: Timesheet) -> None:
    """Its hours are changed with it, as far as programs ask: they are locked now, or open."""
    sheet.save(force_insert=True) if sheet._state.adding else sheet.save_checked(sheet.version)
    _hours(sheet).update(updated_at=timezone.now())


def _ask(sheet: Timesheet, approvers: Approvers, by: Membership | None) -> None:
    ring(approvers.who(_missing(sheet, approvers), but=sheet.person_id), WAITS, sheet, by=by)


def _log(verb: str, sheet: Timesheet, **more: object) -> None:
    audit.record(f"timesheet.{verb}", sheet, data={**locks.about(sheet), **more})


locks.at_reopening(_thaw)
