"""Invoices are the firm's books about companies; who wrote one is a member. An address may name somebody."""

from __future__ import annotations

from datamap import Column, Subject, Support, describe
from invoicing.models import BilledTime, Invoice, InvoiceLine, InvoicePayment, InvoiceSettings

_MONEY = Column("business", support=Support.LENGTH)  # money is masked (70)

describe(
    InvoiceSettings,
    fields=dict.fromkeys(("prefix", "tax_name", "tax_number", "sender", "payment"), "business"),
    not_personal=frozenset({"next_number", "due_days", "tax_rate", "only_approved"}),
)

describe(
    Invoice,
    purpose="Billing the firm's clients, and keeping its books",
    subject=Subject.MEMBER,
    fields={
        **dict.fromkeys(
            ("number", "reference", "recipient", "sender", "tax_name", "tax_number", "payment"), "business"
        ),
        **dict.fromkeys(("net", "tax", "gross", "paid"), _MONEY),
        "note": "business",
        "void_reason": "business",
    },
    not_personal=frozenset({"status", "currency", "issued_on", "due_on", "sent_at", "voided_at"}),
    rows_for="author",
)

describe(
    InvoiceLine,
    fields={"text": "business", "unit_price": _MONEY, "amount": _MONEY},
    not_personal=frozenset({"position", "minutes", "quantity", "tax_rate"}),
)

describe(BilledTime)

describe(
    InvoicePayment,
    fields={"amount": _MONEY, "note": "business"},
    not_personal=frozenset({"received_on"}),
)
