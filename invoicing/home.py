"""Open hours and late payments on the home page of whoever keeps the books."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.home import Tile, register_tile
from invoicing.models import Invoice
from timetracking.queries import today_of


def overdue(request: Any) -> Tile | None:
    """The invoices whose day has passed, unpaid."""
    number = Invoice.objects.visible_to(request.membership).overdue(today_of(request.membership)).count()
    url = reverse("invoicing:invoices", args=[request.account.slug], query={"show": "overdue"})
    return Tile("Invoices overdue", str(number), url, "", "bad") if number else None


register_tile("invoice.view", 30, overdue)
