"""What comes next for a client or a deal, beside its record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import can
from crm.activities.lists import rows_of
from crm.activities.queries import IN_ORDER
from crm.models import Activity, Company, Contact, Deal
from crm.panels import Context, Panel, register
from crm.timeline.sources import about

SHOWN = 6


def next_steps(request: HttpRequest, record: Any) -> Context | None:
    """The open activities about it, the next one first; nothing for who may not see or add any."""
    member = request.membership  # type: ignore[attr-defined]
    if not can(member, "activity.view"):
        return None
    rows = Activity.objects.open().visible_to(member).filter(about(record, member)).with_names()
    found = list(rows.order_by(*IN_ORDER)[: SHOWN + 1])
    may_add = can(member, "activity.edit") and not record.is_in_bin and not getattr(record, "is_restricted", False)
    if not found and not may_add:
        return None
    return {
        "rows": rows_of(found[:SHOWN], member, on=record),
        "has_more": len(found) > SHOWN,
        "may_add": may_add,
        "noun": record._meta.model_name,
        "record": record,
    }


register(Panel(on=(Contact, Company, Deal), template="crm/activities/_next_steps.html", order=10, context=next_steps))
