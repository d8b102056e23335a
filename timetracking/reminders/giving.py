"""Who is reminded of what: looked at by the clock, given once.

Giving rings the bell and notes it in one transaction; the note is unique, so two clocks or a worker that died and was
followed by another give it once. Nobody is reminded on a day on which nothing is expected of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.bell import ring
from accounts.models import Membership
from accounts.permissions import can
from lib.weeks import local_day, span_of_day
from tenancy.context import current_account_id
from tenancy.sweeping import sweeps
from timetracking.approval.approvers import Approvers
from timetracking.approval.queries import missing, summaries
from timetracking.models import GivenReminder, ReminderWishes, TimeEntry, TimeSettings, Timesheet
from timetracking.queries import zone_of
from timetracking.reminders.notices import REMINDERS
from timetracking.sheets.periods import Period, period_of
from timetracking.targets import Day, plans

Kind = GivenReminder.Kind
LOOKS_BACK = 10  # days, to find the last working day
KEPT = timedelta(days=60)


@dataclass(frozen=True)
class Awake:
    """Somebody whose chosen time has come, on a day that they chose and work on."""

    person: Membership
    wishes: ReminderWishes
    today: date
    days: dict[date, Day]

    @property
    def joined(self) -> date:
        return local_day(self.person.joined_at, zone_of(self.person))


class Due(NamedTuple):
    """Somebody, and what they are to be reminded of."""

    person: Membership
    kind: GivenReminder.Kind
    day: date


@transaction.atomic
def give(now: datetime | None = None) -> int:
    """Give what is due in the active account; returns how many. Safe to run twice."""
    now = now or timezone.now()
    awake = _awake(now)
    due = [*_to_log(awake), *_to_submit(awake), *_to_approve(awake, now)]
    given = sum(_give(each, now) for each in due)
    _forget_old(now)
    return given


@sweeps(is_ours=True)
def _forget_old(now: datetime) -> None:
    """Drop the marks that keep a reminder from being given twice."""
    GivenReminder.objects.filter(given_at__lt=now - KEPT).delete()


@transaction.atomic
def remind(people: Iterable[Membership], period: Period, *, by: Membership) -> None:
    """Somebody asks these people themselves to submit the period."""
    for person in people:
        note, _ = GivenReminder.objects.get_or_create(
            person=person, kind=Kind.SUBMIT, day=period.first, defaults={"given_at": timezone.now()}
        )
        ring([person], REMINDERS[Kind.SUBMIT], note, by=by)


def _give(due: Due, now: datetime) -> bool:
    note, is_new = GivenReminder.objects.get_or_create(
        person=due.person, kind=due.kind, day=due.day, defaults={"given_at": now}
    )
    if is_new:
        ring([due.person], REMINDERS[due.kind], note)
    return is_new


def _awake(now: datetime) -> list[Awake]:
    members = Membership.objects.active().select_related("user", "account").filter(account_id=current_account_id())
    wishes = {each.person_id: each for each in ReminderWishes.objects.all()}
    up = []
    for person in members:
        wish, local = wishes.get(person.pk) or ReminderWishes(person=person), now.astimezone(zone_of(person))
        if can(person, "time.log") and local.weekday() in wish.weekdays and local.time() >= wish.at:
            up.append((person, wish, local.date()))
    if not up:
        return []
    todays = [today for _, _, today in up]
    days = plans([person for person, _, _ in up], min(todays) - timedelta(days=LOOKS_BACK), max(todays))
    return [Awake(*each, days[each[0].pk]) for each in up if days[each[0].pk][each[2]].target]


def _to_log(awake: Sequence[Awake]) -> Iterator[Due]:
    """Whose last working day lacks hours."""
    last = {each.person.pk: day for each in awake if each.wishes.to_log and (day := _last_working_day(each))}
    if not last:
        return
    entries = TimeEntry.objects.own().filter(person__in=last, day__in=set(last.values())).order_by()
    sums = entries.values_list("person_id", "day").annotate(total=Sum("minutes"))
    hours = {(person, day): total for person, day, total in sums}
    for each in awake:
        day = last.get(each.person.pk)
        if day and hours.get((each.person.pk, day), 0) < each.days[day].target:
            yield Due(each.person, Kind.LOG, day)


def _last_working_day(each: Awake) -> date | None:
    before = (day for day, plan in each.days.items() if each.joined <= day < each.today and plan.target)
    return max(before, default=None)


def _to_submit(awake: Sequence[Awake]) -> Iterator[Due]:
    """Who has not handed in the period that ended last."""
    settings = TimeSettings.current()
    if not settings.is_approval_on:
        return
    periods: dict[Period, list[Membership]] = defaultdict(list)
    for each in awake:
        weekday = each.person.account.first_weekday
        ended = period_of(period_of(each.today, settings, weekday).first - timedelta(days=1), settings, weekday)
        if each.wishes.to_submit and each.joined <= ended.last:
            periods[ended].append(each.person)
    for period, people in periods.items():
        yield from (Due(person, Kind.SUBMIT, period.first) for person in missing(people, period))


def _to_approve(awake: Sequence[Awake], now: datetime) -> Iterator[Due]:
    """For whom something waits since yesterday or longer that no reminder has told of."""
    wishing = {each.person.pk: each for each in awake if each.wishes.to_approve}
    if not wishing or not TimeSettings.current().is_approval_on:
        return
    waiting = _waiting_since(wishing)
    told: dict[int, datetime] = {}
    notes = GivenReminder.objects.filter(person__in=waiting, kind=Kind.APPROVE).order_by("given_at")
    told.update(notes.values_list("person_id", "given_at"))
    for number, moments in waiting.items():
        each = wishing[number]
        midnight = span_of_day(each.today, zone_of(each.person))[0]
        if any(moment < midnight and moment > told.get(number, moment - KEPT) for moment in moments):
            yield Due(each.person, Kind.APPROVE, each.today)


def _waiting_since(wishing: Iterable[int]) -> dict[int, list[datetime]]:
    """When what waits for each of these was submitted."""
    approvers, found = Approvers(), defaultdict(list)
    wishing = set(wishing)
    sheets = list(Timesheet.objects.waiting().with_names().prefetch_related("signatures"))
    summed = summaries(sheets)
    for sheet in sheets:
        signed = [(each.level, each.project_id) for each in sheet.signatures.all()]
        parts = approvers.missing(sheet, summed[sheet.pk].projects, signed)
        for member in approvers.who(parts, but=sheet.person_id):
            if member.pk in wishing and sheet.submitted_at:
                found[member.pk].append(sheet.submitted_at)
    return found
