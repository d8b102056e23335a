"""What people type about projects and hours."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from django import forms

from accounts.models import Account, Membership
from crm.inputs import TagsField
from lib import formats
from lib.addresses import id_in
from lib.durations import Duration, DurationError, Unit, parse
from tenancy.forms import VersionedModelForm
from timetracking.actions import Clock, clock_between
from timetracking.errors import NeedsClock
from timetracking.finding import work_with
from timetracking.inputs import FIRST_DAY, LAST_DAY, DayField, day_in
from timetracking.models import Project, Task, TimeEntry, TimeSettings, work_name, work_value
from timetracking.queries import zone_of
from timetracking.sheets.locks import LONGEST_REASON

CLOCK_HINT = "Type when it was: 9-12:30."
TIME_HINT = "Type 1:30, 1.5, 90m or 9-12:30."


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

    def offer(self, person: Membership, *, also: tuple[Project, Task | None] | None = None) -> None:
        """What takes this person's time now, and what the entry is on already."""
        projects = list(Project.objects.active().open_to(person).select_related("company").by_name())
        tasks = list(Task.objects.active().filter(project__archived_at=None).in_order())
        self.work = {work_value(project, task): (project, task) for project, task in _pairs(projects, tasks)}
        if also:
            self.work.setdefault(work_value(*also), also)
        ordered = sorted(self.work.items(), key=lambda item: _client_first(item[1][0]))
        groups = groupby(ordered, key=lambda item: item[1][0].client)
        choices = [(client, [(value, work_name(*work)) for value, work in group]) for client, group in groups]
        self.choices = [("", "Choose …"), *choices]

    def clean(self, value: Any) -> tuple[Project, Task | None]:
        return self.work[super().clean(value)]


class MaybeBillable(forms.TypedChoiceField):
    """Whether new time is billed: as its task and project say, unless somebody says it."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("", "As the project"), ("True", "Yes"), ("False", "No")]
        super().__init__(
            **{"choices": choices, "required": False, "coerce": "True".__eq__, "empty_value": None, **kwargs}
        )


def _client_first(project: Project) -> tuple[bool, str, str]:
    return project.company is None, project.client.casefold(), str(project.company_id)


def _pairs(projects: list[Project], tasks: list[Task]) -> list[tuple[Project, Task | None]]:
    of_project: dict[int, list[Task | None]] = {project.pk: [None] for project in projects}
    for task in tasks:
        if task.project_id in of_project:
            of_project[task.project_id].append(task)
    return [(project, task) for project in projects for task in of_project[project.pk]]


def reason_field() -> forms.CharField:
    """Why a locked day is written to, for those who may."""
    words = "It is kept beside what stood here before."
    return forms.CharField(label="Why so late", max_length=LONGEST_REASON, help_text=words)


class PanelEntryForm(VersionedModelForm):
    """What of an entry is changed without moving it: its length, note and billing."""

    time = DurationField(help_text="")
    tags = TagsField()
    field_order = ["time", "note", "tags", "billable", "version"]
    clock: Clock | None = None  # start and end, when a clock range was typed

    class Meta:
        model = TimeEntry
        fields = ["note", "billable"]

    def __init__(self, *args: Any, person: Membership, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entry, time = self.instance, self.fields["time"]
        entry.person = person
        time.unit = time.widget.attrs["data-unit"] = account.plain_number_unit
        if TimeSettings.current().needs_clock:
            time.help_text = CLOCK_HINT
        if entry._state.adding:
            self.fields["billable"] = MaybeBillable(label=self.fields["billable"].label)
            self.initial["billable"] = ""
        else:
            self.initial["time"], self.initial["tags"] = typed_time(entry), entry.tag_names
            self.stored_minutes = entry.minutes
            time.present = time.widget.attrs["data-present"] = entry.minutes

    def ask_reason(self) -> None:
        """This day is locked: whoever may write to it all the same says why."""
        self.fields["reason"] = reason_field()

    def offer_rate(self) -> None:
        """For who may say what an hour of this entry is billed at."""
        currency = self.instance.project.currency
        self.fields["own_rate"] = forms.DecimalField(
            label=f"Its own rate ({currency} an hour)", required=False, min_value=0, max_digits=9, decimal_places=2,
            initial=self.instance.own_rate, help_text="Leave it empty, and the rates of its project count.",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "time" in cleaned:
            self._fit(cleaned["time"], cleaned.get("day") or self.instance.day)
        return cleaned

    def _fit(self, time: Duration, day: date | None) -> None:
        """What passed between two times of the clock, which is not what it shows on a day when it changes."""
        if self.is_time_as_stored:
            self.instance.minutes = self.stored_minutes
            return
        self.instance.minutes = time.minutes
        if day is None:
            return
        if time.start is None or time.end is None:
            if TimeSettings.current().needs_clock:
                self.add_error("time", str(NeedsClock()))
            return
        try:
            self.clock, self.instance.minutes = clock_between(day, time.start, time.end, zone_of(self.instance.person))
        except DurationError as refusal:
            self.add_error("time", str(refusal))

    @property
    def is_time_as_stored(self) -> bool:
        return not self.instance._state.adding and "time" not in self.changed_data

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        cleaned = self.cleaned_data
        names = ("day", "note", "tags", "billable", "own_rate", "reason")
        values = {name: cleaned[name] for name in names if name in cleaned}
        if "work" in cleaned:
            values["project"], values["task"] = cleaned["work"]
        return {**values, "minutes": self.instance.minutes}


class EntryForm(PanelEntryForm):
    """A whole time entry, on the day list and on its own page."""

    work = WorkField()
    time = DurationField()
    field_order = ["day", "work", "time", "note", "tags", "billable", "version"]

    class Meta(PanelEntryForm.Meta):
        fields = ["day", "note", "billable"]
        field_classes = {"day": DayField}
        widgets = {"day": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entry = self.instance
        also = None if entry._state.adding else (entry.project, entry.task)
        self.fields["work"].offer(entry.person, also=also)
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
        first, _, second = super().clean(value).partition(".")
        project_id, task_id = id_in(first), id_in(second)
        if not project_id or (second and not task_id):
            raise forms.ValidationError("This is not a project or task.")
        work = work_with(project_id, task_id)
        if work is None:
            raise forms.ValidationError("This project or task is not there any more.", code="gone")
        return work


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
    confirmed = forms.BooleanField(required=False)
    starred = forms.BooleanField(required=False)


class CopyForm(forms.Form):
    """Which week is copied into this one, and how much of it."""

    WHAT = [("rows", "Rows only"), ("hours", "Rows and hours"), ("notes", "Rows, hours and notes")]
    what = forms.ChoiceField(choices=WHAT)
    week = DayField()
    source = DayField(required=False)


def typed_time(entry: TimeEntry) -> str:
    """How an entry's time is typed: 1:30, or 9:00-12:30 where the clock times are known and are not the same."""
    if (ends := entry.local_clock) is None:
        return formats.hours(entry.minutes)
    start, end = f"{ends[0]:%H:%M}", f"{ends[1]:%H:%M}".replace("00:00", "24:00")
    return f"{start}-{end}" if start != end else formats.hours(entry.minutes)


def parsed_day(text: str | None, default: date) -> date:
    """A day from an address; anything else is the default."""
    day = day_in(text or "")
    return day if day and FIRST_DAY <= day <= LAST_DAY else default
