"""``/reports/hours/`` for programs: the sums of the page, asked for in the same words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path

from accounts.api import lists
from accounts.api.fields import CREATED, EXAMPLE_ID, ID, UPDATED, VERSION, Flag, Reference, Schema, Text
from accounts.api.lists import Filter
from accounts.api.operations import Endpoint
from accounts.api.problems import Errors, Problem
from accounts.api.resource import Resource, answer
from accounts.api.values import Wrong, a_day, an_id
from accounts.models import Membership
from crm.listing.api import AsAsked, SavedViews
from crm.models import SavedView
from timetracking.budgets.queries import Used, standing
from timetracking.models import ReportUse, TimeEntry
from timetracking.reports import uses
from timetracking.reports.asked import DIMENSIONS, KEPT_AS, NONE, PARAMETERS, asked_of, words_in
from timetracking.reports.hours import Group, report
from timetracking.reports.people import LATE_DAYS, Line, people_report
from timetracking.reports.periods import NAMES, wrong

YES = {"yes": None, "no": None}
WHOLE: Schema = {"type": "integer", "minimum": 0}
DAY: Schema = {"type": "string", "format": "date"}
SOME_DAY: Schema = {"type": ["string", "null"], "format": "date"}  # none where no day that was asked for is over yet
AN_ID: Schema = {"type": "string", "format": "uuid"}


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


DAYS = (
    _word("period", NAMES, "Which days; days for from and to. This month if not said."),
    _day("from", "The first day."),
    _day("to", "The last day."),
)


def _closed(properties: Schema) -> Schema:
    """An object that has all of these, and nothing else."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


class Report(Resource):
    """A report at one address, narrowed by parameters."""

    model, scope, is_versioned = TimeEntry, "time", False
    also_refuses = {"read": (422,)}  # days that are none of a report
    fields = ()
    orders = {}
    place: ClassVar[str]

    def path(self, verb: str) -> str:
        return f"/reports/{self.place}/"

    def urls(self) -> list[URLPattern]:
        return [path(f"reports/{self.place}/", Endpoint({"GET": self.operation("read")}), name=self.one)]

    def chosen(self, request: Any) -> dict[str, str]:
        """The parameters as they were sent, each one that the report knows, and days that it may be of."""
        chosen, errors = lists.chosen_of(request, self._filters)
        if errors:
            raise Problem("parameters", errors=errors)
        if errors := _wrong_days({each.name: value for each, value in chosen}):
            raise Problem("days", errors=errors)
        words: dict[str, str] = request.GET.dict()
        return words


