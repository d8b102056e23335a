"""What a legal hold covers, for whoever is about to delete: the record itself, and the records that are about it.

Held are records that have a page. What merely belongs to one (its tags, its search words) changes with it: a hold
keeps what there is from going, and nobody from working.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import ForeignObject, Q

from audit.words import nouns, nowhere
from lib import formats
from privacy.deletion import holds
from privacy.deletion.models import PERSON, LegalHold
from tenancy.globals import fenced_models


class Keeper:
    """Asked by ``tenancy.held``. One small statement for a request or task that deletes records."""

    def holds_anything(self) -> bool:
        return bool(holds.here())

    def among(self, rows: Any) -> dict[int, str]:
        if rows.model._meta.label_lower not in kinds():
            return {}
        found: dict[int, str] = {}
        for hold in holds.here():
            covered = rows.order_by().filter(_covered(rows.model, hold))
            found |= dict.fromkeys(covered.values_list("pk", flat=True), sentence(hold))
        return found


def sentence(hold: LegalHold) -> str:
    """Why something can't be deleted, to whoever tried."""
    until = formats.day(hold.review_on, "year")
    return f"A legal hold keeps it from being deleted or merged: {hold.told_as}. It is looked at again by {until}."


@cache
def kinds() -> frozenset[str]:
    """Kinds of records that can be held."""
    with_page = {noun.type for noun in nouns() if noun.urls is not nowhere}
    return frozenset(model._meta.label_lower for model in fenced_models()) & with_page


def _covered(model: Any, hold: LegalHold) -> Q:
    """All of the account; or the record, and the rows that are about it; or what belongs to one member."""
    if not hold.record_type:
        return Q()
    names = [field.name for field in model._meta.fields if _is_about(field, hold.record_type)]
    if hold.record_type == PERSON:
        names = [name for name in (getattr(model, "belongs_to", None),) if name]
    asked = [Q(**{f"{name}__public_id": hold.record_id}) for name in names]
    if model._meta.label_lower == hold.record_type:
        asked.append(Q(public_id=hold.record_id))
    covered = Q(pk__in=[])
    for each in asked:
        covered |= each
    return covered


def _is_about(field: Any, record_type: str) -> bool:
    return isinstance(field, ForeignObject) and field.related_model._meta.label_lower == record_type
