"""Invoices in the timeline of the company that they went to, and of the deal whose work they bill."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from crm.models import Company, Deal
from crm.timeline.sources import Before, Line, Source, newest, register
from invoicing.models import Invoice
from timetracking.queries import today_of


def _every(record: Any, member: Membership) -> Any:
    sent = Invoice.objects.visible_to(member).filter(sent_at__isnull=False)
    if isinstance(record, Company):
        return sent.filter(company=record)
    return sent.filter(pk__in=Invoice.objects.filter(lines__project__deal=record).values("pk"))


def invoices(record: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """What was sent, each at the moment it was; how it stands today is said beside it."""
    today = today_of(member)
    rows = newest(_every(record, member), before, limit, at="sent_at").select_related("author__user")
    return [
        Line(invoice.sent_at, invoice.pk, "invoicing/_timeline_invoice.html", (invoice, invoice.state_on(today)))
        for invoice in rows
    ]


register(
    Source("invoice", "Invoices", "file-invoice", invoices, action="invoice.view", on=(Company, Deal), order=65,
           every=_every)
)  # fmt: skip
