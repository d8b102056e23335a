"""How the log tells what happened to invoices."""

from __future__ import annotations

from decimal import Decimal

from accounts.history import pages_of
from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from invoicing.models import Invoice
from lib import formats

GROUP = "Invoices"


def _invoice(data: Data) -> dict[str, str | Ref]:
    hours = f", {formats.hours(data['minutes'])} of work" if data.get("minutes") else ""
    return {
        "sum": formats.money(Decimal(data["gross"]), data["currency"], cents=True),
        "client": data["company"],
        "hours": hours,
        "amount": formats.money(Decimal(data["amount"]), data["currency"], cents=True) if "amount" in data else "",
    }


register(
    GROUP,
    Kind("invoice.drafted", "Invoice drafted", "drafted an invoice for {client}: {sum}{hours}", "file-plus", _invoice),
    Kind("invoice.changed", "Invoice changed", "changed {changes} of [the invoice ]{record}", "pencil"),
    Kind("invoice.deleted", "Draft of an invoice deleted", "deleted a draft for {client}: {sum}", "trash", _invoice),
    Kind("invoice.sent", "Invoice sent", "numbered [the invoice ]{record} for {client}: {sum}", "send", _invoice),
    Kind("invoice.paid", "Payment of an invoice", "wrote down {amount} for [the invoice ]{record}", "cash", _invoice),
    Kind("invoice.unpaid", "Payment of an invoice taken off", "took {amount} off [the invoice ]{record} again",
         "arrow-back-up", _invoice),
    Kind("invoice.voided", "Invoice made void", "made [the invoice ]{record} for {client} void: {reason}", "ban",
         lambda data: {**_invoice(data), "reason": data["reason"]}),
    Kind("invoice_settings.changed", "Invoice settings changed", "changed {changes} in the settings of invoices",
         "settings"),
)  # fmt: skip
register_noun(
    Noun(
        "invoicing.invoice",
        "invoice",
        {
            "recipient": Field("Bill to", is_long=True),
            "reference": Field("Their reference"),
            "issued_on": Field("Date"),
            "due_on": Field("Due"),
            "note": Field("Words below the lines", is_long=True),
            "gross": Field("Total"),
        },
        pages_of("invoicing:invoice", "invoice.view", lambda member: Invoice.objects.visible_to(member)),
    )
)
register_noun(
    Noun(
        "invoicing.invoicesettings",
        "invoice settings",
        {
            "prefix": Field("Before each number"),
            "next_number": Field("Next number"),
            "due_days": Field("Days to pay"),
            "tax_name": Field("Name of the tax"),
            "tax_rate": Field("Usual tax"),
            "tax_number": Field("Tax number"),
            "sender": Field("Name and address", is_long=True),
            "payment": Field("How to pay", is_long=True),
            "only_approved": Field("Approved hours alone"),
        },
    )
)
