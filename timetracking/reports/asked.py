"""What somebody asks of a report, as it stands in the address, in a saved report and in a program's request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.models import Membership
from accounts.permissions import can_for_others
from accounts.queries import colleagues_of
from crm.models import Company, Tag
from lib.addresses import id_in
from timetracking.access import in_figures_of
from timetracking.inputs import FIRST_DAY, LAST_DAY, day_in
from timetracking.models import Task
from timetracking.queries import today_of
from timetracking.reports.periods import LONGEST, NAMES, USUAL, Period, named, wrong

DIMENSIONS = {
    "person": "Person",
    "client": "Client",
    "project": "Project",
    "task": "Task",
    "tag": "Tag",
    "month": "Month",
}
KEPT_AS = "reports"  # the kind of a saved view that holds one
NONE = "none"  # in place of an id: those without one
YES_NO = {"yes": True, "no": False}
PARAMETERS = (
    "period", "from", "to", "by", "then", "person", "client", "project", "task", "tag", "billable", "approved",
    "compare", "money",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A report as it was asked for. ``chosen`` are the records that it is narrowed to; None for "without one"."""

    period: Period
    by: str = "project"
    then: str = ""
    chosen: dict[str, Any] = field(default_factory=dict)
    billable: bool | None = None
    approved: bool | None = None
    compares: bool = False
    shows_money: bool = False
    words: dict[str, str] = field(default_factory=dict)  # the address again, without what means nothing
    finds_nothing: bool = False  # it names something that is not there
    trouble: str = ""  # why other days are shown than were asked for

    @property
    def levels(self) -> list[str]:
        return [level for level in (self.by, self.then) if level]

    @property
    def narrowed_by(self) -> set[str]:
        return set(self.chosen)

    @property
    def days_of_people(self) -> Period:
        """The days of which it tells people's hours: those of the period before, too, where they are compared."""
        if self.compares and (self.by == "person" or "person" in self.chosen):
            return Period("days", self.period.previous.first, self.period.last)
        return self.period

    def condition(self, paths: Mapping[str, str]) -> Q:
        """What rows must fulfil; ``paths`` says how each dimension is reached from there."""
        condition = Q(day__range=(self.period.first, self.period.last))
        for name, record in self.chosen.items():
            condition &= Q(**{paths[name]: record.pk}) if record else Q(**{f"{paths[name]}__isnull": True})
        for name in ("billable", "approved"):
            if (wanted := getattr(self, name)) is not None:
                condition &= Q(**{name: wanted})
        return condition


def asked_of(given: Mapping[str, str], member: Membership, today: date | None = None) -> Asked:
    """What an address asks for. What it says of people is left out for those who see only their own hours."""
    words = words_in(given)
    period, trouble = _period(words, member, today or today_of(member))
    chosen, missing = _chosen(words, member)
    by = words.get("by", "project")
    then = words.get("then", "")
    by = by if by in DIMENSIONS else "project"
    return Asked(
        period=period,
        by=by,
        then=then if then in DIMENSIONS and then not in (by, "tag") else "",
        chosen=chosen,
        billable=YES_NO.get(words.get("billable", "")),
        approved=YES_NO.get(words.get("approved", "")),
        compares="compare" in words,
        shows_money="money" in words,
        words=words,
        finds_nothing=missing,
        trouble=trouble,
    )


def words_in(given: Mapping[str, str]) -> dict[str, str]:
    """What an address says of a report, and nothing else of it."""
    return {name: given[name][:60] for name in PARAMETERS if given.get(name)}


def _period(words: Mapping[str, str], member: Membership, today: date) -> tuple[Period, str]:
    """The days that are shown; and why, in a sentence, where they are not those that were asked for."""
    name = words.get("period", "days" if "from" in words or "to" in words else USUAL)
    usual = named(USUAL, today, member.account.first_weekday)
    if name not in NAMES:
        return usual, f"There is no period “{name}”."
    if name != "days":
        return named(name, today, member.account.first_weekday), ""
    typed = {each: day_in(words[each]) for each in ("from", "to") if each in words}
    days = {each: day for each, day in typed.items() if day}
    strange = [f"“{words[each]}” is not a day." for each in typed.keys() - days.keys()]
    taken = {each: day for each, day in days.items() if FIRST_DAY <= day <= LAST_DAY}
    first = taken.get("from", usual.first)
    last = max(taken.get("to", max(usual.last, first)), first)
    said = {*strange, *wrong(days).values(), *wrong({"from": first, "to": last}).values()}
    if (last - first).days > LONGEST:
        first = date.fromordinal(last.toordinal() - LONGEST)
    return Period(name, first, last), " ".join(sorted(said))


def _chosen(words: Mapping[str, str], member: Membership) -> tuple[dict[str, Any], bool]:
    """The records that the address names; True when one of them is not there for this member."""
    places: dict[str, Any] = {
        "client": Company.objects.filter(pk__in=in_figures_of(member).values("company")),
        "project": in_figures_of(member),
        "task": Task.objects.filter(project__in=in_figures_of(member)).select_related("project"),
        "tag": Tag.objects.all(),
    }
    if can_for_others(member, "report.view"):
        places["person"] = colleagues_of(member).select_related("user")
    else:
        places["person"] = colleagues_of(member).select_related("user").filter(pk=member.pk)
    found: dict[str, Any] = {}
    for name, records in places.items():
        if name not in words:
            continue
        if words[name] == NONE and name not in ("person", "project"):
            found[name] = None
            continue
        record = records.filter(public_id=id_in(words[name])).first() if id_in(words[name]) else None
        if record is None:
            return found, True
        found[name] = record
    return found, False
