"""Projects, tasks and time entries for programs: the same rules and actions as on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import (
    CREATED,
    EXAMPLE_ID,
    ID,
    SAMPLE,
    UPDATED,
    VERSION,
    Day,
    Flag,
    MaybeFlag,
    MaybeInstant,
    Money,
    Reference,
    Since,
    Status,
    Text,
    Whole,
)
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource
from accounts.models import Membership
from accounts.permissions import can_for_others, within_reach
from crm.models import Company
from lib.durations import DAY
from lib.weeks import local_day
from tenancy.fields import AccountChoiceField
from tenancy.forms import VersionedModelForm
from timetracking import actions
from timetracking.errors import Refused
from timetracking.forms import DayField, ProjectForm, typed_hours
from timetracking.models import Project, Task, TimeEntry
from timetracking.queries import projects_found

NEEDED = "This is needed."


def missing(noun: str) -> dict[str, str]:
    return {"invalid_choice": f"There is no such {noun}."}


class StatusField(forms.ChoiceField):
    """Active or archived; nothing leaves it as it is."""

    def __init__(self) -> None:
        super().__init__(required=False, choices=[("active", "active"), ("archived", "archived")])


class WorkResource(Resource):
    """Projects and tasks: what they do alike."""

    scope = "time"
    may = {"browse": "project.view", "create": "project.edit", "read": "project.view", "change": "project.edit"}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def store(self, form: Any, request: Any) -> Any:
        thing, is_new = form.save(commit=False), form.instance._state.adding
        if is_new:
            actions.create(thing)
        else:
            actions.change(thing, form.changes(), expected=form.stored_version)
        if status := form.cleaned_data.get("status"):
            actions.archive(thing) if status == "archived" else actions.restore(thing)
        return thing


STATUS = lists.by_word(
    "status", {"active": Q(archived_at__isnull=True), "archived": Q(archived_at__isnull=False)}, "Active or archived."
)


class ProjectBody(BodyForm, ProjectForm):
    """A project with its budget in minutes."""

    budget_hours = None
    status = StatusField()

    class Meta(ProjectForm.Meta):
        fields = [*ProjectForm.Meta.fields, "budget_minutes"]
        error_messages = {"company": missing("company")}

    def changes(self) -> dict[str, list[str]]:
        """The log speaks of hours, as the page does."""
        changes = super().changes()
        if budget := changes.pop("budget_minutes", None):
            changes["budget_hours"] = [typed_hours(int(minutes)) if minutes else "" for minutes in budget]
        return changes


class Projects(WorkResource):
    """``/projects/``"""

    name, one = "projects", "project"
    about = "What hours are logged on, for a company or for the firm itself. Archived ones keep their hours."
    model, is_searched = Project, True
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Website relaunch", is_required=True),
        Text("code", "As on the firm's offers.", "TW-26"),
        Reference("company", "Whom it is for; null for the firm's own work.", EXAMPLE_ID, to="companies"),
        Flag("billable", "Whether its hours are billed, unless a task says otherwise.", True),
        Money("hourly_rate", "What an hour costs.", {"amount": "95.00", "currency": "EUR"}, needs="rate.view"),
        Whole("budget_minutes", "How long it may take; null for no budget.", 6000, may_be_null=True),
        Status("status", "Archived projects take no more hours.", "active"),
        SAMPLE,
        CREATED,
        UPDATED,
    )
    orders = {
        "name": ("name_key", "id"),
        "-name": ("-name_key", "-id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }
    filters = (
        lists.by_reference("company", lambda member: Company.objects.visible_to(member), "For this company."),
        STATUS,
    )

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        return projects_found(rows, text, member)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return Project.objects.select_related("company")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        instance = record or Project(currency=request.account.currency)
        return ProjectBody(given, instance=instance, member=request.membership)


class TaskBody(BodyForm, VersionedModelForm):
    """A task; it stays in the project it was made in, because its hours do."""

    status = StatusField()

    class Meta:
        model = Task
        fields = ["project", "name", "billable"]
        error_messages = {"project": missing("project")}

    def clean_project(self) -> Project:
        project: Project = self.cleaned_data["project"]
        if not self.instance._state.adding and project.pk != self.instance.project_id:
            raise forms.ValidationError("A task stays in its project.")
        return project


class Tasks(WorkResource):
    """``/tasks/``"""

    name, one, about = "tasks", "task", "Kinds of work within a project."
    model = Task
    fields = (
        ID,
        VERSION,
        Reference("project", "Where it belongs.", EXAMPLE_ID, to="projects", is_required=True, may_be_null=False),
        Text("name", "What it is called.", "Design", is_required=True),
        MaybeFlag("billable", "Whether its hours are billed; null for as the project says.", None),
        Status("status", "Archived tasks take no more hours.", "active"),
        SAMPLE,
        CREATED,
        UPDATED,
    )
    orders = {"created_at": ("id",), "-created_at": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}
    filters = (lists.by_reference("project", lambda member: Project.objects.all(), "Of this project."), STATUS)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return Task.objects.select_related("project")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return TaskBody(given, instance=record or Task())


class EntryBody(BodyForm, VersionedModelForm):
    """A time entry: its length in minutes, or the two instants between which the work was done."""

    person = AccountChoiceField(model=Membership, required=False, error_messages=missing("member to log time for"))
    started_at = forms.DateTimeField(required=False)
    stopped_at = forms.DateTimeField(required=False)

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
        cleaned, names = self.cleaned_data, ("project", "task", "day", "minutes", "note", "billable")
        values = {name: cleaned[name] for name in names if name in cleaned}
        if self.gives_clock:
            values["clock"] = (cleaned["started_at"], cleaned["stopped_at"], self._zone())
        elif "started_at" in cleaned and not self.is_new:
            values |= {"started_at": None, "stopped_at": None, "time_zone": ""}
        return values


class IsSample(Flag):
    """True of an entry that came to be as a sample."""

    is_plain = False

    def show(self, row: Any) -> bool:
        return bool(row["source"] == TimeEntry.Source.SAMPLE)


class TimeEntries(Resource):
    """``/time-entries/``"""

    name, one = "time-entries", "time_entry"
    about = "Who worked how long on what. A member sees the own ones; who may see the team's sees all."
    model, scope = TimeEntry, "time"
    may = {"browse": "time.view", "create": "time.log", "read": "time.view", "change": "time.log", "delete": "time.log"}
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
        Flag("billable", "Whether it is billed; if not said, as task and project say.", True),
        Since("locked", "Approved or invoiced, so it can't be changed.", False, column="locked_at", is_read_only=True),
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
        lists.by_reference("project", lambda member: Project.objects.all(), "On this project."),
        lists.by_reference("task", lambda member: Task.objects.all(), "On this task."),
        lists.by_day("day_from", "day__gte", "On this day or later."),
        lists.by_day("day_to", "day__lte", "On this day or earlier."),
        lists.by_flag("billable", "Billed or not.", lambda flag: Q(billable=flag)),
        lists.by_flag("locked", "Locked or open.", lambda flag: Q(locked_at__isnull=not flag)),
        lists.by_instant("updated_since", "updated_at__gte", "Changed at or after this moment."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return TimeEntry.objects.visible_to(member)

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
            actions.delete_entries([record])


@contextmanager
def refusals() -> Iterator[None]:
    """What refuses time says so in a sentence."""
    try:
        yield
    except Refused as refusal:
        raise Problem("invalid", errors={WHOLE: [str(refusal)]}) from refusal


def _whole_minute(at: datetime | None) -> datetime | None:
    return at and at.replace(second=0, microsecond=0)


RESOURCES = (Projects(), Tasks(), TimeEntries())
