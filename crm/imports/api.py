"""Imports for programs: a file is sent, its columns are named, it is checked and run; its state is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.http import HttpResponse

from accounts.api import lists
from accounts.api.body import MEDIA_TYPES, given_to_form, read_body, read_file
from accounts.api.fields import CREATED, ID, Field, Flag, MaybeInstant, OneOf, Reference, Row, Schema, Text, Whole
from accounts.api.problems import WHOLE, Errors, Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, Wrong, a_text
from accounts.models import Membership
from crm.imports import job as jobs
from crm.imports import mapping, reading, undoing
from crm.imports.forms import ColumnsForm
from crm.imports.steps import EXPIRED, Steps
from crm.models import ContactImport, ImportedRow
from crm.models.imports import FileRow

State = ContactImport.State
MOST_REJECTED = 100  # of the rows that are told with their reasons
LONGEST_NAME = 200
NOTHING = "There is nothing of it to take back, or its thirty days are over."


class Columns(Field):
    """The file's columns, and the field that each becomes."""

    kind = {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"header": {"type": "string"}, "field": {"type": "string"}},
            "required": ["header", "field"],
        },
    }
    is_plain = False
    columns = ("sheet", "mapping")

    def show(self, row: Row) -> Any:
        header = row["sheet"]["header"]
        fields = [*row["mapping"], *[""] * (len(header) - len(row["mapping"]))]
        return [{"header": name, "field": field} for name, field in zip(header, fields, strict=False)]


class Counts(Field):
    """Rows by what became of them, or would."""

    kind = {
        "type": "object",
        "properties": {name: {"type": "integer"} for name in ImportedRow.Outcome.values},
        "required": list(ImportedRow.Outcome.values),
    }
    is_plain = False
    columns = tuple(ImportedRow.Outcome.values)

    def show(self, row: Row) -> Any:
        return {name: row[name] for name in self.columns}


class Rejected(Field):
    """Rows that are turned away, and why."""

    kind = {
        "type": "array",
        "maxItems": MOST_REJECTED,
        "items": {
            "type": "object",
            "properties": {"row": {"type": "integer"}, "reason": {"type": "string"}},
            "required": ["row", "reason"],
        },
    }


class Undone(Field):
    """How far it was taken back."""

    kind = {"type": "object", "additionalProperties": {"type": "integer"}}


class Texts(Field):
    """A list of words, each one of the field's own."""

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, list):
            raise Wrong("Write a list of texts.")
        return {self.name: [a_text(each, LONGEST_NAME) for each in value]}

    def schema(self, model: type[Model]) -> Schema:
        item = {"type": "string", "maxLength": LONGEST_NAME}
        return {**super().schema(model), "type": "array", "items": item}


RULES: dict[str, Field] = {
    field.name: field
    for field in (
        Texts("columns", "For each column of the file the field that it becomes, or nothing to leave it out; as it "
                         "was guessed, if not said.", ["first_name", "email"]),
        Texts("match_on", "Somebody is already there when this is the same.", ["email"]),
        Flag("match_all", "All of these must be the same, not just one.", False),
        OneOf("on_match", "What becomes of a row about somebody who is there.", "fill",
              words=tuple(ContactImport.OnMatch.values)),
        Flag("takes_erased", "Rows with the address of somebody who was erased here are imported, too: say so only "
                             "where you may keep their data again.", False),
    )
}  # fmt: skip


