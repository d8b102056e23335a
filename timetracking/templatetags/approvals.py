"""Timesheets in templates: their days in words, their addresses, and the bar above a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import template

from accounts.models import Membership
from lib import formats
from timetracking.approval.actions import may_submit
from timetracking.approval.queries import days_in_words
from timetracking.models import TimeSettings, Timesheet
from timetracking.sheets.periods import Period, period_for
from timetracking.sheets.states import Verb, Who, verbs
from timetracking.views.shared import address

register = template.Library()
NOUNS = {"week": "week", "two_weeks": "two weeks", "half_month": "half month", "month": "month"}


@dataclass(frozen=True)
class Bar:
    """How far the timesheet of a week is, and what its reader may do about it."""

    period: Period
    sheet: Timesheet | None
    verbs: set[Verb]
    submit_url: str
    noun: str

    @property
    def may_submit(self) -> bool:
        return Verb.SUBMIT in self.verbs

    @property
    def may_withdraw(self) -> bool:
        return Verb.WITHDRAW in self.verbs


@register.inclusion_tag("timetracking/approval/bar.html", takes_context=True)
def approval_bar(context: Any, day: date, person: Membership) -> dict[str, Any]:
    """``{% approval_bar week.shown_day person %}``; one statement more.

    Where hours are not approved any more, what waits since then can only be taken back, and there is nothing else.
    """
    request = context["request"]
    shared = {name: context.get(name) for name in ("account", "membership", "request", "csrf_token")}
    settings = TimeSettings.current()
    period, sheet = period_for(person, day, settings, request.account.first_weekday)
    state = sheet.state if sheet else Timesheet.State.OPEN
    if not settings.is_approval_on and state not in Timesheet.WAITING:
        return {**shared, "bar": None}
    if sheet is None and not may_submit(person, request.membership):
        return {**shared, "bar": None}  # whoever logs no hours has no draft of them
    allowed = verbs(state, Who.PERSON) if may_submit(person, request.membership) else set()
    url = address(request, "submit", person, day=period.first)
    return {**shared, "bar": Bar(period, sheet, allowed, url, NOUNS[settings.period])}


@register.simple_tag
def days_of(sheet: Timesheet) -> str:
    """16 to 22 Nov."""
    return days_in_words(sheet.first_day, sheet.last_day)


@register.simple_tag
def days_from(first: date, last: date) -> str:
    """16 to 22 Nov."""
    return days_in_words(first, last)


@register.simple_tag
def signed(minutes: int) -> str:
    """+1:30, –3:15, 0:00."""
    return f"{'+' if minutes > 0 else '–' if minutes < 0 else ''}{formats.hours(abs(minutes))}"


@register.simple_tag(takes_context=True)
def week_url(context: Any, sheet: Timesheet) -> str:
    """The week in which a timesheet begins."""
    return address(context["request"], "week", sheet.person, week=sheet.first_day)


@register.simple_tag(takes_context=True)
def submit_url(context: Any, sheet: Timesheet) -> str:
    """Where a timesheet is handed in again."""
    return address(context["request"], "submit", sheet.person, day=sheet.first_day)