class HoursReport(Report):
    """``/reports/hours/``"""

    name, one, place = "reports", "hours_report", "hours"
    about = (
        "Hours added up by person, client, project, task, tag or month, as on the page of reports. A member sees the "
        "own hours; who may see the team's sees all, and each person whose hours are named can read that a program of "
        "theirs did. People are put side by side only where there are enough of them."
    )
    may = {"read": "report.view"}
    filters = (
        *DAYS,
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

    def schemas(self) -> dict[str, Schema]:
        money = {"type": "object", "additionalProperties": {"type": "string"}}
        sums = {"minutes": WHOLE, "billable_minutes": WHOLE, "entries": WHOLE, "billed": money, "cost": money}
        an_id = {"type": ["string", "null"]}
        lines = {"type": "array", "items": {"$ref": "#/components/schemas/HoursReportLine"}}
        line = {"name": {"type": "string"}, **dict.fromkeys(DIMENSIONS, an_id), **sums, "lines": lines}
        every = {"first": SOME_DAY, "last": SOME_DAY, "hides_people": {"type": "boolean"}}
        every |= {"total": {"type": "object", "properties": sums}, "lines": lines}
        return {
            "HoursReport": {"type": "object", "properties": every, "required": list(every)},
            "HoursReportLine": {"type": "object", "properties": line, "required": ["name"]},
        }

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        asked = asked_of(self.chosen(request), request.membership)
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


class OfPeople(Report):
    """Hours of people against what was expected of them."""

    may = {"read": "report.people"}
    filters = (*DAYS, _id("person", "Of this member."))
    which: ClassVar[ReportUse.Report]
    sums: ClassVar[tuple[str, ...]]

    def schemas(self) -> dict[str, Schema]:
        sums = dict.fromkeys(self.sums, WHOLE)
        line = {"person": AN_ID, "name": {"type": "string"}, **sums, **self.of_a_line}
        every = {"first": SOME_DAY, "last": SOME_DAY, "hides_people": {"type": "boolean"}}
        every |= {"total": _closed(sums), "lines": {"type": "array", "items": _closed(line)}}
        return {self.one.title().replace("_", ""): _closed(every)}

    of_a_line: ClassVar[dict[str, Schema]] = {}

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        found = people_report(self.chosen(request), request.membership, self.which, uses.PROGRAM)
        return answer(
            {
                "first": found.days and found.days.first,
                "last": found.days and found.days.last,
                "hides_people": found.hides_people,
                "total": self.added_up(found.total or Line(request.membership)),
                "lines": [self._line(line) for line in found.lines],
            }
        )

    def added_up(self, line: Line) -> dict[str, int]:
        """The sums of a line."""
        raise NotImplementedError

    def more(self, line: Line) -> dict[str, Any]:
        """What else is said of one person."""
        return {}

    def _line(self, line: Line) -> dict[str, Any]:
        whose = {"person": line.person.public_id, "name": str(line.person)}
        return {**whose, **self.added_up(line), **self.more(line)}


class Utilisation(OfPeople):
    """``/reports/utilisation/``"""

    name, one, place = "utilisation", "utilisation", "utilisation"
    about = (
        "How much of the time that people have is worked, and how much of it is billed, up to yesterday. Each person "
        "who is named can read that a program looked; fewer people than the firm says are not put side by side."
    )
    which = ReportUse.Report.UTILISATION
    sums = ("minutes", "billable_minutes", "target_minutes")
    examples = {
        "answer": {
            "first": "2026-11-01", "last": "2026-11-22", "hides_people": False,
            "total": {"minutes": 6900, "billable_minutes": 5100, "target_minutes": 7200},
            "lines": [
                {"person": EXAMPLE_ID, "name": "Maren Holt", "minutes": 6900, "billable_minutes": 5100,
                 "target_minutes": 7200},
            ],
        }
    }  # fmt: skip

    def added_up(self, line: Line) -> dict[str, int]:
        return {"minutes": line.minutes, "billable_minutes": line.billable, "target_minutes": line.target}


class MissingHours(OfPeople):
    """``/reports/missing/``"""

    name, one, place = "missing-hours", "missing_hours", "missing"
    about = (
        "Days up to yesterday on which less was logged than expected, and how much was logged more than "
        f"{LATE_DAYS} days after its day. Who is named can read it, as with `utilisation`."
    )
    which = ReportUse.Report.MISSING
    sums = ("missing_minutes", "late_minutes")
    of_a_line = {"days": {"type": "array", "items": _closed({"day": DAY, "missing_minutes": WHOLE})}}
    examples = {
        "answer": {
            "first": "2026-11-01", "last": "2026-11-22", "hides_people": False,
            "total": {"missing_minutes": 480, "late_minutes": 0},
            "lines": [
                {"person": EXAMPLE_ID, "name": "Maren Holt", "missing_minutes": 480, "late_minutes": 0,
                 "days": [{"day": "2026-11-20", "missing_minutes": 480}]},
            ],
        }
    }  # fmt: skip

    def added_up(self, line: Line) -> dict[str, int]:
        return {"missing_minutes": line.missing, "late_minutes": line.late}

    def more(self, line: Line) -> dict[str, Any]:
        return {"days": [{"day": day, "missing_minutes": minutes} for day, minutes in line.short.items()]}


class Budgets(Report):
    """``/reports/budgets/``"""

    name, one, place = "budgets", "budgets", "budgets"
    about = (
        "Budgets of the projects that time is logged on, the fullest first: minutes of one in hours, an amount of one "
        "in money. Of a monthly one what is used this month."
    )
    may = {"read": "report.people"}
    also_refuses = {}
    filters = (_word("full", YES, "Those of which 80 % is used, or all."),)
    examples = {
        "answer": {
            "lines": [
                {"project": EXAMPLE_ID, "name": "Website relaunch", "month": None, "percent": 62,
                 "budget_minutes": 6000, "used_minutes": 3720, "budget_amount": None, "used_amount": None},
            ],
        }
    }  # fmt: skip

    def schemas(self) -> dict[str, Schema]:
        money = {
            "type": ["object", "null"],
            "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
        }
        minutes = {"type": ["integer", "null"], "minimum": 0}
        line = {"project": AN_ID, "name": {"type": "string"}, "month": {"type": ["string", "null"]}, "percent": WHOLE}
        line |= dict.fromkeys(("budget_minutes", "used_minutes"), minutes)
        line |= dict.fromkeys(("budget_amount", "used_amount"), money)
        return {"Budgets": _closed({"lines": {"type": "array", "items": _closed(line)}})}

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        is_full = self.chosen(request).get("full") == "yes"
        return answer({"lines": [_budget(each) for each in standing(request.membership, is_full=is_full)]})


def _budget(used: Used) -> dict[str, Any]:
    project, is_money = used.project, used.project.budget_is_money

    def amount(value: Any) -> dict[str, str] | None:
        return {"amount": f"{value:.2f}", "currency": project.currency} if is_money else None

    return {
        "project": project.public_id,
        "name": str(project),
        "month": f"{used.month:%Y-%m}" if used.month else None,
        "percent": used.percent,
        "budget_minutes": None if is_money else used.limit,
        "used_minutes": None if is_money else used.spent,
        "budget_amount": amount(used.limit),
        "used_amount": amount(used.spent),
    }


class SavedReports(SavedViews):
    """``/saved-reports/``"""

    name, one, kind = "saved-reports", "saved_report", KEPT_AS
    about = "Reports that were given a name: one's own, and those that are shared. Each sees in them what they may see."
    scope = "time"
    may = dict.fromkeys(("browse", "create", "read", "change", "delete"), "report.view")
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Billed this year", is_required=True),
        AsAsked("asked", "The parameters of `/reports/hours/`.", {"period": "this_year", "by": "client"}),
        Flag("is_shared", "Everybody in the firm has it; for managers to say.", False),
        Reference("owner", "Who made it.", EXAMPLE_ID, to="members", is_read_only=True, may_be_null=False),
        CREATED,
        UPDATED,
    )
    filters = tuple(each for each in SavedViews.filters if each.name == "shared")

    def visible(self, member: Membership) -> QuerySet[Any]:
        return SavedView.objects.visible_to(member).filter(kind=KEPT_AS)

    def keep(self, view: SavedView, given: dict[str, Any]) -> None:
        """Let it hold these words, all of which there must be."""
        asked = given.pop("asked", None)
        if asked is None:
            return
        if unknown := sorted(asked.keys() - {*PARAMETERS}):
            raise Problem("invalid", errors={"asked": [f"A report can't be asked for by “{unknown[0][:60]}”."]})
        view.asked = words_in(asked)


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


RESOURCES = (HoursReport(), Utilisation(), MissingHours(), Budgets(), SavedReports())
