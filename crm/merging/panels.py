"""Beside a record: what became part of it, and the way back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import can
from crm.merging.queries import merges_of
from crm.models import Company, Contact
from crm.panels import Context, Panel, register

SHOWN = 5


def merged(request: HttpRequest, record: Any) -> Context | None:
    """The latest merges that can be undone; nothing for who may not."""
    if "merges" in record.lacks or not can(request.membership, "contact.merge", record):  # type: ignore[attr-defined]
        return None
    found = [merge for merge in merges_of(record)[:SHOWN] if merge.can_be_undone]
    return {"merges": found} if found else None


register(Panel(on=(Contact, Company), template="crm/merging/_panel.html", order=80, context=merged))
