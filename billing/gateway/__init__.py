"""What we ask of whoever handles cards: plain data in and out, six errors, and nothing of anybody's SDK.

Money is whole cents (or whatever the currency's smallest unit is) with the currency beside it. A reference is
the processor's name for something: opaque, never made up by us. Another processor is another module like
``stripe.py`` that does what ``Processor`` says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

# --- what went wrong -------------------------------------------------------------------------------


class Trouble(Exception):
    """The processor did not do what it was asked. Each of the six below says what that means for us."""


class Declined(Trouble):
    """The bank or the processor refused the card. Nothing was charged."""

    def __init__(self, code: str = "", decline_code: str = "", *, needs_action: bool = False) -> None:
        super().__init__(decline_code or code)
        self.code = code
        self.decline_code = decline_code
        self.needs_action = needs_action


class Unavailable(Trouble):
    """The processor could not be reached or asks us to wait: it has done nothing."""


class Ambiguous(Trouble):
    """It was sent and no answer came: it may have been done, or not. Look before trying again."""


class Conflict(Trouble):
    """What was asked does not fit what is there, or a key was used for something else."""


class NotFound(Trouble):
    """There is no such thing at the processor, or not any more."""


class Misconfigured(Trouble):
    """Our key, our version or our request is wrong. Trying again won't help; somebody must look."""


# --- what goes there -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Profile:
    """To whom the invoices are written. All that the processor learns of a firm."""

    name: str
    street: str
    postal_code: str
    city: str
    region: str
    country: str
    email: str
    tax_kind: str = ""
    tax_number: str = ""


# --- what comes back -------------------------------------------------------------------------------


@dataclass(frozen=True)
class CardSetup:
    """Leave to enter a card in the processor's own frame. The secret is for the browser: never stored, never logged."""

    ref: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class CardSetupResult:
    """What became of it, as the processor says; ``method`` names the card once it is ready."""

    ref: str
    customer: str
    is_ready: bool
    method: str
    declined: str = ""


@dataclass(frozen=True)
class CardSummary:
    """All that we ever know of a card."""

    ref: str
    brand: str
    last4: str
    month: int
    year: int


class Status(StrEnum):
    """What the processor says of a subscription."""

    TRIALING = "trialing"
    ACTIVE = "active"
    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    PAST_DUE = "past_due"
    UNPAID = "unpaid"
    PAUSED = "paused"
    CANCELED = "canceled"

    @property
    def is_live(self) -> bool:
        """True while it goes on, or may yet: there must never be two of these."""
        return self not in (Status.CANCELED, Status.INCOMPLETE_EXPIRED)


@dataclass(frozen=True)
class SubscriptionSnapshot:
    """A subscription as it stands there now. ``price`` is our own name of the price; see ``billing.catalogue``."""

    ref: str
    customer: str
    item: str
    price: str
    seats: int
    currency: str
    status: Status
    created_at: datetime
    period_start: datetime
    period_end: datetime
    cancels_at: datetime | None
    ended_at: datetime | None
    latest_invoice: str
    intent: str


@dataclass(frozen=True)
class InvoiceSnapshot:
    """An invoice from us as it stands there now, with the name and address that were written on it."""

    ref: str
    customer: str
    subscription: str
    number: str
    status: str
    currency: str
    subtotal: int
    tax: int
    total: int
    paid: int
    remaining: int
    created_at: datetime
    issued_at: datetime | None
    due_at: datetime | None
    paid_at: datetime | None
    period_start: datetime
    period_end: datetime
    attempts: int
    next_attempt_at: datetime | None
    billed_to: dict[str, str]


@dataclass(frozen=True)
class PreviewLine:
    """One line of what would be charged; ``is_proration`` for the rest of a period that has begun."""

    words: str
    amount: int
    is_proration: bool


@dataclass(frozen=True)
class InvoicePreview:
    """What the next invoice would be. Ask for the change with the same ``at``: then this is what it costs."""

    currency: str
    subtotal: int
    tax: int
    total: int
    due: int
    at: datetime
    charged_at: datetime
    lines: tuple[PreviewLine, ...]

    @property
    def prorated(self) -> int:
        """For the rest of this period alone."""
        return sum(line.amount for line in self.lines if line.is_proration)


