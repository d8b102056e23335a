"""What people type about projects and hours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q

from accounts.models import Account, Membership
from crm.models import Company
from lib import formats
from lib.durations import Duration, DurationError, Unit, parse
from lib.weeks import instant_at
from tenancy.forms import AccountModelForm, VersionedModelForm
from timetracking.actions import Clock
from timetracking.models import Project, ProjectQuerySet, Task, TimeEntry, work_name, work_value
from timetracking.queries import projects_found

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
TIME_HINT = "Type 1:30, 1.5, 90m or 9-12:30."


class DayField(forms.DateField):
    """A day that time can be logged on, with room for the weeks around it."""

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not FIRST_DAY <= value <= LAST_DAY:
            raise forms.ValidationError(f"Choose a day from {FIRST_DAY.year} to {LAST_DAY.year}.")


class DurationField(forms.CharField):
    """A length of time as people type it. ``unit`` and ``present`` are set by the form."""

    unit: Unit = "hours"
    present: int | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Time", "max_length": 40, "help_text": TIME_HINT, **kwargs})
        self.widget.attrs |= {"autocomplete": "off", "data-duration": "", "autocapitalize": "off"}

    def clean(self, value: Any) -> Duration:
        text = super().clean(value)
        try:
            duration = parse(text, unit=self.unit, present=self.present)
        except DurationError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if not duration.minutes:
            raise forms.ValidationError("An entry is at least a minute. Type 1:30 or 90m.")
        return duration


class WorkField(forms.ChoiceField):
    """A project, or one of its tasks: one list, grouped by company, so that they always fit together."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "Project and task", **kwargs})
        self.work: dict[str, tuple[Project, Task | None]] = {}

    def offer(self, *, also: tuple[Project, Task | None] | None = None) -> None:
        """What takes time now, and what the entry is on already."""
        projects = list(Project.objects.active().select_related("company").by_name())
        tasks = list(Task.objects.active().filter(project__archived_at=None).by_name())
        self.work = {work_value(project, task): (project, task) for project, task in _pairs(projects, tasks)}
        if also:
            self.work.setdefault(work_value(*also), also)
        ordered = sorted(self.work.items(), key=lambda item: _client_first(item[1][0]))
        groups = groupby(ordered, key=lambda item: item[1][0].client)
        choices = [(client, [(value, work_name(*work)) for value, work in group]) for client, group in groups]
        self.choices = [("", "Choose …"), *choices]

    def clean(self, value: Any) -> tuple[Project, Task | None]:
        return self.work[super().clean(value)]


def _client_first(project: Project) -> tuple[bool, str, str]:
    return project.company is None, project.client.casefold(), str(project.company_id)


def _pairs(projects: list[Project], tasks: list[Task]) -> list[tuple[Project, Task | None]]:
    return [
        (project, task)
        for project in projects
        for task in [None, *(task for task in tasks if task.project_id == project.pk)]
    ]


