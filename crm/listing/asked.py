"""What somebody asks of a list: in the address, in what they chose, in the view that they opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.http import Http404
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can
from crm.listing.filters import given as cleaned
from crm.listing.kinds import CONTACTS, KINDS, ListKind
from crm.models import ListChoice, SavedView
from lib.addresses import id_in, query_of

LONGEST = 4000
ALL = "all"  # in place of a view: the whole list, whatever it opens with


@dataclass(frozen=True)
class Wish:
    """A list as it was asked for. ``views`` are all that the member has of it; ``view`` is the one that is open."""

    kind: ListKind
    asked: dict[str, str]
    columns: list[str]
    views: list[SavedView]
    view: SavedView | None
    opens_with: SavedView | None

    @property
    def is_changed(self) -> bool:
        """Something else stands in the address than in the view that is open."""
        return self.view is not None and (self.asked != self.view.asked or self.columns != self.view.columns)

    @property
    def is_worth_a_name(self) -> bool:
        return bool(self.asked) and self.view is None


def wish_of(kind: ListKind, member: Membership, given: Mapping[str, str]) -> Wish:
    """Two statements; a view's columns and the address' own stand above those that the member chose."""
    choice = ListChoice.objects.filter(member=member, kind=kind.many).select_related("opens_with").first()
    views = list(SavedView.objects.visible_to(member).filter(kind=kind.many).order_by("name", "id"))
    opened = id_in(given.get("view", ""))
    view = next((each for each in views if each.public_id == opened), None)
    named = given.get("columns", "") or (",".join(choice.columns) if choice and view is None else "")
    opens_with = next((each for each in views if choice and each.pk == choice.opens_with_id), None)
    return Wish(kind, asked_of(kind, given), columns_of(kind, named), views, view, opens_with)


def asked_of(kind: ListKind, given: Mapping[str, str]) -> dict[str, str]:
    """The filters, the search and the order: what a view keeps, a bulk edit and an export go by."""
    return {name: text for name in kind.parameters(given) if (text := cleaned(given, name))}


def columns_of(kind: ListKind, named: str) -> list[str]:
    """The keys of columns that there are, each once; without the name, which is always shown."""
    known = kind.columns().keys() - {kind.fixed_columns[0].key}
    return [key for key in dict.fromkeys(named.split(",")) if key in known]


def kind_or_404(member: Membership, name: str) -> ListKind:
    """The list of this name, contacts without one, if the member may see such records."""
    kind = KINDS.get(name or CONTACTS.many)
    if kind is None or not can(member, f"{kind.noun}.view"):
        raise Http404
    return kind


def given_in(query: str) -> dict[str, str]:
    """What stood behind the ``?`` of a list."""
    return dict(parse_qsl(query.removeprefix("?")[:LONGEST]))


def address_of(kind: ListKind, slug: str, words: Mapping[str, Any]) -> str:
    """The list's page with all that was asked for."""
    return reverse(kind.url_name, args=[slug]) + query_of(words)
