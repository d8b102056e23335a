"""Whom an import would bring back: addresses of people who were erased in this account, known by keyed hashes alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils import timezone

from crm.imports import erased
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.traces import marks_of
from tenancy.context import current_account_id


def who_was_erased(addresses: Collection[str]) -> dict[str, date]:
    """Of these addresses those of somebody who was erased here, and when. Other firms' are nobody's business."""
    rows = PersonErasure.objects.filter(account_id=current_account_id()).exclude(addresses=[]).order_by("pk")
    days = {mark: at for marks, at in rows.values_list("addresses", "erased_at") if at for mark in marks}
    if not days:
        return {}
    found = {address: [days[mark] for mark in marks_of(address) if mark in days] for address in addresses}
    return {address: timezone.localdate(max(known)) for address, known in found.items() if known}


erased.register(who_was_erased)
