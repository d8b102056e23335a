"""What stands on a person's sheets besides hours, for programs: kept rows, favourites, and copying a week."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, path

from accounts.api import lists
from accounts.api.body import errors_of, given_to_form, missing, read_body
from accounts.api.fields import EXAMPLE_ID, ID, Day, Field, MaybeDay, OneOf, Reference, Schema
from accounts.api.operations import Endpoint
from accounts.api.problems import Problem
from accounts.api.resource import VERBS, Resource, answer
from accounts.api.values import Wrong, a_day
from accounts.models import Membership
from accounts.permissions import within_reach
from lib.weeks import start_of_week
from tenancy.fields import AccountChoiceField
from timetracking import actions
from timetracking.api import refusals
from timetracking.errors import NeedsConfirmation, Refused
from timetracking.forms import CopyForm
from timetracking.inputs import DayField, people_for
from timetracking.models import Project, SheetRow, Task, TimeEntry

WHOSE = "Whose sheet; the key's member if not said."


class ForSomebody(forms.Form):
    """Whose sheet is meant."""

    person = AccountChoiceField(model=Membership, required=False, error_messages=missing("member to log time for"))

    def __init__(self, given: dict[str, Any], *, by: Membership) -> None:
        super().__init__(given)
        self.by = by
        self.fields["person"].queryset = people_for(by, "time.log", by)

    def clean_person(self) -> Membership:
        return self.cleaned_data["person"] or self.by

    def first_day(self, name: str) -> date:
        """Of the week that holds the day which was sent."""
        return start_of_week(self.cleaned_data[name], self.by.account.first_weekday)


class RowBody(ForSomebody):
    """A row: what is worked on, and in which week."""

    week = DayField(required=False)
    project = AccountChoiceField(model=Project, error_messages=missing("project"))
    task = AccountChoiceField(model=Task, required=False, error_messages=missing("task"))

    def __init__(self, given: dict[str, Any], *, by: Membership) -> None:
        super().__init__(given, by=by)
        self.fields["project"].queryset = Project.objects.visible_to(by)
        self.fields["task"].queryset = Task.objects.visible_to(by)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        project, task = cleaned.get("project"), cleaned.get("task")
        if task and project and task.project_id != project.pk:
            self.add_error("task", "This task belongs to another project.")
        return cleaned

    def save(self) -> SheetRow | None:
        person, project, task = (self.cleaned_data[name] for name in ("person", "project", "task"))
        if self.cleaned_data["week"] is None:
            return actions.star_row(person, project, task, starred=True)
        return actions.keep_row(person, self.first_day("week"), project, task)


class SheetRows(Resource):
    """``/sheet-rows/``"""

    name, one = "sheet-rows", "sheet_row"
    about = (
        "Rows that somebody put on a sheet before there are hours in them: on one week's, or, where the week is null, "
        "on every week's as a favourite. A row with hours in its week goes only once they have gone. Delete a "
        "favourite with `week` to take it off that week's sheet alone; post it with the week to have it there again."
    )
    model, scope, is_versioned = SheetRow, "time", False
    may = {"browse": "time.view", "create": "time.log", "read": "time.view", "delete": "time.log"}
    fields = (
        ID,
        Reference("person", WHOSE, EXAMPLE_ID, to="members", may_be_null=False),
        MaybeDay("week", "The first day of the week; any day of it may be sent. Null: a favourite.", "2026-11-16"),
        Reference("project", "What is worked on.", EXAMPLE_ID, to="projects", is_required=True, may_be_null=False),
        Reference("task", "One of the project's tasks.", EXAMPLE_ID, to="tasks"),
    )
    orders = {"created_at": ("id",), "-created_at": ("-id",)}
    asked_at_deletion = {"week": "A day of the week that a favourite is taken off; of every week if not said."}
    filters = (
        lists.by_reference("person", lambda member: Membership.objects.filter(account_id=member.account_id), "Whose."),
        lists.by_reference("project", Project.objects.visible_to, "For work on this project."),
        lists.by_day("week", "week", "Of the week that begins on this day."),
        lists.by_flag("favourite", "On every week's sheet, or on one.", lambda flag: Q(week__isnull=flag)),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return within_reach(SheetRow.objects.filter(hidden_at=None), member, "time.view")

    def editable(self, member: Membership) -> QuerySet[Any]:
        rows = SheetRow.objects.filter(hidden_at=None).select_related("person__user", "project__company", "task")
        return within_reach(rows, member, "time.log")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> RowBody:
        return RowBody(given, by=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        with refusals():
            return form.save()

    def remove(self, record: Any, request: Any) -> None:
        what = record.person, record.project, record.task
        week = record.week or _week_asked(request)
        if week is None:
            actions.star_row(*what, starred=False)
            return
        with refusals():
            try:
                actions.remove_row(what[0], week, *what[1:])
            except NeedsConfirmation:
                raise Refused("There are hours in this row. Delete its entries first.") from None


def _week_asked(request: Any) -> date | None:
    """The first day of the week that the address names."""
    text = request.GET.get("week", "")
    try:
        return start_of_week(a_day(text), request.account.first_weekday) if text else None
    except Wrong as wrong:
        raise Problem("invalid", errors={"week": [str(wrong)]}) from wrong


class CopyBody(ForSomebody):
    """From which week into which, and how much."""

    source = DayField()
    target = DayField()
    what = forms.ChoiceField(choices=CopyForm.WHAT, required=False)


class WeekOf(Day):
    """A week, by any of its days; the column is what the form calls it."""

    @property
    def form_names(self) -> tuple[str, ...]:
        return (self.column,)

    def take(self, value: Any) -> dict[str, Any]:
        return {self.column: a_day(value)}


class Weeks(Resource):
    """``/weeks/copy/``"""

    name, one = "weeks", "week"
    about = (
        "Brings one week's rows, and if asked its hours and notes, into another, as on the page of the week. "
        "Nothing is doubled: cells that hold time are skipped, so are locked days and rows that are closed to new "
        "time. The answer names what came: entries and rows are deleted again one by one."
    )
    model, scope, is_versioned = TimeEntry, "time", False
    may = {"copy": "time.log"}
    fields = ()
    copy_fields: tuple[Field, ...] = (
        Reference("person", WHOSE, EXAMPLE_ID, to="members", may_be_null=False),
        WeekOf("from", "A day of the week that is copied.", "2026-11-09", column="source", is_required=True),
        WeekOf("to", "A day of the week that it is copied into.", "2026-11-16", column="target", is_required=True),
        OneOf("what", "How much; rows if not said.", "hours", words=tuple(dict(CopyForm.WHAT))),
    )
    orders = {}
    examples = {
        "answer": {
            "from": "2026-11-09", "to": "2026-11-16", "rows": [EXAMPLE_ID], "entries": [EXAMPLE_ID], "rows_there": 3,
            "rows_closed": 0, "cells_skipped": 2, "cells_locked": 0,
        },
        "copy": {"from": "2026-11-09", "to": "2026-11-16", "what": "hours"},
    }  # fmt: skip

    def path(self, verb: str) -> str:
        return f"/weeks/{verb}/"

    def urls(self) -> list[URLPattern]:
        return [path("weeks/copy/", Endpoint({VERBS["copy"]: self.operation("copy")}), name="week_copy")]

    def schemas(self) -> dict[str, Schema]:
        ids: Schema = {"type": "array", "items": {"type": "string", "format": "uuid"}}
        day, whole = {"type": "string", "format": "date"}, {"type": "integer", "minimum": 0}
        counts = dict.fromkeys(("rows_there", "rows_closed", "cells_skipped", "cells_locked"), whole)
        said = {"from": day, "to": day, "rows": ids, "entries": ids, **counts}
        sent = {field.name: field.schema(self.model) for field in self.copy_fields}
        return {"Week": _object(said, list(said)), "WeekCopy": _object(sent, ["from", "to"])}

    def copy(self, request: Any) -> HttpResponse:
        """Copy, and say what came of it."""
        given = given_to_form(read_body(request), {field.name: field for field in self.copy_fields}, is_new=True)
        form = CopyBody(given, by=request.membership)
        if not form.is_valid():
            raise Problem("invalid", errors=errors_of(form, self.copy_fields))
        first, into = form.first_day("source"), form.first_day("target")
        what = form.cleaned_data["what"] or "rows"
        with refusals():
            copied = actions.copy_week(
                form.cleaned_data["person"], first, into, hours=what != "rows", notes=what == "notes"
            )
        return answer(
            {
                "from": first, "to": into, "rows": copied.undo.rows, "entries": copied.undo.remove,
                "rows_there": copied.rows_there, "rows_closed": copied.rows_closed,
                "cells_skipped": copied.cells_skipped, "cells_locked": copied.cells_locked,
            }
        )  # fmt: skip


def _object(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": required}


RESOURCES = (SheetRows(), Weeks())
