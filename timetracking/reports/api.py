"""``/reports/hours/`` for programs: the sums of the page, asked for in the same words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.urls import URLPattern, path

from accounts.api import lists
from accounts.api.fields import EXAMPLE_ID, Schema
from accounts.api.lists import Filter
from accounts.api.operations import Endpoint
from accounts.api.problems import Errors, Problem
from accounts.api.resource import Resource, answer
from accounts.api.values import Wrong, a_day, an_id
from accounts.models import Membership
from timetracking.models import ReportUse, TimeEntry
from timetracking.reports import uses
from timetracking.reports.asked import DIMENSIONS, NONE, asked_of
from timetracking.reports.hours import Group, report
from timetracking.reports.periods import NAMES, wrong

YES = {"yes": None, "no": None}


def _in_asked(value: Any, member: Membership) -> Q:
    """What narrows a report stands in ``Asked``, for pages and programs alike."""
    return Q()


def _word(name: str, words: Any, about: str) -> Filter:
    def read(text: str) -> str:
        if text not in words:
            raise Wrong(f"Take one of: {', '.join(words)}.")
        return text

    return Filter(name, about, {"type": "string", "enum": list(words)}, read, _in_asked)


def _day(name: str, about: str) -> Filter:
    return Filter(name, about, {"type": "string", "format": "date"}, a_day, _in_asked)


def _id(name: str, about: str) -> Filter:
    may_be_none = name in ("client", "task", "tag")

    def read(text: str) -> Any:
        return text if text == NONE and may_be_none else an_id(text)

    one: Schema = {"type": "string", "format": "uuid"}
    schema = {"anyOf": [one, {"type": "string", "const": NONE}]} if may_be_none else one
    return Filter(name, about, schema, read, _in_asked)


class HoursReport(Resource):
    """``/reports/hours/``"""

    name, one = "reports", "hours_report"
    about = (
        "Hours added up by person, client, project, task, tag or month, as on the page of reports. A member sees the "
        "own hours; who may see the team's sees all, and each person whose hours are named can read that a program of "
        "theirs did. People are put side by side only where there are enough of them."
    )
    model, scope, is_versioned = TimeEntry, "time", False
    may = {"read": "report.view"}
    also_refuses = {"read": (422,)}  # days that are none of a report
    fields = ()
    orders = {}
    filters = (
        _word("period", NAMES, "Which days; days for from and to. This month if not said."),
        _day("from", "The first day."),
        _day("to", "The last day."),
        _word("by", DIMENSIONS, "What lines are about; project if not said."),
        _word("then", DIMENSIONS, "What the lines below them are about."),
        _id("person", "Hours of this member."),
        _id("client", "For this company; none for the firm's own work."),
        _id("project", "On this project."),
        _id("task", "On this task; none for those without one."),
        _id("tag", "With this tag; none for those without one."),
        _word("billable", YES, "Billed or not."),
        _word("approved", YES, "Approved or not."),
        _word("money", {"on": None}, "Say what they are billed at, too, for who may see rates."),
    )
    examples = {
        "answer": {
            "first": "2026-11-01", "last": "2026-11-30", "hides_people": False,
            "total": {"minutes": 300, "billable_minutes": 300, "entries": 2},
            "lines": [
                {
                    "name": "Website relaunch", "project": EXAMPLE_ID, "minutes": 300, "billable_minutes": 300,
                    "entries": 2,
                }
            ],
        }
    }  # fmt: skip

    def path(self, verb: str) -> str:
        return "/reports/hours/"

    def urls(self) -> list[URLPattern]:
        return [path("reports/hours/", Endpoint({"GET": self.operation("read")}), name="hours_report")]

    def schemas(self) -> dict[str, Schema]:
        whole = {"type": "integer", "minimum": 0}
        money = {"type": "object", "additionalProperties": {"type": "string"}}
        sums = {"minutes": whole, "billable_minutes": whole, "entries": whole, "billed": money, "cost": money}
        an_id = {"type": ["string", "null"]}
        lines = {"type": "array", "items": {"$ref": "#/components/schemas/HoursReportLine"}}
        line = {"name": {"type": "string"}, **dict.fromkeys(DIMENSIONS, an_id), **sums, "lines": lines}
        day = {"type": "string", "format": "date"}
        every = {"first": day, "last": day, "hides_people": {"type": "boolean"}}
        every |= {"total": {"type": "object", "properties": sums}, "lines": lines}
        return {
            "HoursReport": {"type": "object", "properties": every, "required": list(every)},
            "HoursReportLine": {"type": "object", "properties": line, "required": ["name"]},
        }

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        chosen, errors = lists.chosen_of(request, self._filters)
        if errors:
            raise Problem("parameters", errors=errors)
        if errors := _wrong_days({each.name: value for each, value in chosen}):
            raise Problem("days", errors=errors)
        asked = asked_of(request.GET.dict(), request.membership)
        found = report(asked, request.membership)
        uses.note(request.membership, found.people, ReportUse.Report.HOURS, asked.days_of_people, uses.PROGRAM)
        shows = {"billed": found.shows_money, "cost": found.shows_cost}
        return answer(
            {
                "first": asked.period.first,
                "last": asked.period.last,
                "hides_people": found.hides_people,
                "total": _sums(found.total, shows),
                "lines": [_line(group, found.asked.levels, shows) for group in found.groups],
            }
        )


def _wrong_days(chosen: dict[str, Any]) -> Errors:
    """Days that are none of a report; a page says which days it took, a program would not notice."""
    days = {name: chosen[name] for name in ("from", "to") if chosen.get(name) is not None}
    return {name: [words] for name, words in wrong(days).items()}


def _line(group: Group, levels: list[str], shows: dict[str, bool]) -> dict[str, Any]:
    words = group.words
    named = {level: None if words[level] == NONE else words[level] for level in levels if level in words}
    if "from" in words:
        named["month"] = words["from"][:7]
    line = {"name": group.name, **named, **_sums(group, shows)}
    if group.parts:
        line["lines"] = [_line(part, levels, shows) for part in group.parts]
    return line


def _sums(group: Group, shows: dict[str, bool]) -> dict[str, Any]:
    minutes, billable, entries = group.sums
    sums: dict[str, Any] = {"minutes": minutes, "billable_minutes": billable, "entries": entries}
    if shows["billed"]:
        sums |= {name: _money(getattr(group, name)) for name, shown in shows.items() if shown}
    return sums


def _money(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {currency: f"{amount:.2f}" for currency, amount in amounts.items()}


RESOURCES = (HoursReport(),)
