"""What people say about their timer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from accounts.models import Membership
from crm.inputs import TagsField
from lib.weeks import instant_at
from tenancy.forms import VersionedModelForm
from timetracking.finding import find_work
from timetracking.forms import MaybeBillable, OneWorkField, WorkField
from timetracking.models import Project, RunningTimer, Task, work_name, work_value

AS_TYPED = "%Y-%m-%dT%H:%M"
RECENT = 8
WORDS = {"data-timer-words": "", "autocomplete": "off", "role": "combobox", "aria-autocomplete": "list",
         "aria-expanded": "false"}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1970, 2199


class PickedWorkField(WorkField):
    """Projects and tasks to pick from, the recent ones first. What was picked is looked up, whatever was offered."""

    def offer_to(self, person: Membership, *, also: tuple[Project, Task | None] | None = None) -> None:
        """The person's recent ones, and below them all."""
        self.offer(person, also=also)
        recent = [(work_value(*work), work_name(*work)) for work in find_work(person, "", RECENT)]
        first, *groups = self.choices
        self.choices = [first, ("Recent", recent), *groups] if recent else [first, *groups]

    def clean(self, value: Any) -> tuple[Project, Task | None]:
        return OneWorkField().clean(value)


class LocalMomentField(forms.CharField):
    """A day and a time on the clock of a zone."""

    zone: ZoneInfo

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, widget=forms.TextInput(attrs={"type": "datetime-local"}))

    def shown(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime(AS_TYPED)

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            typed = datetime.strptime(text[:16], AS_TYPED).replace(tzinfo=self.zone)
        except ValueError as error:
            raise forms.ValidationError("Choose a day and a time.") from error
        if not FIRST_YEAR <= typed.year <= LAST_YEAR:
            raise forms.ValidationError(f"Choose a day from {FIRST_YEAR} to {LAST_YEAR}.")
        return instant_at(typed.date(), typed.hour * 60 + typed.minute, self.zone)


class StartForm(forms.Form):
    """What to work on."""

    note = forms.CharField(
        label="What are you working on?", required=False, max_length=500, widget=forms.TextInput(attrs=WORDS),
        help_text="@ for a project, # for a tag.",
    )  # fmt: skip
    work = PickedWorkField()
    tags = TagsField()
    billable = MaybeBillable()

    def offer_to(self, person: Membership, place: str) -> None:
        """Their projects, and tags from the list in that place of the page."""
        self.fields["work"].offer_to(person)
        self.fields["tags"].widget.attrs["list"] = f"{place}_tags"

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        project, task = self.cleaned_data["work"]
        values = {name: self.cleaned_data[name] for name in ("note", "tags", "billable")}
        return {**values, "project": project, "task": task}


class ChangeForm(VersionedModelForm):
    """What runs, and since when."""

    work = PickedWorkField()
    started = LocalMomentField(label="Started")
    tags = TagsField()
    field_order = ["work", "note", "tags", "started", "billable", "version"]

    class Meta:
        model = RunningTimer
        fields = ["note", "billable"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        timer, started = self.instance, self.fields["started"]
        started.zone = timer.zone
        self.initial["started"] = started.shown(timer.started_at)
        self.initial["tags"] = timer.tags
        self.initial["work"] = work_value(timer.project, timer.task)

    def offer_to(self, person: Membership, place: str) -> None:
        """As for a start, and what it runs on now."""
        self.fields["work"].offer_to(person, also=(self.instance.project, self.instance.task))
        self.fields["tags"].widget.attrs["list"] = f"{place}_tags"

    def values(self) -> dict[str, Any]:
        """What the action takes; a start that nobody touched keeps its second."""
        project, task = self.cleaned_data["work"]
        values = {name: self.cleaned_data[name] for name in ("note", "tags", "billable")}
        if "started" in self.changed_data:
            values["started_at"] = self.cleaned_data["started"]
        return {**values, "project": project, "task": task}


class StopForm(forms.Form):
    """When it stops, if not now, and what becomes of less than a minute."""

    at = forms.DateTimeField(required=False)  # an instant that the page knew
    until = LocalMomentField(label="Stop at", required=False)  # one that somebody typed
    seen = forms.BooleanField(required=False)
    keep = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], required=False, coerce=lambda text: text == "yes", empty_value=None
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].zone = zone
