"""The lock on a person's days: everything that writes hours asks here first, at the bottom, in the actions.

A day is locked while its timesheet is submitted or approved, and up to the account's lock date. It may be changed late,
by those allowed, with a reason; then what stood there and what stands there now is kept (``LateEdit``), and a timesheet
that somebody had approved has to be approved again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

import audit
from accounts.models import Membership, StoredFile
from accounts.permissions import can
from lib import formats
from lib.weeks import days_between, local_day
from tenancy.context import current_account_id, current_actor, memory
from tenancy.queue import after_commit
from timetracking.errors import Locked
from timetracking.models import Expense, LateEdit, TimeEntry, TimeSettings, Timesheet, TimesheetQuerySet
from timetracking.sheets.states import Verb, step

Snapshot = Mapping[str, Any]
LONGEST_REASON = 200
HOURS, EXPENSES = "hours", "expenses"  # what a locked day is locked for, in the sentences that say so
_reopenings: list[Callable[[Timesheet], None]] = []


@dataclass(frozen=True)
class Late:
    """Leave to write in spite of the lock; false where nothing was locked. ``keep`` every change made by it."""

    person: Membership
    by: Membership | None = None
    reason: str = ""
    sheets: tuple[Timesheet, ...] = ()

    def __bool__(self) -> bool:
        return self.by is not None

    @property
    def said(self) -> dict[str, str]:
        """The reason, for the log."""
        return {"reason": self.reason} if self else {}

    def keep(
        self, record: TimeEntry | Expense, before: Snapshot | None, after: Snapshot | None,
        former_receipt: StoredFile | None = None,
    ) -> None:  # fmt: skip
        """Keep what stood there and what stands there now; an approved timesheet waits for its approvers again."""
        if not self:
            return
        days = (date.fromisoformat(shown["day"]) for shown in (after, before) if shown)
        LateEdit.objects.create(
            person=self.person, day=next(days), entry=record.public_id, before=before, after=after,
            former_receipt=former_receipt, reason=self.reason, by=self.by,
        )  # fmt: skip
        for sheet in self.sheets:
            _ask_again(sheet, self.reason)


def refuse(person: Membership, *days: date, reason: str = "", what: str = HOURS, has_closed_sheet: bool = True) -> Late:
    """Raise Locked, with why and who can help, when one of the person's days may not be written to.

    With a reason, who may edit late gets leave. ``what`` is to be written there. ``has_closed_sheet``: false where the
    person was held, then looked at, and no timesheet closes these days.
    """
    settings = TimeSettings.current()
    hold(person, alone=bool(reason.strip()))
    sheets = _closed(person, min(days), max(days)) if has_closed_sheet else []
    touched = [sheet for sheet in sheets if any(sheet.first_day <= day <= sheet.last_day for day in days)]
    is_before_date = settings.locked_through is not None and min(days) <= settings.locked_through
    if not touched and not is_before_date:
        return Late(person)
    by = _who_acts()
    if reason.strip() and by is not None and may_be_late(person, by):
        return Late(person, by, reason.strip()[:LONGEST_REASON], tuple(touched))
    raise Locked(_about_sheet(touched[0], what) if touched else _about_date(settings))


def closed_days(person: Membership, days: Iterable[date]) -> dict[date, str]:
    """Why each closed one of these days is closed: what ``refuse`` and ``refuse_ahead`` say of one day, of many.

    The others stay open until commit. Nobody is late here: whoever writes many at once gets no leave.
    """
    hold(person)
    return _locked_of(person, sorted(days), HOURS).why


def refuse_ahead(person: Membership, day: date) -> None:
    """Raise Locked for a day to come, where the account wants hours only once they were worked."""
    if not TimeSettings.current().allows_future and day > _today(person):
        raise Locked("Time is logged once it was worked: this day is still to come.")


class Days(NamedTuple):
    """What a sheet shows of its days: why each locked one is locked, and which an approver meant when returning it."""

    why: dict[date, str]
    marked: set[date]


def why(person: Membership, first: date, last: date, *, what: str = HOURS) -> dict[date, str]:
    """Why each locked day from first to last is locked, and who can open it; one statement."""
    return days_of(person, first, last, what=what).why


def days_of(person: Membership, first: date, last: date, *, what: str = HOURS) -> Days:
    """The locked days from first to last, and those that an approver marked; one statement."""
    return _locked_of(person, days_between(first, last), what)


def _locked_of(person: Membership, days: Sequence[date], what: str) -> Days:
    """Of these days, in order."""
    settings, found = TimeSettings.current(), Days({}, set())
    if not days:
        return found
    if not settings.allows_future:
        today = _today(person)
        found.why.update((day, "This day is still to come.") for day in days if day > today)
    if settings.locked_through is not None:
        words = _about_date(settings)
        found.why.update((day, words) for day in days if day <= settings.locked_through)
    for sheet in _read(Timesheet.objects.touching(days[0], days[-1]), person):
        own = [day for day in days if sheet.first_day <= day <= sheet.last_day]
        if sheet.is_closed:
            words = _about_sheet(sheet, what)
            found.why.update((day, words) for day in own)
        elif sheet.state == Timesheet.State.RETURNED:
            found.marked.update(sheet.marked_days)
    return found


def condition() -> Q:
    """The condition on entries that they can't be changed now: by their day, or because something above locked them."""
    sheets = Timesheet.objects.closed().filter(
        person=OuterRef("person"), first_day__lte=OuterRef("day"), last_day__gte=OuterRef("day")
    )
    found = Q(locked_at__isnull=False) | Q(Exists(sheets))
    through = TimeSettings.current().locked_through
    return found if through is None else found | Q(day__lte=through)


