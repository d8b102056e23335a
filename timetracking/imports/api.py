"""Imports of hours for programs: a file is sent, who and what it names is said, it is checked and run."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from accounts.api.fields import Field, OneOf, Row, Schema, Text
from accounts.api.problems import Problem
from accounts.api.values import EXAMPLE_ID, Wrong, a_text
from crm.imports.api import FileImports, Texts, typed_columns, valid_rules
from timetracking.imports import undoing
from timetracking.imports.columns import FIELDS
from timetracking.imports.forms import ColumnsForm
from timetracking.imports.job import steps
from timetracking.imports.matching import people_meant, projects_meant
from timetracking.models import HoursImport

LONGEST_KEY = 800


class Found(Field):
    """Who or what the file names, and who or what that is here: a record, `new`, `skip`, or nothing yet."""

    kind = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "key": {"type": "string"}, "name": {"type": "string"},
                "rows": {"type": "integer"}, "is": {"type": "string"},
            },
            "required": ["key", "name", "rows", "is"],
        },
    }  # fmt: skip
    is_plain = False
    columns = ("found",)

    def show(self, row: Row) -> Any:
        return [{"key": key, **each} for key, each in sorted(row["found"].get(self.name, {}).items())]


class Said(Field):
    """Who or what is meant by names of the file: by their key a record's id, `new` for a project, or `skip`."""

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("Write an object: what each key is.")
        return {self.name: {a_text(key, LONGEST_KEY): a_text(each, 36) for key, each in value.items()}}

    def schema(self, model: type[Model]) -> Schema:
        each = {"type": "string", "maxLength": 36}
        return {**super().schema(model), "type": "object", "additionalProperties": each}


DAYS = OneOf("days", "Whether the day or the month comes first in 03/04/2026.", "day",
             words=tuple(HoursImport.Days.values))  # fmt: skip
ZONE = Text("time_zone", "Whose clock the times are of; each person's own, if not said.", "Europe/Berlin")
RULES: dict[str, Field] = {
    field.name: field
    for field in (
        Texts("columns", "For each column of the file the field that it becomes, or nothing to leave it out; as it "
                         "was guessed, if not said.", ["day", "project", "duration"]),
        DAYS,
        ZONE,
        Said("people", "Who is meant, by the key under which the check found them: a member, or `skip`.",
             {"julien roux": EXAMPLE_ID}),
        Said("projects", "What is meant, by the key under which the check found it: a project, `new` or `skip`.", {}),
    )
}  # fmt: skip


MEANT = {"people": people_meant, "projects": projects_meant}


class HoursImports(FileImports):
    """``/hours-imports/``"""

    name, one = "hours-imports", "hours_import"
    scope = "time"
    about = (
        "Files of hours that Harvest, Toggl Track, Clockify, Kimai or any other program wrote. Send one (CSV or Excel, "
        "up to 25 MB) as the body and check it: `people` and `projects` say who and what it names. Check again with "
        "who is meant, then run it. It can be undone for thirty days."
    )
    model = HoursImport
    steps, undoing, rules = steps, undoing, RULES
    may = dict.fromkeys(FileImports.verbs, "time.import")
    sent = {
        "check": {
            "type": "object",
            "properties": {name: field.schema(HoursImport) for name, field in RULES.items()},
            "additionalProperties": False,
            "examples": [{"people": {"julien roux": "skip"}}],
        }
    }
    fields = (
        *FileImports.first_fields,
        OneOf("source", "Which program wrote it.", "harvest", words=tuple(HoursImport.Source.values)),
        DAYS,
        ZONE,
        Found("people", "Who is named.", [{"key": "julien roux", "name": "Julien Roux", "rows": 1, "is": ""}]),
        Found("projects", "Which projects are named.", []),
        *FileImports.last_fields,
    )

    def chosen(self, job: HoursImport, given: dict[str, Any]) -> dict[str, Any]:
        typed: dict[str, Any] = typed_columns(job, given, FIELDS)
        typed |= {name: given.get(name, getattr(job, name)) for name in ("days", "time_zone")}
        rules = valid_rules(ColumnsForm(typed, job=job, rows=[]), RULES)
        chosen = {kind: {**job.chosen.get(kind, {}), **given.get(kind, {})} for kind in ("people", "projects")}
        for kind in chosen:
            said = given.get(kind, {})
            if unknown := next((key for key in said if key not in job.found.get(kind, {})), None):
                raise Problem("invalid", errors={kind: [f"The check found no “{unknown[:60]}”."]})
            here = MEANT[kind](job, set(said.values()))
            if nobody := next((meant for meant in said.values() if meant not in here), None):
                raise Problem("invalid", errors={kind: [f"There is no “{nobody}” here."]})
        return {**rules, "chosen": chosen}


RESOURCES = (HoursImports(),)