class PanelEntryForm(VersionedModelForm):
    """What of an entry is changed without moving it: its length, note and billing."""

    time = DurationField(help_text="")
    field_order = ["time", "note", "billable", "version"]

    class Meta:
        model = TimeEntry
        fields = ["note", "billable"]

    def __init__(self, *args: Any, person: Membership, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entry, time = self.instance, self.fields["time"]
        entry.person = person
        time.unit = time.widget.attrs["data-unit"] = account.plain_number_unit
        if entry._state.adding:
            del self.fields["billable"]  # a new entry asks its task and project
        else:
            self.initial["time"] = formats.hours(entry.minutes)
            time.present = time.widget.attrs["data-present"] = entry.minutes

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "time" in cleaned:
            self.instance.minutes = cleaned["time"].minutes
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        cleaned = self.cleaned_data
        values = {name: cleaned[name] for name in ("day", "note", "billable") if name in cleaned}
        if "work" in cleaned:
            values["project"], values["task"] = cleaned["work"]
        return {**values, "minutes": cleaned["time"].minutes}

    def clock(self, zone: ZoneInfo) -> Clock | None:
        """Start and end, when a clock range was typed."""
        time, day = self.cleaned_data["time"], self.instance.day
        if time.start is None or time.end is None:
            return None
        return instant_at(day, time.start, zone), instant_at(day, time.end, zone), zone


class EntryForm(PanelEntryForm):
    """A whole time entry, on the day list and on its own page."""

    work = WorkField()
    time = DurationField()
    field_order = ["day", "work", "time", "note", "billable", "version"]

    class Meta(PanelEntryForm.Meta):
        fields = ["day", "note", "billable"]
        field_classes = {"day": DayField}
        widgets = {"day": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entry = self.instance
        also = None if entry._state.adding else (entry.project, entry.task)
        self.fields["work"].offer(also=also)
        if also:
            self.initial["work"] = work_value(*also)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "work" in cleaned:
            self.instance.project, self.instance.task = cleaned["work"]
        return cleaned


class OneWorkField(forms.CharField):
    """A project and task by their public ids, without a list of all the others."""

    def clean(self, value: Any) -> tuple[Project, Task | None]:
        project_id, _, task_id = super().clean(value).partition(".")
        if not is_uuid(project_id) or (task_id and not is_uuid(task_id)):
            raise forms.ValidationError("This is not a project or task.")
        try:
            if task_id:
                tasks = Task.objects.select_related("project__company")
                task = tasks.get(public_id=task_id, project__public_id=project_id)
                return task.project, task
            return Project.objects.select_related("company").get(public_id=project_id), None
        except (Project.DoesNotExist, Task.DoesNotExist) as error:
            raise forms.ValidationError("This project or task is not there any more.", code="gone") from error


class CellForm(forms.Form):
    """Which cell of the week is meant, and its version as the writer saw it."""

    work = OneWorkField()
    day = DayField()
    version = forms.CharField(required=False, max_length=16)
    text = forms.CharField(required=False, max_length=200, strip=False)
    billable = forms.BooleanField(required=False)
    confirmed = forms.BooleanField(required=False)


class RowForm(forms.Form):
    """Which row of which week is meant."""

    work = OneWorkField()
    week = DayField()


class ProjectForm(VersionedModelForm):
    """A project's facts and terms."""

    budget_hours = forms.DecimalField(
        label="Budget in hours",
        required=False,
        min_value=Decimal("0.02"),
        max_value=Decimal(100_000),
        decimal_places=2,
    )
    field_order = ["name", "company", "code", "billable", "hourly_rate", "currency", "budget_hours"]

    class Meta:
        model = Project
        fields = ["name", "company", "code", "billable", "hourly_rate", "currency"]
        help_texts = {
            "company": "Empty for the firm's own work.",
            "code": "As on your offers, if you use one.",
        }

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        companies = self.fields["company"]
        companies.empty_label = "None: internal work"
        seen = Company.objects.live().visible_to(member).values("pk")
        chosen = Q(pk__in=seen) | Q(pk=self.instance.company_id)
        companies.queryset = Company.objects.filter(chosen).order_by("name_key")
        if self.instance.budget_minutes:
            self.initial["budget_hours"] = typed_hours(self.instance.budget_minutes)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        hours = cleaned.get("budget_hours")
        if "budget_hours" in cleaned:
            self.instance.budget_minutes = int(hours * 60 + Decimal("0.5")) if hours else None
        return cleaned

    def changes(self) -> dict[str, list[str]]:
        """For the log; the budget by its own name."""
        changes = super().changes()
        if "budget_hours" in self.changed_data:
            old, new = self.initial.get("budget_hours"), self.cleaned_data.get("budget_hours")
            changes["budget_hours"] = ["" if value is None else str(value) for value in (old, new)]
        return changes


class ProjectFilterForm(forms.Form):
    """What the list of projects is narrowed to."""

    STATUS = [("", "Active"), ("archived", "Archived"), ("all", "All")]

    q = forms.CharField(label="Search", required=False, max_length=100)
    company = forms.CharField(required=False, max_length=40)
    status = forms.ChoiceField(choices=STATUS, required=False, widget=forms.Select(attrs={"class": "form-select"}))

    def apply(self, projects: ProjectQuerySet, member: Membership) -> ProjectQuerySet:
        """The projects that match; a filter nobody knows matches nothing."""
        if not self.is_valid():
            return projects.none()
        chosen = self.cleaned_data
        if chosen["status"] != "all":
            projects = projects.archived() if chosen["status"] else projects.active()
        if chosen["q"].strip():
            projects = projects_found(projects, chosen["q"], member)
        return self._of_company(projects, chosen["company"])

    def address(self, page: str | None) -> str:
        """The same list, another page; nothing where there is none."""
        kept = {name: self.data[name] for name in self.fields if self.data.get(name)}
        return "?" + urlencode({**kept, "page": page}) if page else ""

    def is_filtered(self) -> bool:
        """True when the list may be empty because of what was asked."""
        return any(self.data.get(name) for name in self.fields)

    def company_name(self) -> str:
        """The company that the list is narrowed to, in words."""
        public_id = self.cleaned_data.get("company", "") if self.is_valid() else ""
        if public_id in ("", "internal"):
            return "Internal" if public_id else ""
        found = Project.objects.filter(company__public_id=public_id) if is_uuid(public_id) else Project.objects.none()
        return found.values_list("company__name", flat=True).first() or "Unknown company"

    def _of_company(self, projects: ProjectQuerySet, public_id: str) -> ProjectQuerySet:
        if not public_id:
            return projects
        if public_id == "internal":
            return projects.filter(company=None)
        return projects.filter(company__public_id=public_id) if is_uuid(public_id) else projects.none()


class TaskForm(AccountModelForm):
    """A new task's name."""

    class Meta:
        model = Task
        fields = ["name"]

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.project = project

    def _get_validation_exclusions(self) -> set[str]:
        # The project is given, and "once per project" must be asked all the same.
        return super()._get_validation_exclusions() - {"project"}


class TaskRenameForm(VersionedModelForm, TaskForm):
    """A task's name and whether it is billed."""

    class Meta(TaskForm.Meta):
        fields = ["name", "billable"]
        widgets = {
            "billable": forms.Select(choices=[("", "as the project"), ("True", "yes"), ("False", "no")]),
        }


class CopyForm(forms.Form):
    """Which week is copied into this one, and how much of it."""

    WHAT = [("rows", "Rows only"), ("hours", "Rows and hours"), ("notes", "Rows, hours and notes")]
    what = forms.ChoiceField(choices=WHAT)
    week = DayField()
    source = DayField(required=False)


def is_uuid(text: str) -> bool:
    """Whether a text from an address can be a public id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def typed_hours(minutes: int) -> str:
    """Hours as they are typed: 10, 12.5, never 1E+1."""
    return f"{(Decimal(minutes) / 60).quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")


def parsed_day(text: str | None, default: date) -> date:
    """A day from an address; anything else is the default."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return default
    return day if FIRST_DAY <= day <= LAST_DAY else default