@dataclass(frozen=True)
class Payment:
    """What an open invoice waits for: a word to the bank, with this secret of the browser's, or another card."""

    client_secret: str = field(default="", repr=False)
    declined: str = ""


@dataclass(frozen=True)
class InvoiceLink:
    """Where an invoice can be read and loaded. These addresses end soon: asked for when they are used."""

    page: str
    pdf: str


@dataclass(frozen=True)
class EventRef:
    """Word that something happened: which, when, to what. What it is now must be asked."""

    id: str
    type: str
    created_at: datetime
    object: str
    customer: str


# --- what it can be asked --------------------------------------------------------------------------


class Processor(Protocol):
    """Whoever handles cards. ``key`` makes a step happen once, however often it is sent."""

    def make_customer(self, account: UUID, *, key: str) -> str:
        """Begin to know a firm, by its public number alone. Returns the customer's reference."""

    def update_customer(self, customer: str, profile: Profile, *, key: str) -> None:
        """Say to whom the invoices are written."""

    def start_card(self, customer: str, *, key: str) -> CardSetup:
        """Leave to enter a card in the processor's frame."""

    def card_setup(self, setup: str) -> CardSetupResult:
        """What became of it."""

    def use_card(self, customer: str, method: str, *, key: str) -> CardSummary:
        """Charge this card from now on."""

    def card_of(self, customer: str) -> CardSummary | None:
        """The card that is charged."""

    def open_subscription(
        self, customer: str, *, price: str, seats: int, intent: UUID, key: str
    ) -> SubscriptionSnapshot:
        """Begin to charge. The first payment may be declined or wait for the bank: see its ``status``."""

    def change_subscription(
        self,
        subscription: SubscriptionSnapshot,
        *,
        price: str,
        seats: int,
        at: datetime | None,
        intent: UUID,
        key: str,
    ) -> SubscriptionSnapshot:
        """Another price or number of seats; prorated as of ``at``, or from the next period on where that is None."""

    def preview(
        self, subscription: SubscriptionSnapshot, *, price: str, seats: int, at: datetime, prorate: bool
    ) -> InvoicePreview:
        """What the next invoice would be after such a change."""

    def cancel_at_period_end(self, subscription: str, *, cancel: bool, intent: UUID, key: str) -> SubscriptionSnapshot:
        """Let it end with what is paid, or let it go on after all."""

    def cancel_now(self, subscription: str, *, key: str) -> SubscriptionSnapshot:
        """End it at once, without charging anything more."""

    def subscription(self, ref: str) -> SubscriptionSnapshot:
        """As it stands now."""

    def subscriptions_of(self, customer: str) -> list[SubscriptionSnapshot]:
        """All there ever were, the newest first."""

    def invoices_of(self, customer: str) -> Iterator[InvoiceSnapshot]:
        """All there ever were, the newest first."""

    def invoice_link(self, ref: str) -> InvoiceLink:
        """Where it can be read and loaded, for a short while."""

    def payment_of(self, invoice: str) -> Payment:
        """What the payment of an open invoice waits for."""

    def pay(self, ref: str, *, key: str) -> InvoiceSnapshot:
        """Charge the card for an open invoice now."""

    def forget_customer(self, customer: str, *, key: str) -> None:
        """Delete what it knows of a firm; harmless when it knows nothing any more."""

    def publish_price(self, *, key: str, product: str, name: str, amount: int, currency: str, interval: str) -> None:
        """Offer a price under our own name for it; harmless when it is there."""

    def read_event(self, body: bytes, signature: str) -> EventRef:
        """The event of a delivery; raises ``Forged`` unless the processor signed it for us a moment ago."""


class Forged(Exception):
    """A delivery that the processor did not sign for us, or not now."""


@cache
def processor() -> Processor:
    """The one that is configured."""
    gateway: Processor = import_string(settings.PROCESSOR)()
    return gateway
