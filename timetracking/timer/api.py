"""``/timer/`` for programs: what the key's member works on now, by the same actions as in the bar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.api.body import BodyForm, errors_of, given_to_form, missing, read_body
from accounts.api.fields import (
    EXAMPLE_ID,
    EXAMPLE_INSTANT,
    ID,
    Flag,
    Instant,
    MaybeInstant,
    Reference,
    Schema,
    Text,
    Whole,
    Words,
)
from accounts.api.operations import Endpoint
from accounts.api.problems import Problem
from accounts.api.resource import VERBS, Resource, answer
from crm.inputs import Names
from tenancy.forms import AccountModelForm
from timetracking.api import TimeEntries, refusals
from timetracking.models import RunningTimer, TimeEntry
from timetracking.timer import actions
from timetracking.timer.actions import Stopped
from timetracking.timer.queries import running_timer

ENTRIES = TimeEntries()


class StartBody(BodyForm, AccountModelForm):
    """What to work on, and since when if not from now on."""

    started_at = forms.DateTimeField(required=False)
    tags = Names()

    class Meta:
        model = RunningTimer
        fields = ["project", "task", "note", "billable"]
        error_messages = {"project": missing("project"), "task": missing("task")}

    def values(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in (*self._meta.fields, "tags") if name in self.cleaned_data}
        return {**values, "at": self.cleaned_data.get("started_at")}


class Timer(Resource):
    """``/timer/``, ``/timer/start/``, ``/timer/stop/``"""

    name, one = "timer", "timer"
    about = (
        "What the key's member works on now: at most one. Starting another stops it at the same second. Whole minutes "
        "become time entries, one a day; the answer holds them all as entries, and the first of them as entry. A timer "
        "stopped before its first whole minute becomes none, and entry is null."
    )
    model, scope, is_versioned = RunningTimer, "time", False
    may = {"read": "time.view", "start": "time.log", "stop": "time.log"}
    fields = (
        ID,
        Reference("project", "What is worked on.", EXAMPLE_ID, to="projects", is_required=True, may_be_null=False),
        Reference("task", "The kind of work; one of the project's tasks.", EXAMPLE_ID, to="tasks"),
        Text("note", "What is done.", "Sketches of the start page"),
        Words("tags", "Words its time is sorted by. A new word makes a new tag when it stops.", ["night shift"]),
        Flag("billable", "Whether it is billed; if not said, as task and project say.", True),
        Instant("started_at", "When it began; if not said, now.", EXAMPLE_INSTANT),
        Whole("minutes", "How long it runs.", 42, is_read_only=True),
    )
    stop_fields = {"stopped_at": MaybeInstant("stopped_at", "When it ended; if not said, now.", EXAMPLE_INSTANT)}
    orders = {}
    examples = {
        "answer": {
            "timer": {
                "id": EXAMPLE_ID, "project": EXAMPLE_ID, "task": None, "note": "Sketches of the start page",
                "tags": ["night shift"], "billable": True, "started_at": EXAMPLE_INSTANT, "minutes": 42,
            },
            "entry": None,
            "entries": [],
        },
        "start": {"project": EXAMPLE_ID, "note": "Sketches of the start page"},
        "stop": {},
    }  # fmt: skip

    def path(self, verb: str) -> str:
        return "/timer/" if verb == "read" else f"/timer/{verb}/"

    def urls(self) -> list[URLPattern]:
        return [
            path(self.path(verb).lstrip("/"), Endpoint({VERBS[verb]: self.operation(verb)}), name=f"timer_{verb}")
            for verb in self.may
        ]

    def schemas(self) -> dict[str, Schema]:
        sent = {field.name: field.schema(self.model) for field in self.fields if field.name not in ("id", "minutes")}
        stop = {name: field.schema(TimeEntry) for name, field in self.stop_fields.items()}
        one = {field.name: field.schema(self.model) for field in self.fields}
        one["minutes"] |= {"minimum": 0}
        entry = {"$ref": "#/components/schemas/TimeEntry"}
        said = {
            "timer": {"anyOf": [_object(one, required=list(one)), {"type": "null"}]},
            "entry": {"anyOf": [entry, {"type": "null"}]},
            "entries": {"type": "array", "items": entry},
        }
        return {
            "Timer": _object(said, required=list(said)),
            "TimerStart": _object(sent, required=["project"]),
            "TimerStop": _object(stop),
        }

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        return self._state(request)

    def start(self, request: Any) -> HttpResponse:
        """Start; what runs is stopped at the same second."""
        fields = {field.name: field for field in self.fields if field.name not in ("id", "minutes")}
        given = given_to_form(read_body(request), fields, is_new=True)
        form = StartBody(given, instance=RunningTimer())
        if not form.is_valid():
            raise Problem("invalid", errors=errors_of(form, fields.values()))
        with refusals():
            return self._state(request, actions.start(request.membership, **form.values()).stopped)

    def stop(self, request: Any) -> HttpResponse:
        """Stop; less than a minute is not kept."""
        given = given_to_form(read_body(request), self.stop_fields, is_new=False) if request.body else {}
        with refusals():
            return self._state(request, actions.stop(request.membership, at=given.get("stopped_at"), keep=False))

    def _state(self, request: Any, stopped: Stopped | None = None) -> HttpResponse:
        """What runs now, and what was just stopped."""
        timer = running_timer(request.membership)
        ids = [entry.pk for entry in stopped.entries] if stopped else []
        rows = TimeEntry.objects.filter(pk__in=ids).order_by("started_at")
        entries = ENTRIES.as_answered(rows, request.membership) if ids else []
        first = entries[0] if entries else None
        return answer({"timer": timer and _shown(timer), "entry": first, "entries": entries})


def _shown(timer: RunningTimer) -> dict[str, Any]:
    return {
        "id": timer.public_id,
        "project": timer.project.public_id,
        "task": timer.task and timer.task.public_id,
        "note": timer.note,
        "tags": timer.tags,
        "billable": timer.billable,
        "started_at": timer.started_at,
        "minutes": int((timezone.now() - timer.started_at).total_seconds() // 60),
    }


def _object(properties: Schema, required: list[str] | None = None) -> Schema:
    said: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**said, "required": required} if required else said


RESOURCES = (Timer(),)
