"""Contacts, companies and deals change hands when their owner leaves."""

from __future__ import annotations

from functools import partial

from django.db.models import F
from django.utils import timezone

import audit
import crm.activities.handover
import crm.mails.handover  # noqa: F401
from accounts.handover import OpenWork, register
from accounts.models import Membership
from crm.listing.actions import hand_over_views
from crm.models import Company, Contact, Deal, Record, SavedView


def count(model: type[Record], member: Membership) -> int:
    return _owned(model, member).count()


def move(model: type[Record], member: Membership, to: Membership | None) -> int:
    """In a fixed number of statements; each record's history tells it."""
    records = list(_owned(model, member).select_for_update().only("id", "account", "public_id", *_named_by(model)))
    rows = model._default_manager.filter(pk__in=[record.pk for record in records])
    rows.update(owner=to, version=F("version") + 1, updated_at=timezone.now())
    changes = {"owner": [str(member), str(to or "")]}
    audit.record_all(f"{model._meta.model_name}.changed", records, data={"changes": changes})
    return len(records)


def _owned(model: type[Record], member: Membership):  # type: ignore[no-untyped-def]
    if model is Deal:
        return Deal.objects.open().filter(owner=member)  # who won or lost one stays named
    return model._default_manager.live().filter(owner=member)  # type: ignore[attr-defined]


def _named_by(model: type[Record]) -> tuple[str, ...]:
    return ("first_name", "last_name", "email", "phone") if model is Contact else ("name",)


for one, many, model in (("contact", "contacts", Contact), ("company", "companies", Company), ("deal", "deals", Deal)):
    register(OpenWork(many, one, many, partial(count, model), partial(move, model)))


def count_views(member: Membership) -> int:
    return SavedView.objects.filter(owner=member, is_shared=True).count()


register(OpenWork("views", "shared view", "shared views", count_views, hand_over_views))
