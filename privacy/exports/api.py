"""Archives for programs: asked for, watched, fetched and thrown away by the same actions as on the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Case, Expression, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Coalesce, Least, Now
from django.forms import ValidationError
from django.http import HttpResponse

from accounts.alarms import Alarm
from accounts.api import lists
from accounts.api.fields import CREATED, ID, Field, Flag, MaybeAddress, MaybeInstant, OneOf, Reference, Row, Text, Whole
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT
from accounts.files.serving import link_for_programs
from accounts.models import Membership
from privacy.exports import actions
from privacy.exports.forms import ExportForm
from privacy.exports.models import Export

State, Of = Export.State, Export.Scope
ON_THE_PAGE = "Somebody has to read the texts about a contact before they leave: ask for this one under Admin, Export."
NOT_YET = "The archive is not written yet. Ask again when its state is “ready”."
STOPPED = "This archive was never written: see its failure, and ask for a new one."
OVER = "It was deleted, or its seven days are over. Ask for a new one."
_IS_THERE = Q(state=State.READY, file__discarded_at=None, file__expires_at__gt=Now())
_MARK = Alarm.objects.filter(
    account_id=OuterRef("account_id"), task=Export.task, public_id=OuterRef("public_id")
).values("done")[:1]


class Whom(Reference):
    """The one whom an archive is about, where it is about such a one; named as the scope is."""

    is_plain = False

    @property
    def columns(self) -> tuple[str, ...]:
        return ("about", "scope")

    def show(self, row: Row) -> Any:
        return row["about"] if row["scope"] == self.name else None


class MaybeText(Field):
    """A text, or null."""

    kind = {"type": ["string", "null"]}


class ExportBody(ExportForm):
    """What a program may ask for."""

    def clean_scope(self) -> str:
        scope: str = self.cleaned_data["scope"]
        if scope == Of.CONTACT:
            raise ValidationError(ON_THE_PAGE)
        return scope


class Exports(Resource):
    """``/exports/``"""

    name, one = "exports", "export"
    about = (
        "Archives of all that the account holds, or of all about one of its people. Ask for one, read it until its "
        "state is `ready`, then `download` tells where its file is for ten minutes; fetch it with a key of the same "
        "member. One is written at a time, and "
        "three a day; each is kept for seven days; every owner gets a letter about it. It works in a read-only "
        "account, too."
    )
    model, scope, is_versioned, works_read_only = Export, "privacy", False, True
    may = dict.fromkeys(("browse", "create", "read", "delete", "download"), "export.start")
    fields = (
        ID,
        OneOf("scope", "Of what.", "account", words=tuple(Of.values), is_required=True),
        Whom("person", "Whose it is, where it is of one person.", None, to="members"),
        Whom("contact", "About whom it is, where it is of one contact.", None, to="contacts", is_read_only=True),
        OneOf("state", "Where it stands.", "ready", words=tuple(State.values), is_read_only=True),
        Whole("rows_total", "Rows to write, in both forms together.", 8240, least=0, column="total",
              is_read_only=True),
        Whole("rows_written", "So far.", 8240, least=0, column="done", is_read_only=True),
        Flag("is_available", "Its file is there.", True, is_read_only=True),
        Whole("size", "Bytes of its file.", 2481032, least=0, most=2**63 - 1, may_be_null=True,
              column="file__size", is_read_only=True),
        MaybeText("sha256", "The hash of its file.", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                  column="file__sha256", is_read_only=True),
        Text("manifest", "The hash of its manifest, which is signed.", "", is_read_only=True),
        MaybeInstant("expires_at", "How long its file is kept.", EXAMPLE_INSTANT, column="file__expires_at",
                     is_read_only=True),
        Whole("downloads", "How often it was fetched.", 0, least=0, is_read_only=True),
        MaybeAddress("link", "Where its file is for ten minutes, for the member who asked: send a key of theirs along. "
                     "Only `download` tells it.",
                     None, is_read_only=True),
        Text("failure", "Why it stopped.", "", is_read_only=True),
        Reference("by", "Who asked for it; null for the operator.", EXAMPLE_ID, to="members", is_read_only=True),
        CREATED,
        MaybeInstant("finished_at", "When it was over.", EXAMPLE_INSTANT, is_read_only=True),
    )  # fmt: skip
    orders = {"-created_at": ("-id",), "created_at": ("id",)}
    filters = (lists.by_word("state", {name: Q(state=name) for name in State.values}, "That stand so."),)

    def visible(self, member: Membership) -> QuerySet[Any]:
        found: QuerySet[Any] = Export.objects.all()
        return found

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("by__user", "file").select_for_update(of=("self",))

    def made_up(self) -> dict[str, Expression]:
        so_far = Least(Coalesce(Subquery(_MARK), 0), F("total"))
        return {
            "done": Case(When(state=State.READY, then=F("total")), default=so_far),
            "is_available": Case(When(_IS_THERE, then=Value(True)), default=Value(False)),
            "link": Value(None, output_field=TextField(null=True)),
        }

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return ExportBody(given, account_id=request.account.pk)

    def store(self, form: Any, request: Any) -> Any:
        try:
            return actions.start(form.cleaned_data["scope"], by=request.membership, about=form.about)
        except actions.Refused as refusal:
            raise Problem("invalid", errors={WHOLE: [str(refusal)]}) from None

    def remove(self, record: Any, request: Any) -> None:
        if record.is_at_work:
            raise Problem("conflict", NOT_YET)
        actions.throw_away(record)

    def download(self, request: Any, public_id: UUID) -> HttpResponse:
        """Let the file out for some minutes: logged, and told to every owner, as the click is."""
        export, row = self._editable(request, public_id), self._row(request, public_id)
        if not row["is_available"]:
            raise _no_file(export)
        downloads = actions.note_fetched(export, by=request.membership)
        address = link_for_programs(request, export.file.public_id, self.may["download"])
        return self._answer(request, {**row, "downloads": downloads, "link": address})


def _no_file(export: Export) -> Problem:
    if export.is_at_work or export.waits_for_review:
        return Problem("conflict", NOT_YET)
    return Problem("gone", OVER if export.state == State.READY else STOPPED)


RESOURCES = (Exports(),)
