"""A company's latest invoices, beside its record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import can
from crm.models import Company
from crm.panels import Context, Panel, register
from timetracking.queries import today_of

SHOWN = 4


def invoices_of(request: HttpRequest, company: Any) -> Context | None:
    """The latest invoices, each with how it stands; nothing where there are none, or for who may not see any."""
    member = request.membership  # type: ignore[attr-defined]
    if not can(member, "invoice.view"):
        return None
    latest = list(company.invoices.visible_to(member).order_by("-id")[: SHOWN + 1])
    today = today_of(member)
    rows = [(invoice, invoice.state_on(today)) for invoice in latest[:SHOWN]]
    return {"invoices": rows, "has_more": len(latest) > SHOWN, "company": company} if rows else None


register(Panel(on=(Company,), template="invoicing/_company_invoices.html", order=35, context=invoices_of))
