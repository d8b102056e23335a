"""Reports as CSV: the sums at once, the entries row by row, as many as there are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse

from accounts.models import Membership
from accounts.permissions import can
from lib.sheets import BYTE_ORDER_MARK, comma_separated
from timetracking.models import TimeEntry
from timetracking.rates.queries import bill_rates
from timetracking.reports.asked import Asked
from timetracking.reports.hours import Group, Report, entries_of
from timetracking.streams import csv_of, named

COLUMNS = ["Day", "Person", "Client", "Project", "Task", "Note", "Minutes", "Hours", "Billable", "Approved"]


def sums_file(report: Report, name: str) -> HttpResponse:
    """The lines of a report, each with all that stands above it."""
    groups = report.groups or ([report.total] if report.hides_people else [])
    rows = [_head(report), *_lines(report, groups, [])]
    response = HttpResponse(BYTE_ORDER_MARK.encode() + comma_separated(rows), content_type="text/csv; charset=utf-8")
    return named(response, name)


def entries_file(asked: Asked, member: Membership, name: str) -> StreamingHttpResponse:
    """The entries, read in pieces."""
    sees_rates = can(member, "rate.view")

    def rows() -> QuerySet[TimeEntry]:
        return entries_of(asked, member).select_related("project__company", "task", "person__user")

    def lines(entries: list[TimeEntry]) -> list[list[str]]:
        rates = bill_rates(entries) if sees_rates else {}
        return [_row(entry, rates, sees_rates) for entry in entries]

    head = [*COLUMNS, *(["Rate", "Currency"] if sees_rates else [])]
    return csv_of(head, rows, lines, reader=member, name=name)


def _head(report: Report) -> list[str]:
    money = ["Billed", "Currency"] if report.shows_money else []
    cost = ["Cost", "Cost currency"] if report.shows_cost else []
    before = ["Minutes in the period before"] if report.asked.compares else []
    sums = ["Minutes", "Hours", "Billable minutes", "Billable hours", "Entries"]
    return [*report.levels, *sums, *before, *money, *cost]


def _lines(report: Report, groups: list[Group], above: list[str]) -> Iterator[list[str]]:
    for group in groups:
        names = [*above, group.name]
        if group.parts:
            yield from _lines(report, group.parts, names)
        else:
            minutes, billable, entries = group.sums
            times = [text for time in (minutes, billable) for text in (str(time), _hours(time))]
            yield [*names, *times, str(entries), *_more(report, group)]


def _more(report: Report, group: Group) -> list[str]:
    before = [str(group.before)] if report.asked.compares else []
    money = [text for shown, amounts in ((report.shows_money, group.billed), (report.shows_cost, group.cost)) if shown
             for text in (" + ".join(f"{amount:.2f}" for amount in amounts.values()), " + ".join(amounts))]  # fmt: skip
    return [*before, *money]


def _row(entry: TimeEntry, rates: dict[int, Any], sees_rates: bool) -> list[str]:
    row = [entry.day.isoformat(), str(entry.person), entry.project.client, str(entry.project), str(entry.task or ""),
           entry.note, str(entry.minutes), _hours(entry.minutes), "yes" if entry.billable else "no",
           "yes" if entry.rates_frozen_at else "no"]  # fmt: skip
    if sees_rates:
        money = rates.get(entry.pk) if entry.billable else None
        row += [f"{money.amount:.2f}", money.currency] if money else ["", ""]
    return row


def _hours(minutes: int) -> str:
    """1.50: hours as spreadsheets and bookkeepers count them."""
    return f"{Decimal(minutes) / 60:.2f}"