def may_be_late(person: Membership, by: Membership) -> bool:
    """Whether this member may change that person's locked days with a reason: so a form asks for one."""
    return can(by, "time.edit_late", TimeEntry(person=person))


def hold(person: Membership, *, alone: bool = False, turn: int | None = None) -> None:
    """Until commit: hours are written side by side, a timesheet's state changes only while nobody writes hours.

    It comes before any row is read to be changed, so that nobody waits crosswise: the person, then the timesheet's
    row, then entries, then summaries. A late edit changes both hours and state, and is alone from the beginning.
    Those who name the same ``turn`` of a person come one after another besides. Who is held is not held twice.
    """
    if turn is None and _is_held(person, alone):
        return
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        number = person.pk % 2**31
        if turn is None:
            cursor.execute(f"SELECT {function}(%s, 1)", [number])
        else:
            cursor.execute(f"SELECT {function}(%s, 1), pg_advisory_xact_lock(%s, %s)", [number, number, turn])
    if alone or not _is_held(person, alone=True):
        memory()[hold, person.pk] = alone, tuple(connection.savepoint_ids)


def _is_held(person: Membership, alone: bool) -> bool:
    """Held in this transaction, and not in a part of it that may have been rolled back since: that lets go again."""
    was_alone, within = memory().get((hold, person.pk), (False, None))
    still = within is not None and tuple(connection.savepoint_ids[: len(within)]) == within
    return still and (was_alone or not alone)


def decide_in_turn() -> None:
    """One after another in the account, until commit: whose sheets differ may meet in the sums of a project.

    Before anybody is held.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 2)", [current_account_id() % 2**31])


def hold_all(people: Iterable[Membership], *, alone: bool = False) -> None:
    """Hold several people, for everybody in the same order."""
    for person in sorted({person.pk: person for person in people}.values(), key=attrgetter("pk")):
        hold(person, alone=alone)


def at_reopening(act: Callable[[Timesheet], None]) -> None:
    """Add what has to be undone when approved hours are open again: what stands above says it here."""
    _reopenings.append(act)


def reopened(sheet: Timesheet) -> None:
    """Its hours are approved no more."""
    for act in _reopenings:
        act(sheet)


def _ask_again(sheet: Timesheet, reason: str) -> None:
    """What its approvers saw is not what stands there now. Nothing more to do where nobody has signed yet."""
    sheet = Timesheet.objects.with_names().select_for_update(of=("self",)).get(pk=sheet.pk)
    was, then = sheet.state, step(sheet.state, Verb.CORRECT).then
    if then == was:
        return
    sheet.state, sheet.level = then, 0
    sheet.save_checked(sheet.version)
    sheet.signatures.all().delete()
    if was == Timesheet.State.APPROVED:
        reopened(sheet)
    audit.record("timesheet.corrected", sheet, data={"reason": reason, **about(sheet)})
    after_commit("timetracking.ask_approvers", sheet_id=str(sheet.public_id))


def about(sheet: Timesheet) -> dict[str, str]:
    """Whose it is and of which days, for the log."""
    days = {"from": sheet.first_day.isoformat(), "to": sheet.last_day.isoformat()}
    return {"person": str(sheet.person), "person_id": str(sheet.person.public_id), **days}


def _closed(person: Membership, first: date, last: date) -> list[Timesheet]:
    return _read(Timesheet.objects.closed().touching(first, last), person)


def _read(sheets: TimesheetQuerySet, person: Membership) -> list[Timesheet]:
    found = list(sheets.of(person).select_related("decided_by__user").order_by("first_day"))
    for sheet in found:
        sheet.person = person
    return found


def _who_acts() -> Membership | None:
    actor = current_actor()
    if actor.kind != "member":
        return None
    return Membership.objects.select_related("user").get(pk=actor.id, account_id=current_account_id())


def _about_sheet(sheet: Timesheet, what: str) -> str:
    """Why its days are closed, and what whoever reads this can do."""
    reader = current_actor().id if current_actor().kind == "member" else None
    if sheet.is_waiting:
        done = f"Submitted {_on(sheet.submitted_at)}"
        who = "You" if reader == sheet.person_id else str(sheet.person)
        then = f"{who} can withdraw the timesheet until it is approved."
    elif reader is not None and reader == sheet.decided_by_id:
        done, then = f"Approved {_on(sheet.decided_at)} by you", "Reopen the timesheet to change them."
    else:
        by = f" by {sheet.decided_by}" if sheet.decided_by else ""
        done, then = f"Approved {_on(sheet.decided_at)}{by}", "Ask an approver to reopen the timesheet."
    return f"{done}, so the {what} of these days are closed. {then}"


def _on(moment: datetime | None) -> str:
    return formats.day(moment) if moment else ""


def _about_date(settings: TimeSettings) -> str:
    until = formats.day(settings.locked_through) if settings.locked_through else ""
    reason = f" ({settings.lock_reason})" if settings.lock_reason else ""
    return f"Locked up to {until}{reason}. Owners, admins and managers can change it, and say why."


def _today(person: Membership) -> date:
    return local_day(timezone.now(), ZoneInfo(person.user.time_zone))
