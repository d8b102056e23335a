"""What we keep of what a firm pays us. The truth is the processor's; these are our copies of it, and our wishes.

Nobody but billing reads these tables: no search, no list, no letter that advertises anything.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from accounts import choices
from accounts.models import Account
from billing.catalogue import PRICES, Price
from billing.gateway import CardSummary, Profile, Status
from billing.tax_numbers import kind_in
from datamap import Retention
from tenancy.models import AccountManager, AccountModel, AccountQuerySet, VersionedModel

KEPT = timedelta(days=Retention.NINETY_DAYS.days or 0)  # what is only ours to trace steps with


class BillingAccount(VersionedModel):
    """To whom a firm's invoices go, how many seats it wants, and what we may know of its card. One for each account."""

    name = models.CharField("name on the invoice", max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField("state or region", max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, choices=choices.countries)
    email = models.EmailField("send invoices to", blank=True)
    copies = models.CharField("copies of receipts to", max_length=800, blank=True, default="", db_default="")
    tax_number = models.CharField("tax number", max_length=40, blank=True)

    seats = models.PositiveIntegerField(default=1, editable=False)  # how many the firm asked for
    most_seats = models.PositiveIntegerField(null=True, editable=False)  # bought without asking as people join
    customer = models.CharField(max_length=100, blank=True, editable=False)
    card = models.CharField(max_length=100, blank=True, editable=False)
    card_brand = models.CharField(max_length=30, blank=True, editable=False)
    card_last4 = models.CharField(max_length=4, blank=True, editable=False)
    card_month = models.PositiveSmallIntegerField(null=True, editable=False)
    card_year = models.PositiveSmallIntegerField(null=True, editable=False)
    compared_at = models.DateTimeField(null=True, editable=False)  # with what the processor has

    class Meta(VersionedModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account"], name="billingaccount_one")]

    def __str__(self) -> str:
        return self.name or "billing"

    @property
    def copies_to(self) -> list[str]:
        """Who gets each receipt besides the address that the processor knows."""
        return self.copies.split(", ") if self.copies else []

    @property
    def profile(self) -> Profile:
        """What the processor is told of the firm."""
        return Profile(
            name=self.name,
            street=self.street,
            postal_code=self.postal_code,
            city=self.city,
            region=self.region,
            country=self.country,
            email=self.email,
            tax_kind=kind_in(self.country) if self.tax_number else "",
            tax_number=self.tax_number,
        )

    @property
    def card_summary(self) -> CardSummary | None:
        if not self.card or self.card_month is None or self.card_year is None:
            return None
        return CardSummary(self.card, self.card_brand, self.card_last4, self.card_month, self.card_year)


class SubscriptionQuerySet(AccountQuerySet):
    """What the firm subscribed to, now and before."""

    def live(self) -> Self:
        """Those that go on, or may yet: one, unless something went wrong."""
        return self.exclude(status__in=[status for status in Status if not status.is_live])


class Subscription(AccountModel):
    """A subscription as the processor had it when we last looked."""

    ref = models.CharField(max_length=100)
    item = models.CharField(max_length=100)
    price = models.CharField(max_length=60)  # our own name: billing.catalogue.PRICES
    seats = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20)  # billing.gateway.Status
    created_at = models.DateTimeField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    cancels_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    latest_invoice = models.CharField(max_length=100, blank=True)
    intent = models.CharField(max_length=36, blank=True)
    looked_at = models.DateTimeField(default=timezone.now)

    objects = AccountManager.from_queryset(SubscriptionQuerySet)()  # type: ignore[django-manager-missing, misc]

    class Meta(AccountModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="subscription_once")]

    def __str__(self) -> str:
        return self.price

    @property
    def offer(self) -> Price | None:
        """Plan, interval and currency; None for a price that we don't sell any more."""
        return PRICES.get(self.price)

    @property
    def is_live(self) -> bool:
        return Status(self.status).is_live


