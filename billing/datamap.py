"""To whom invoices go is about whoever the firm named; the rest is about the firm, or about nobody."""

from typing import Any

from django.db.models import Q

from accounts.datamap import BILLING
from billing.models import (
    BillingAccount,
    Finding,
    MoneyIntent,
    ProcessorCustomer,
    RetainedInvoice,
    Subscription,
    SubscriptionInvoice,
    WebhookEvent,
)
from datamap import Category, Column, Keep, Party, Reason, Retention, Source, Subject, describe
from tenancy.context import current_account_id_or_none
from tenancy.models import AccountModel, AccountQuerySet

THE_FIRMS = Keep(Reason.TRANSACTION, "The firm's invoices are written to it; the firm itself changes it.")
FOR_TAX = Keep(Reason.LEGAL_OBLIGATION, "Tax law asks for invoices as they were written.")
BEHIND = "A reference at the card processor: it would open nothing, and only helps to tell rows apart."
OURS: dict[str, Any] = {"subject": Subject.ACCOUNT_HOLDER, "party": Party.CONTROLLER}


def profile_naming(user: Any) -> Any:
    """The active account's billing profile, if its invoices go to this person."""
    return _inside(BillingAccount).filter(Q(email=user.email) | Q(copies__contains=user.email))


def invoices_to(user: Any) -> Any:
    """The active account's invoices from us that went to this person."""
    return _inside(SubscriptionInvoice).filter(billed_to__email=user.email)


def _inside(model: type[AccountModel]) -> Any:
    """The active account's rows; outside accounts there are none."""
    return AccountQuerySet(model).none() if current_account_id_or_none() is None else model._default_manager.all()


def _reference() -> Column:
    return Column(Category.TECHNICAL, export=BEHIND, source=Source.PAYMENT)


describe(
    BillingAccount,
    **OURS,
    purpose=BILLING,
    fields={
        "name": Column("identity", erase=THE_FIRMS),
        **dict.fromkeys(
            ("street", "postal_code", "city", "region", "country"), Column("postal address", erase=THE_FIRMS)
        ),
        **dict.fromkeys(("email", "copies"), "contact details"),
        "tax_number": "billing",
        "customer": _reference(),
        "card": _reference(),
        **dict.fromkeys(("card_brand", "card_last4"), Column("billing", source=Source.PAYMENT)),
    },
    not_personal=frozenset({"seats", "most_seats", "card_month", "card_year", "compared_at"}),
    rows_for=profile_naming,
)

describe(
    Subscription,
    **OURS,
    purpose=BILLING,
    fields={
        "ref": _reference(),
        "item": _reference(),
        "latest_invoice": _reference(),
        "price": "business",
        "currency": "business",
        "status": "technical",
        "intent": "technical",
    },
    not_personal=frozenset({"seats", "period_start", "period_end", "cancels_at", "ended_at", "looked_at"}),
    exported="A copy of the card processor's books, which would mean nothing elsewhere; Plan and billing shows it.",
)

describe(
    SubscriptionInvoice,
    **OURS,
    purpose=BILLING,
    fields={
        "ref": _reference(),
        "subscription": _reference(),
        **dict.fromkeys(("number", "currency", "subtotal", "tax", "total", "paid", "remaining"), "business"),
        "status": "technical",
        "billed_to": Column("billing", erase=FOR_TAX),
    },
    not_personal=frozenset(
        {
            "issued_at",
            "due_at",
            "paid_at",
            "period_start",
            "period_end",
            "attempts",
            "next_attempt_at",
        }
    ),
    rows_for=invoices_to,
    exported="Invoices are documents: Plan and billing lists them, and gives each as it was written.",
)

describe(
    MoneyIntent,
    **OURS,
    purpose=BILLING,
    fields={"kind": "technical", "wanted": "technical", "ref": "technical", "trouble": "technical"},
    not_personal=frozenset({"state", "tries", "tried_at", "settled_at"}),
    exported="Our own notes of what was asked of the card processor; what came of it is in the archive.",
)

describe(
    ProcessorCustomer,
    **OURS,
    purpose=BILLING,
    fields={"ref": _reference()},
    exported=BEHIND,
)

describe(
    WebhookEvent,
    **OURS,
    purpose=BILLING,
    retention=Retention.NINETY_DAYS,
    counted_from="received_at",
    fields=dict.fromkeys(("event", "kind", "object", "customer", "trouble"), "technical"),
    not_personal=frozenset({"happened_at", "received_at", "state", "tries", "next_try_at", "settled_at"}),
    exported="Word from the card processor, by references alone; what came of it is in the archive.",
)

describe(
    Finding,
    **OURS,
    purpose=BILLING,
    retention=Retention.NINETY_DAYS,
    counted_from="found_at",
    fields={"words": "technical"},
    not_personal=frozenset({"found_at", "mended_at"}),
    exported="Our own notes of where two books differed.",
)

describe(
    RetainedInvoice,
    **OURS,
    purpose="Keeping what tax law asks for, after an account is gone",
    retention=Retention.UNTIL_EXPIRED,
    counted_from="purge_on",
    fields={
        "account_ref": "technical",
        **dict.fromkeys(("number", "currency", "subtotal", "tax", "total", "paid"), "business"),
        "billed_to": Column("billing", erase=FOR_TAX),
    },
    not_personal=frozenset({"issued_on", "purge_on"}),
    rows_for=lambda user: RetainedInvoice.objects.none(),  # a firm's name and address; no person's mail is kept
    exported="It is made when the account is gone; until then the invoices themselves are in the archive.",
)
