"""What was merged, what looks alike and what was said to be different, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, OuterRef, Q, QuerySet, When
from django.http import HttpResponse
from django.utils import timezone

from accounts.api import lists
from accounts.api.body import given_to_form, read_body
from accounts.api.fields import ID, Field, Instant, MaybeInstant, OneOf, Reference, References, Row, Words
from accounts.api.problems import WHOLE, Problem
from accounts.api.resource import Resource, answer
from accounts.api.values import EXAMPLE_ID, EXAMPLE_INSTANT
from accounts.models import Membership
from crm.merging import actions, queries
from crm.merging.nouns import NOUNS
from crm.models import Company, Contact, Merge, MergedRecord, NoDuplicate
from crm.models.merging import DAYS_TO_UNDO

KINDS = {noun.one: noun for noun in NOUNS.values()}
CRITERIA = tuple(dict.fromkeys(each.name for some in queries.CRITERIA.values() for each in some))
TWO = "Name two records of this kind that are there."


class Undoable(Field):
    """True while a merge can be taken back."""

    kind = {"type": "boolean"}
    is_plain = False
    columns = ("at", "undone_at")

    def show(self, row: Row) -> bool:
        return row["undone_at"] is None and row["at"] > timezone.now() - timedelta(days=DAYS_TO_UNDO)


class Merges(Resource):
    """``/merges/``"""

    name, one = "merges", "merge"
    about = f"Contacts or companies that became one. A merge can be undone for {DAYS_TO_UNDO} days."
    model, scope, is_versioned = Merge, "crm", False
    may = {"browse": "contact.merge", "read": "contact.merge", "undo": "contact.merge"}
    fields = (
        ID,
        Reference("contact", "The contact that they became.", EXAMPLE_ID, to="contacts"),
        Reference("company", "The company that they became.", None, to="companies"),
        References("others", "The former ids of what became part of it.", [EXAMPLE_ID], column="old_ids"),
        Reference("by", "Who merged them.", EXAMPLE_ID, to="members"),
        Instant("at", "When.", EXAMPLE_INSTANT),
        MaybeInstant("undone_at", "When that was taken back.", None),
        Undoable("can_be_undone", "Whether it still can.", True),
    )
    orders = {"-at": ("-at", "-id"), "at": ("at", "id")}
    filters = (
        lists.by_reference("contact", lambda member: Contact.objects.visible_to(member), "That became this contact."),
        lists.by_reference("company", lambda member: Company.objects.visible_to(member), "That became this company."),
        lists.by_flag("undone", "Taken back, or not.", lambda flag: Q(undone_at__isnull=not flag)),
    )

    def made_up(self) -> dict[str, Any]:
        records = MergedRecord.objects.filter(merge_id=OuterRef("pk")).order_by("id")
        return {"old_ids": ArraySubquery(records.values("old_id"))}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return queries.visible_merges(member)

    def undo(self, request: Any, public_id: UUID) -> HttpResponse:
        """Let the records come apart again. What was changed since stays with the one they had become."""
        merge = self._editable(request, public_id)
        if merge.undone_at is None:
            try:
                actions.undo(merge, by=request.membership)
            except actions.CannotUndo as refusal:
                raise Problem("invalid", errors={WHOLE: [str(refusal)]}) from None
        return self.read(request, public_id)


class Duplicates(Resource):
    """``/duplicates/``"""

    name, one = "duplicates", "duplicate"
    about = "Groups of contacts, or of companies, that look alike. Say under no-duplicates that two are not."
    model, scope, is_versioned = NoDuplicate, "crm", False
    may = {"browse": "contact.merge"}
    fields = (
        OneOf("kind", "What they are.", "contact", words=tuple(KINDS)),
        References("records", "Their ids.", [EXAMPLE_ID], to="contacts"),
        Words("shared", "What they have in common.", ["Same e-mail"], longest=200),
    )
    orders = {"id": ()}
    filters = (
        lists.by_word("kind", {name: Q() for name in KINDS}, "Contacts, if not said, or companies."),
        lists.by_word("by", {name: Q() for name in CRITERIA}, "That share this; what makes it likely, if not said."),
    )

    def browse(self, request: Any) -> HttpResponse:
        asked = lists.asked_of(request, self._filters, self.orders, searches=False)
        noun = KINDS[request.GET.get("kind", "contact")]
        by = [each for each in [request.GET.get("by")] if each]
        if not set(by) <= {each.name for each in queries.CRITERIA[noun.many]}:  # contacts have no website in common
            return answer({"results": [], "next": None, "previous": None})
        found = queries.look_for(noun, request.membership, by, asked.cursor or "", size=asked.size)
        results = [
            {"kind": noun.one, "records": [each.public_id for each in group.records], "shared": group.shared}
            for group in found.groups
        ]
        return answer({"results": results, "next": lists.link(request, found.next), "previous": None})


class NoDuplicates(Resource):
    """``/no-duplicates/``"""

    name, one = "no-duplicates", "no_duplicate"
    about = "Pairs that look alike and are not the same: somebody said so. Without the pair they are compared again."
    model, scope, is_versioned = NoDuplicate, "crm", False
    may = dict.fromkeys(("browse", "create", "read", "delete"), "contact.merge")
    fields = (
        ID,
        OneOf("kind", "What they are.", "contact", words=tuple(KINDS), is_required=True),
        References("records", "The two.", [EXAMPLE_ID, EXAMPLE_ID], column="pair", least=2, most=2, is_required=True),
        Reference("by", "Who said so.", EXAMPLE_ID, to="members", is_read_only=True),
        Instant("at", "When.", EXAMPLE_INSTANT, is_read_only=True),
    )
    orders = {"-at": ("-id",), "at": ("id",)}
    filters = (lists.by_word("kind", {name: Q(kind=name) for name in KINDS}, "Contacts or companies."),)

    def made_up(self) -> dict[str, Any]:
        return {"pair": ArraySubquery(Contact.objects.none().values("public_id"))}

    def made_up_for(self, member: Membership) -> dict[str, Any]:
        ids = [
            When(kind=noun.one, then=ArraySubquery(_both(noun.model).order_by("id").values("public_id")))
            for noun in KINDS.values()
        ]
        return {"pair": Case(*ids)}

    def visible(self, member: Membership) -> QuerySet[Any]:
        pairs = Q(pk__in=[])
        for noun in KINDS.values():
            pairs |= Q(pk__in=queries.pairs_apart(noun, member).values("pk"))
        return NoDuplicate.objects.filter(pairs)

    def create(self, request: Any) -> HttpResponse:
        """Say so of two; said again it stays."""
        given = given_to_form(read_body(request), self.fields_for(request.membership), is_new=True)
        pair = actions.tell_apart(KINDS[given["kind"]], given["records"], by=request.membership)
        if len(pair) != 1:
            raise Problem("invalid", errors={"records": [TWO]})
        return self._made(request, pair[0].public_id)

    def remove(self, record: Any, request: Any) -> None:
        record.delete()


def _both(model: Any) -> Any:
    return model.objects.filter(Q(pk=OuterRef("first_id")) | Q(pk=OuterRef("second_id")))


RESOURCES = (Merges(), Duplicates(), NoDuplicates())