class FileImports(Resource):
    """What a program does with a file, whatever its rows are about. A subclass says by which rules it is read."""

    scope, is_versioned = "crm", False
    steps: ClassVar[Steps]
    undoing: ClassVar[Any]  # the module that takes such imports back
    rules: ClassVar[Mapping[str, Field]]
    verbs = ("browse", "create", "read", "check", "run", "cancel", "undo")
    files: ClassVar[Any] = {"create": {"name": "The file's name, with its ending."}}
    orders: ClassVar[Any] = {"-created_at": ("-id",), "created_at": ("id",)}
    filters = (lists.by_word("state", {name: Q(state=name) for name in State.values}, "That stand so."),)
    first_fields = (
        ID,
        Text("name", "The file's.", "contacts.csv", column="file__name"),
        OneOf("state", "Where it stands.", "checked", words=tuple(State.values)),
        Columns("columns", "What the columns are.", [{"header": "E-mail", "field": "email"}]),
    )
    last_fields = (
        Whole("rows_total", "Rows of the file, once it was checked.", 120, least=0),
        Whole("rows_read", "So far.", 120, least=0),
        Counts("rows", "By what became of them; before it ran, by what would.",
               {"stored": 100, "merged": 15, "skipped": 0, "rejected": 5}),
        Rejected("rejected", f"The first {MOST_REJECTED} rows that are turned away, and why.",
                 [{"row": 7, "reason": "Row 7: “maren@” is no e-mail address."}], column="turned_away"),
        Undone("undo", "How far it was taken back.", {}),
        Text("failure", "Why it stopped.", ""),
        Reference("by", "Who imports.", EXAMPLE_ID, to="members"),
        CREATED,
        MaybeInstant("finished_at", "When it was over.", None),
    )  # fmt: skip

    def chosen(self, job: Any, given: dict[str, Any]) -> dict[str, Any]:
        """The rules, checked as the page's form does; what is not said stays as it was guessed."""
        raise NotImplementedError

    def made_up(self) -> dict[str, Any]:
        model = self.model._meta.get_field("rows").related_model
        rows = model.objects.filter(**{f"{model.of}_id": OuterRef("pk")}, outcome=FileRow.Outcome.REJECTED)
        told = rows.order_by("row").values(shown=JSONObject(row="row", reason="reason"))
        return {"turned_away": ArraySubquery(told[:MOST_REJECTED])}

    def visible(self, member: Membership) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model._default_manager.visible_to(member)  # type: ignore[attr-defined]
        return found

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("file", "by__user").select_for_update(of=("self",))

    def create(self, request: Any) -> HttpResponse:
        """Keep the file, and guess its columns."""
        if request.content_type in MEDIA_TYPES:
            raise Problem("media-type", "The body is the file itself: send `Content-Type: application/octet-stream`.")
        name = _name_in(request)
        try:
            job = self.steps.upload(read_file(request), name=name, by=request.membership)
        except reading.UnreadableFile as trouble:
            raise Problem("invalid", errors={WHOLE: [str(trouble)]}) from None
        return self._made(request, job.public_id)

    def check(self, request: Any, public_id: UUID) -> HttpResponse:
        """Go through the file by these rules, and write nothing."""
        job = self._job(request, public_id, State.UPLOADED, State.CHECKED)
        if job.file.discarded_at:
            raise Problem("conflict", EXPIRED)
        given = given_to_form(read_body(request) if request.body else {}, self.rules, is_new=False)
        self.steps.start_check(job, **self.chosen(job, given))
        return self.read(request, public_id)

    def run(self, request: Any, public_id: UUID) -> HttpResponse:
        """Import what was checked. What runs already goes on."""
        job = self._job(request, public_id, State.CHECKED, State.RUNNING, State.DONE)
        if job.state == State.CHECKED:
            self.steps.start_run(job)
        return self.read(request, public_id)

    def cancel(self, request: Any, public_id: UUID) -> HttpResponse:
        """Stop it. Rows imported before stay; what does not run stays as it is."""
        job = self._job(request, public_id, *State.values)
        if job.state == State.RUNNING:
            self.steps.cancel(job)
        return self.read(request, public_id)

    def undo(self, request: Any, public_id: UUID) -> HttpResponse:
        """Take it back: what it made, and what it changed."""
        job = self._job(request, public_id, *State.values)
        if job.state not in (State.UNDOING, State.UNDONE):
            if not self.undoing.may_be_undone(job):
                raise Problem("invalid", errors={WHOLE: [NOTHING]})
            self.undoing.start(job, by=request.membership)
        return self.read(request, public_id)

    def _job(self, request: Any, public_id: UUID, *states: str) -> Any:
        """The import, kept from others; it must stand in one of these states."""
        job = self._editable(request, public_id)
        if job.state not in states:
            raise Problem("conflict", f"The import is {job.state}.")
        return job


def typed_columns(job: Any, given: dict[str, Any], fields: Collection[str]) -> dict[str, str]:
    """The columns as the page's form takes them: as they were named, or as they are."""
    columns = given.get("columns", job.mapping)
    number = len(job.written_as.header)
    if len(columns) != number:
        words = f"The file has {number} columns: name a field, or nothing, for each."
        raise Problem("invalid", errors={"columns": [words]})
    if unknown := [name for name in columns if name and name not in fields]:
        raise Problem("invalid", errors={"columns": [f"There is no field “{unknown[0][:60]}”."]})
    return {f"column_{place}": name for place, name in enumerate(columns)}


def valid_rules(form: Any, rules: Collection[str]) -> dict[str, Any]:
    """What the page's form makes of it."""
    if not form.is_valid():
        errors = {name if name in rules else WHOLE: list(map(str, form.errors[name])) for name in form.errors}
        raise Problem("invalid", errors=errors)
    found: dict[str, Any] = form.rules()
    return found


class Imports(FileImports):
    """``/imports/``"""

    name, one = "imports", "import"
    about = (
        "Files of contacts, companies, deals and activities. Send one (CSV, Excel or vCard, up to 25 MB) as the body, "
        "check it by your rules, run it, and ask again until its state is no worker's any more: `reading`, `checking`, "
        "`running` and `undoing` are. It can be undone for thirty days."
    )
    model = ContactImport
    steps, undoing, rules = jobs.steps, undoing, RULES
    may = dict.fromkeys(FileImports.verbs, "contact.import")
    sent = {
        "check": {
            "type": "object",
            "properties": {name: field.schema(ContactImport) for name, field in RULES.items()},
            "additionalProperties": False,
            "examples": [{"columns": ["first_name", "last_name", "email"], "match_on": ["email"], "on_match": "fill"}],
        }
    }
    fields = (
        *FileImports.first_fields,
        Texts("match_on", "By what somebody is recognised.", ["email"]),
        Flag("match_all", "By all of it.", False),
        OneOf("on_match", "What becomes of a row about somebody who is there.", "fill",
              words=tuple(ContactImport.OnMatch.values)),
        Flag("takes_erased", "With rows that have the address of somebody who was erased here.", False),
        *FileImports.last_fields,
    )  # fmt: skip

    def chosen(self, job: ContactImport, given: dict[str, Any]) -> dict[str, Any]:
        typed: dict[str, Any] = typed_columns(job, given, mapping.fields())
        typed["match_on"] = given.get("match_on", job.match_on)
        typed["match_all"] = "all" if given.get("match_all", job.match_all) else ""
        typed["on_match"] = given.get("on_match", job.on_match)
        rules = valid_rules(ColumnsForm(typed, job=job, rows=[]), RULES)
        return {**rules, "takes_erased": given.get("takes_erased", False)}


def _name_in(request: Any) -> str:
    errors = Errors()
    unknown = set(request.GET) - {"name"}
    name = request.GET.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        errors["name"] = ["Give the file's name, as in contacts.csv."]
    errors |= {each: ["There is no such parameter."] for each in sorted(unknown)}
    if errors:
        raise Problem("parameters", errors=errors)
    return str(name)


RESOURCES = (Imports(),)
