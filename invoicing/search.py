"""Sent invoices are found by their number and by the client's reference."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crm.search import SearchKind, register
from invoicing.models import Invoice
from lib import formats
from lib.text import words


def invoice_words(invoice: Invoice) -> Iterable[str]:
    """Its number as written, and as digits without leading zeros: so search reads what looks like a number."""
    yield from words(f"{invoice.number} {invoice.reference}")
    digits = re.findall(r"\d+", invoice.number)
    yield from filter(None, (each.lstrip("0") for each in (*digits, "".join(digits))))


register(
    SearchKind(
        "invoice",
        Invoice,
        label="Invoices",
        icon="file-invoice",
        action="invoice.view",
        view="invoicing:invoice",
        list_view="invoicing:invoices",
        words=invoice_words,
        visible=lambda member: Invoice.objects.visible_to(member).select_related("company").order_by("-id"),
        detail=lambda invoice: f"{invoice.company} · {formats.money(invoice.gross, invoice.currency, cents=True)}",
    )
)
