"""Saved views for programs: lists with a name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm
from accounts.api.fields import CREATED, ID, UPDATED, VERSION, Field, Flag, OneOf, Reference, Schema, Text, Words
from accounts.api.problems import Errors, Problem
from accounts.api.resource import Resource
from accounts.api.values import EXAMPLE_ID, Wrong, a_text
from accounts.models import Membership
from accounts.permissions import can
from crm.listing import actions
from crm.listing.asked import asked_of
from crm.listing.forms import SavedViewForm
from crm.listing.kinds import KINDS
from crm.models import SavedView
from crm.models.views import LISTS

LONGEST = 300  # of one filter's words
NAMES = tuple(name for name, _ in LISTS)


class AsAsked(Field):
    """What stands in the address of the list's page."""

    def take(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("Write an object of texts.")
        return {self.name: {name: a_text(text, LONGEST) for name, text in value.items()}}

    def schema(self, model: type[Model]) -> Schema:
        texts = {"type": "string", "maxLength": LONGEST}
        return {**super().schema(model), "type": "object", "additionalProperties": texts}


class ViewBody(BodyForm, SavedViewForm):
    """A view's name, and who has it."""


class SavedViews(Resource):
    """``/saved-views/``"""

    name, one = "saved-views", "saved_view"
    about = "Lists that were given a name: one's own, and those that are shared. Each sees in them what they may see."
    model, scope = SavedView, "crm"
    may = dict.fromkeys(("browse", "create", "read", "change", "delete"), "contact.view")
    fields = (
        ID,
        VERSION,
        OneOf("list", "Of what.", "contacts", words=NAMES, column="kind", is_required=True, is_fixed=True),
        Text("name", "What it is called.", "Museums in Copenhagen", is_required=True),
        AsAsked("filters", "The words of its address: filters, `q` and `sort`.", {"city": "Copenhagen"},
                column="asked"),
        Words("columns", "The columns shown, in order; the usual ones of none.", ["email", "owner"]),
        Flag("is_shared", "Everybody in the firm has it; for managers to say.", False),
        Flag("is_pinned", "Stands as a tab above the list.", True),
        Reference("owner", "Who made it.", EXAMPLE_ID, to="members", is_read_only=True, may_be_null=False),
        CREATED,
        UPDATED,
    )  # fmt: skip
    kind: ClassVar[str] = ""  # where all are of one kind
    orders = {"name": ("name", "id"), "-name": ("-name", "-id"), "-updated_at": ("-updated_at", "-id")}
    filters = (
        lists.by_word("list", {name: Q(kind=name) for name in NAMES}, "Of these."),
        lists.by_flag("shared", "Shared, or one's own alone.", lambda flag: Q(is_shared=flag)),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        kinds = [name for name, kind in KINDS.items() if can(member, f"{kind.noun}.view")]
        return SavedView.objects.visible_to(member).filter(kind__in=kinds)

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        member = request.membership
        view = record or SavedView(owner=member, kind=self.kind or given.pop("list"))
        if record and not actions.may_change(member, view):
            raise Problem("forbidden", "A view is changed by who made it; a shared one, by who may share.")
        if given.get("is_shared") and not can(member, "view.share"):
            raise Problem("forbidden", "The key's member may not share views.")
        self.keep(view, given)
        return ViewBody(given, instance=view, member=member)

    def remove(self, record: Any, request: Any) -> None:
        if not actions.may_change(request.membership, record):
            raise Problem("forbidden", "A view is deleted by who made it; a shared one, by who may share.")
        actions.delete_view(record)

    def keep(self, view: SavedView, given: dict[str, Any]) -> None:
        """Let the view hold these filters and columns, all of which there must be."""
        kind, errors = KINDS[view.kind], Errors()
        if "filters" in given:
            asked = given.pop("filters")
            if unknown := sorted(asked.keys() - set(kind.parameters({}))):
                errors["filters"] = [f"{kind.label} can't be narrowed by “{unknown[0][:60]}”."]
            view.asked = asked_of(kind, asked)
        if "columns" in given:
            view.columns = list(dict.fromkeys(given.pop("columns")))
            if unknown := [each for each in view.columns if each not in kind.columns()]:
                errors["columns"] = [f"{kind.label} have no column “{unknown[0][:60]}”."]
        if errors:
            raise Problem("invalid", errors=errors)


RESOURCES = (SavedViews(),)
