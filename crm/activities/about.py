"""What an activity is about: records found by their name, and shown to those who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Activity, Company, Contact, Deal, Record
from crm.search import asked_words, matching
from lib.addresses import id_in
from lib.keyset import begins
from lib.text import fold

NOUNS = ("contact", "company", "deal")
MODELS: dict[str, type[Record]] = {"contact": Contact, "company": Company, "deal": Deal}
MOST = 5  # of a kind


@dataclass(frozen=True)
class Found:
    """A record by its name."""

    noun: str
    record: Any

    @property
    def public_id(self) -> str:
        return str(self.record.public_id)


@dataclass(frozen=True)
class Named:
    """A record that an activity is about, as a row names it."""

    noun: str
    name: str
    url: str


def found_by_name(member: Membership, text: str) -> list[Found]:
    """The records that a name means: those of exactly this name, or else those that begin so. Restricted ones, too."""
    if not asked_words(text):
        return []
    found = [
        Found(noun, record)
        for noun, model in MODELS.items()
        if can(member, f"{noun}.view")
        for record in model._default_manager.live().visible_to(member).filter(_called(model, text))[:MOST]  # type: ignore[attr-defined]
    ]
    exact = [each for each in found if fold(str(each.record)) == fold(text)]
    return exact or found


def names_of(activity: Activity, member: Membership, *, but_for: Record | None = None) -> list[Named]:
    """What it is about, as far as this member may see that; on a record's own page without that record."""
    return [
        Named(noun, str(record), reverse(f"crm:{noun}", args=[member.account.slug, record.public_id]))
        for noun in ("deal", "contact", "company")
        if (record := getattr(activity, noun)) not in (None, but_for) and can(member, f"{noun}.view", record)
    ]


def record_in(asked: Any, member: Membership) -> dict[str, Any]:
    """The records that an address names: ``?contact=…``."""
    found = {}
    for noun, model in MODELS.items():
        rows: Any = model._default_manager
        public_id = id_in(asked.get(noun))
        if public_id and (record := rows.usable().visible_to(member).filter(public_id=public_id).first()):
            found[noun] = record
    return found


def _called(model: type[Record], text: str) -> Q:
    if model is Deal:  # there are few, and people type how one begins
        return begins("name_key", fold(text))
    return matching(model, text)