class SubscriptionInvoice(AccountModel):
    """An invoice from us: numbers, days and to whom it was written. The document itself stays at the processor."""

    ref = models.CharField(max_length=100)
    subscription = models.CharField(max_length=100, blank=True)
    number = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20)
    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    paid = models.BigIntegerField()
    remaining = models.BigIntegerField()
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    billed_to = models.JSONField(default=dict)

    class Meta(AccountModel.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["account", "ref"], name="subscriptioninvoice_once")]

    def __str__(self) -> str:
        return self.number or "invoice"

    @property
    def is_open(self) -> bool:
        """True while money is owed for it."""
        return self.status == "open" and self.remaining > 0


class IntentQuerySet(AccountQuerySet):
    """What we meant to ask of the processor."""

    def open(self) -> Self:
        """Those of which we don't know how they ended."""
        return self.filter(state__in=MoneyIntent.OPEN)


class MoneyIntent(AccountModel):
    """A step that the processor is asked to take: written down first, so that none is lost or doubled."""

    class Kind(models.TextChoices):
        """What is asked."""

        CUSTOMER = "customer", "Begin to know the firm"
        PROFILE = "profile", "Say who is billed"
        CARD = "card", "Charge another card"
        SUBSCRIBE = "subscribe", "Begin a subscription"
        CHANGE = "change", "Change the subscription"
        CANCEL = "cancel", "Let the subscription end"
        KEEP = "keep", "Let the subscription go on"
        END = "end", "End the subscription at once"
        PAY = "pay", "Pay an invoice"
        FORGET = "forget", "Forget the firm"

    class State(models.TextChoices):
        """How far it came."""

        CREATED = "created", "Not known to be sent"
        UNKNOWN = "unknown", "Sent, and not answered"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    OPEN = (State.CREATED, State.UNKNOWN)

    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.CREATED)
    wanted = models.JSONField(default=dict)  # what was asked for, about nobody: plan, seats, moments, references
    ref = models.CharField(max_length=100, blank=True)  # what came of it
    trouble = models.CharField(max_length=100, blank=True)
    tries = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    objects = AccountManager.from_queryset(IntentQuerySet)()  # type: ignore[django-manager-missing, misc]

    class Meta(AccountModel.Meta):
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def key(self) -> str:
        """What makes the processor do it once. It names nobody."""
        return f"{self.kind}:{self.public_id}"


class ProcessorCustomer(models.Model):
    """Whose customer of the processor somebody is: word from there names nothing else."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    ref = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.ref


class WebhookEvent(models.Model):
    """Word from the processor that something happened. It only wakes us: what is true we ask."""

    class State(models.TextChoices):
        """What became of it."""

        NEW = "new", "Waits"
        DONE = "done", "Done"
        IGNORED = "ignored", "Not for us"
        DEAD = "dead", "Given up"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    event = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=100)
    object = models.CharField(max_length=100, blank=True)
    customer = models.CharField(max_length=100, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="new"), name="webhookevent_waiting"),
            models.Index(fields=["-received_at"], name="webhookevent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Finding(models.Model):
    """Where our copy and the processor's books differed, or a step hung: for the operator's eyes."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    words = models.CharField(max_length=300)
    found_at = models.DateTimeField(default=timezone.now)
    mended_at = models.DateTimeField(null=True)  # None: somebody must look

    class Meta:
        indexes = [models.Index(fields=["-found_at"], name="finding_newest")]

    def __str__(self) -> str:
        return self.words


class RetainedInvoice(models.Model):
    """What tax law makes us keep of an invoice after the firm is gone: it hangs on nothing, and goes on its day."""

    account_ref = models.UUIDField()
    number = models.CharField(max_length=100)
    issued_on = models.DateField()
    currency = models.CharField(max_length=3)
    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    paid = models.BigIntegerField()
    billed_to = models.JSONField(default=dict)
    purge_on = models.DateField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_ref", "number"], name="retainedinvoice_once")]

    def __str__(self) -> str:
        return self.number
