"""Time entries for programs: the same rules and actions as on the pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpResponse

from accounts.api import lists
from accounts.api.body import BodyForm, missing
from accounts.api.fields import (
    CREATED,
    EXAMPLE_ID,
    ID,
    SAMPLE,
    UPDATED,
    VERSION,
    Day,
    Flag,
    MaybeInstant,
    Money,
    Reason,
    Reference,
    Row,
    Text,
    Whole,
    Words,
)
from accounts.api.problems import Problem, refused_in_words
from accounts.api.resource import Resource
from accounts.choices import currencies
from accounts.models import Membership
from accounts.permissions import can_for_others, within_reach
from crm.inputs import Names
from crm.listing.filters import tagged
from crm.models import tag_names
from lib.addresses import id_in
from lib.durations import DAY
from lib.keyset import Page
from lib.weeks import local_day
from tenancy.fields import AccountChoiceField
from tenancy.forms import VersionedModelForm
from timetracking import actions
from timetracking.errors import Refused
from timetracking.finding import work_with
from timetracking.forms import DayField
from timetracking.models import Project, ReportUse, Task, TimeEntry, TimeEntryTag
from timetracking.reports import uses
from timetracking.reports.periods import Period, months_before
from timetracking.sheets import locks

NEEDED = "This is needed."
WHY_LATE = "Why a locked day is written to, by those who may: it is kept beside what stood there before."


class EntryBody(BodyForm, VersionedModelForm):
    """A time entry: its length in minutes, or the two instants between which the work was done."""

    person = AccountChoiceField(model=Membership, required=False, error_messages=missing("member to log time for"))
    started_at = forms.DateTimeField(required=False)
    stopped_at = forms.DateTimeField(required=False)
    tags = Names()
    reason = forms.CharField(required=False, max_length=locks.LONGEST_REASON)
    own_rate = forms.DecimalField(required=False, min_value=0, max_digits=9, decimal_places=2)
    own_rate_currency = forms.ChoiceField(required=False, choices=currencies)

    class Meta:
        model = TimeEntry
        fields = ["project", "task", "day", "minutes", "note", "billable"]
        field_classes = {"day": DayField}
        error_messages = {
            "project": missing("project"),
            "task": missing("task"),
            "day": {"required": NEEDED},
            "minutes": {"required": NEEDED},
        }

    def __init__(self, given: Mapping[str, Any], *, instance: TimeEntry, member: Membership) -> None:
        self.is_new, self.gives_clock = instance._state.adding, given.get("started_at") is not None
        if self.is_new:
            given = {"day": None, "minutes": None, **given}
        elif given.keys() & {"project", "task"}:  # they must fit together, so both are looked at
            task = instance.task and instance.task.public_id
            given = {"project": instance.project.public_id, "task": task, **given}
        super().__init__(given, instance=instance)
        self.whose: Membership = member if self.is_new else instance.person
        if "person" in self.fields:
            self.fields["person"].queryset = self._people(member)
        for name in {"day", "minutes"} & self.fields.keys():
            self.fields[name].required = not self.gives_clock
        if self.is_new:
            self._find_both(given)

    def _find_both(self, given: Mapping[str, Any]) -> None:
        """A task comes with its project, by one statement. What is not found so, the fields look for and refuse."""
        project_id, task_id = (id_in(given.get(name)) for name in ("project", "task"))
        if project_id and task_id and (work := work_with(project_id, task_id)):
            self.fields["project"].stands, self.fields["task"].stands = work

    def clean_person(self) -> Membership:
        chosen: Membership = self.cleaned_data["person"] or self.whose
        if not self.is_new and chosen.pk != self.whose.pk:
            raise forms.ValidationError("An entry stays with the one who worked.")
        self.whose = chosen
        return chosen

    def clean_started_at(self) -> datetime | None:
        return _whole_minute(self.cleaned_data["started_at"])

    def clean_stopped_at(self) -> datetime | None:
        return _whole_minute(self.cleaned_data["stopped_at"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, stop = cleaned.get("started_at"), cleaned.get("stopped_at")
        if (start is None) != (stop is None) or ("started_at" in self.fields) != ("stopped_at" in self.fields):
            self.add_error(None, "Give started_at and stopped_at together, or neither.")
        elif start and stop:
            self._fit_to_clock(cleaned, start, stop)
        currency = cleaned.get("own_rate_currency")
        project = cleaned.get("project") or (None if self.is_new else self.instance.project)
        if project and currency and currency != project.currency:
            self.add_error("own_rate", f"This project is billed in {project.currency}.")
        return cleaned

    def _fit_to_clock(self, cleaned: dict[str, Any], start: datetime, stop: datetime) -> None:
        """Day and minutes follow from the clock; where they are given too, they must say the same."""
        minutes = int((stop - start).total_seconds() // 60)
        if minutes < 1:
            self.add_error("stopped_at", "The end comes after the start.")
            return
        follows = {"day": local_day(start, self._zone()), "minutes": minutes}
        for name, value in follows.items():
            if cleaned.get(name) not in (None, value):
                self.add_error(name, f"The clock times say {value}.")
            cleaned[name] = value

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.whose.user.time_zone)

    def _people(self, member: Membership) -> QuerySet[Membership]:
        people = Membership.objects.select_related("user").filter(account_id=member.account_id, removed_at=None)
        return people if can_for_others(member, "time.log") else people.filter(pk=member.pk)

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        cleaned = self.cleaned_data
        names = ("project", "task", "day", "minutes", "note", "tags", "billable", "own_rate", "reason")
        values = {name: cleaned[name] for name in names if name in cleaned}
        if self.gives_clock:
            values["clock"] = (cleaned["started_at"], cleaned["stopped_at"], self._zone())
        elif "started_at" in cleaned and not self.is_new:
            values |= {"started_at": None, "stopped_at": None, "time_zone": ""}
        return values


class OwnRate(Money):
    """What was said for the entry itself, or null."""

    columns = ("has_own_rate", "bill_rate", "rate_currency")
    form_names = ("own_rate", "own_rate_currency")

    def show(self, row: Any) -> Any:
        has_own_rate, amount, currency = (row[name] for name in self.columns)
        return {"amount": f"{amount:.2f}", "currency": currency} if has_own_rate else None


class IsSample(Flag):
    """True of an entry that came to be as a sample."""

    is_plain = False

    def show(self, row: Any) -> bool:
        return bool(row["source"] == TimeEntry.Source.SAMPLE)


class TimeEntries(Resource):
    """``/time-entries/``"""

    name, one = "time-entries", "time_entry"
    about = (
        "Who worked how long on what. A member sees the own ones; who may see the team's sees all, and each person "
        "whose hours are listed can read that a program of theirs did."
    )
    model, scope = TimeEntry, "time"
    may = {"browse": "time.view", "create": "time.log", "read": "time.view", "change": "time.log", "delete": "time.log"}
    asked_at_deletion = {"reason": WHY_LATE}
    fields = (
        ID,
        VERSION,
        Reference("project", "What was worked on.", EXAMPLE_ID, to="projects", is_required=True, may_be_null=False),
        Reference("task", "The kind of work; one of the project's tasks.", EXAMPLE_ID, to="tasks"),
        Reference("person", "Who worked; the key's member if not said.", EXAMPLE_ID, to="members", may_be_null=False),
        Day("day", "The calendar day of the one who worked.", "2026-11-20"),
        Whole("minutes", "How long.", 90, most=DAY),
        MaybeInstant("started_at", "When it began, if that is known. Give both ends or neither.", None),
        MaybeInstant("stopped_at", "When it ended, if that is known.", None),
        Text("note", "What was done.", "Sketches of the start page"),
        Words("tags", "Words the firm sorts by. A new word makes a new tag.", ["night shift"], column="tag_names"),
        Flag("billable", "Whether it is billed; if not said, as task and project say.", True),
        OwnRate(
            "own_rate",
            "What an hour of this entry is billed at, in the project's currency; null: as the rates say.",
            None,
            currency="own_rate_currency",
            needs="rate.view",
        ),
        Flag(
            "locked",
            "Submitted, approved, invoiced or before the lock date, so it can't be changed.",
            False,
            column="is_locked",
            is_read_only=True,
        ),
        Reason("reason", WHY_LATE, "Forgotten on Friday", is_write_only=True),
        IsSample("is_sample", SAMPLE.about, False, column="source", is_read_only=True),
        CREATED,
        UPDATED,
    )
    orders = {
        "-day": ("-day", "-id"),
        "day": ("day", "id"),
        "updated_at": ("updated_at", "id"),
        "-updated_at": ("-updated_at", "-id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }
    filters = (
        lists.by_reference(
            "person", lambda member: Membership.objects.filter(account_id=member.account_id), "By whom."
        ),
        lists.by_reference("project", Project.objects.visible_to, "On this project."),
        lists.by_reference("task", Task.objects.visible_to, "On this task."),
        lists.by_text("tag", "Has this tag.", lambda text: tagged(text)[1]),
        lists.by_day("day_from", "day__gte", "On this day or later."),
        lists.by_day("day_to", "day__lte", "On this day or earlier."),
        lists.by_flag("billable", "Billed or not.", lambda flag: Q(billable=flag)),
        lists.by_flag("locked", "Locked or open.", lambda flag: locks.condition() if flag else ~locks.condition()),
        lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return TimeEntry.objects.visible_to(member)

    def read(self, request: Any, public_id: UUID) -> HttpResponse:
        row = self._row(request, public_id)
        self._tell(request, [row], {})
        return self._answer(request, row)

    def _page(self, request: Any, rows: Any, asked: lists.Asked, *order: Any) -> Page:
        page = super()._page(request, rows, asked, *order)
        self._tell(request, page.rows, {each.name: value for each, value in asked.filters})
        return page

    def _tell(self, request: Any, rows: Iterable[Row], asked: dict[str, Any]) -> None:
        """Let those whose hours these are know. Days that were not asked for are told as whole months."""
        others = [row for row in rows if row["person__public_id"] != request.membership.public_id]
        if not others:
            return
        whose = {row["person__public_id"] for row in others}
        people = Membership.objects.filter(account_id=request.membership.account_id, public_id__in=whose)
        days = [row["day"] for row in others]
        first = asked.get("day_from") or min(days).replace(day=1)
        last = asked.get("day_to") or months_before(max(days).replace(day=1), -1) - timedelta(days=1)
        numbers = people.values_list("pk", flat=True)
        uses.note(request.membership, numbers, ReportUse.Report.ENTRIES, Period("days", first, last), uses.PROGRAM)

    def made_up(self) -> dict[str, Any]:
        is_locked = ExpressionWrapper(locks.condition(), output_field=BooleanField())
        return {"tag_names": tag_names(TimeEntryTag, "entry"), "is_locked": is_locked}

    def made_up_of(self, form: Any) -> Any:
        return {"tag_names": [], "is_locked": False} if not form.cleaned_data.get("tags") else None

    def editable(self, member: Membership) -> QuerySet[Any]:
        entries = TimeEntry.objects.with_names().select_related("person__user")
        return within_reach(entries, member, "time.log")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        instance = TimeEntry() if record is None else copy(record)
        form = EntryBody(given, instance=instance, member=request.membership)
        form.stored = record
        return form

    def store(self, form: Any, request: Any) -> Any:
        with refusals():
            if form.is_new:
                return actions.log_time(form.whose, **{"task": None, **form.values()})
            return actions.change_entry(form.stored, expected=form.stored_version, **form.values())

    def remove(self, record: Any, request: Any) -> None:
        with refusals():
            actions.delete_entries([record], reason=reason_asked(request))


def reason_asked(request: Any) -> str:
    """Why something of a locked day is deleted, in the address."""
    reason: str = request.GET.get("reason", "")
    if len(reason) > locks.LONGEST_REASON:
        raise Problem("parameters", errors={"reason": [f"At most {locks.LONGEST_REASON} characters."]})
    return reason


def refusals() -> AbstractContextManager[None]:
    """What refuses time says so in a sentence."""
    return refused_in_words(Refused)


def _whole_minute(at: datetime | None) -> datetime | None:
    return at and at.replace(second=0, microsecond=0)


RESOURCES = (TimeEntries(),)
