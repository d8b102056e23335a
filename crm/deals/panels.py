"""The deals of a company and of a contact, beside their records."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When
from django.http import HttpRequest

from accounts.permissions import can
from crm.models import Company, Contact, Deal
from crm.panels import Context, Panel, register

SHOWN = 6


def deals_of(request: HttpRequest, record: Any) -> Context | None:
    """The open ones first, then what was decided last; nothing for who may not see or add any."""
    member = request.membership  # type: ignore[attr-defined]
    if not can(member, "deal.view"):
        return None
    seen = Deal.objects.live().visible_to(member).select_related("stage")
    of_record = {"company": record} if isinstance(record, Company) else {"people__contact": record}
    is_open = Case(When(status=Deal.Status.OPEN, then=Value(0)), default=Value(1))
    found = list(seen.filter(**of_record).order_by(is_open, "-closed_on", "close_on", "id")[: SHOWN + 1])
    may_edit = can(member, "deal.edit") and not record.is_in_bin and not getattr(record, "is_restricted", False)
    if not found and not may_edit:
        return None
    return {"deals": found[:SHOWN], "has_more": len(found) > SHOWN, "may_edit": may_edit, "of": record}


register(Panel(on=(Company, Contact), template="crm/deals/_panel.html", order=20, context=deals_of))
