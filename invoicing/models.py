"""Invoices, their lines, the hours on them, and what was paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts import choices
from accounts.models import Membership
from accounts.permissions import within_reach
from invoicing.amounts import Totals, totals
from lib.text import fold
from tenancy.context import memory
from tenancy.models import AccountForeignKey, AccountManager, AccountModel, AccountQuerySet, VersionedModel
from timetracking.models import Project, TimeEntry

LONGEST_BLOCK = 1000  # letters of an address or a few sentences
PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class InvoiceSettings(VersionedModel):
    """How a firm's invoices are numbered, taxed and worded. ``current()`` is the one way to read them."""

    prefix = models.CharField("before each number", max_length=20, blank=True)
    next_number = models.PositiveIntegerField("next number", default=1, validators=[MinValueValidator(1)])
    due_days = models.PositiveSmallIntegerField("days to pay", default=14, validators=[MaxValueValidator(365)])
    tax_name = models.CharField("what the tax is called", max_length=20, default="VAT")
    tax_rate = models.DecimalField(
        "usual tax in percent", max_digits=5, decimal_places=2, default=0, validators=PERCENT
    )
    sender = models.CharField("your name and address", max_length=LONGEST_BLOCK, blank=True)
    tax_number = models.CharField("your tax number", max_length=60, blank=True)
    payment = models.CharField("how to pay you", max_length=LONGEST_BLOCK, blank=True)
    only_approved = models.BooleanField("bill approved hours alone", default=False)

    class Meta(VersionedModel.Meta):
        verbose_name_plural = "invoice settings"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                name="invoicesettings_one_an_account",
                violation_error_message="There are settings already. Load the page again.",
            ),
            models.CheckConstraint(
                condition=Q(tax_rate__range=(0, 100)),
                name="invoicesettings_tax_rate",
                violation_error_message="A tax is from 0 to 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return "invoice settings"

    @classmethod
    def current(cls) -> Self:
        """The account's settings, read once a request or task; as they come where nothing was changed yet."""
        found = memory()
        if cls not in found:
            found[cls] = cls.objects.first() or cls()
        settings: Self = found[cls]
        return settings

    def number_of(self, number: int) -> str:
        """As it stands on the invoice: prefix and at least four digits."""
        return f"{self.prefix}{number:04}"


class InvoiceQuerySet(AccountQuerySet):
    """Invoices by who may see them and how they stand."""

    def visible_to(self, member: Membership) -> Self:
        return within_reach(self, member, "invoice.view")

    def drafts(self) -> Self:
        return self.filter(status=Invoice.Status.DRAFT)

    def sent(self) -> Self:
        return self.filter(status=Invoice.Status.SENT)

    def unpaid(self) -> Self:
        """Sent, and not all of it paid."""
        return self.sent().filter(paid__lt=F("gross"))

    def overdue(self, today: date) -> Self:
        return self.unpaid().filter(due_on__lt=today)

    def settled(self) -> Self:
        return self.sent().filter(paid__gte=F("gross"))

    def void(self) -> Self:
        return self.filter(status=Invoice.Status.VOID)

    def matching(self, words: str) -> Self:
        """Those whose number, client or reference holds these words."""
        name = fold(words)
        return self.filter(
            Q(number__icontains=words) | Q(reference__icontains=words) | Q(company__name_key__contains=name)
        )


class Invoice(VersionedModel):
    """What a client is asked to pay. A draft has no number; what was sent stays as it was sent, or becomes void.

    ``net``, ``tax``, ``gross`` follow from the lines, ``paid`` from the payments: whoever changes one of them under
    the invoice's lock writes the sum, so lists need not add up.
    """

    class Status(models.TextChoices):
        """What was done with it; whether it is paid, the money says."""

        DRAFT = "draft", "Draft"
        SENT = "sent", "Sent"
        VOID = "void", "Void"

    company = AccountForeignKey("crm.Company", models.PROTECT, related_name="invoices")
    author = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    status = models.CharField(
        max_length=5, choices=Status, default=Status.DRAFT, db_default=Status.DRAFT, editable=False
    )
    number = models.CharField(max_length=40, blank=True, default="", db_default="", editable=False)
    currency = models.CharField(max_length=3, choices=choices.currencies)
    issued_on = models.DateField("date", null=True, blank=True)
    due_on = models.DateField("due", null=True, blank=True)
    recipient = models.CharField("bill to", max_length=LONGEST_BLOCK)
    reference = models.CharField("their reference", max_length=100, blank=True)
    note = models.CharField("words below the lines", max_length=LONGEST_BLOCK, blank=True)
    # As they stood in the settings when it was sent.
    sender = models.CharField(max_length=LONGEST_BLOCK, blank=True, default="", editable=False)
    tax_name = models.CharField(max_length=20, blank=True, default="", editable=False)
    tax_number = models.CharField(max_length=60, blank=True, default="", editable=False)
    payment = models.CharField(max_length=LONGEST_BLOCK, blank=True, default="", editable=False)
    net = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0, editable=False)
    tax = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0, editable=False)
    gross = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0, editable=False)
    paid = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    voided_at = models.DateTimeField(null=True, editable=False)
    void_reason = models.CharField(max_length=200, blank=True, default="", editable=False)

    belongs_to = "author"
    objects = AccountManager.from_queryset(InvoiceQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number"],
                condition=~Q(number=""),
                name="invoice_number",
                violation_error_message="There is an invoice with this number already.",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", number="", sent_at__isnull=True)
                | (~Q(status="draft") & ~Q(number="") & Q(sent_at__isnull=False, issued_on__isnull=False)),
                name="invoice_has_a_number_once_sent",
                violation_error_message="A sent invoice has a number and a date.",
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax")),
                name="invoice_adds_up",
                violation_error_message="Net and tax make the total.",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0) & (Q(status="sent") | Q(paid=0)),
                name="invoice_paid_once_sent",
                violation_error_message="Only a sent invoice is paid.",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="invoice_by_creation"),
            models.Index(fields=["account", "company", "-sent_at", "-id"], name="invoice_of_company"),
            models.Index(
                fields=["account", "due_on"],
                condition=Q(status="sent", paid__lt=F("gross")),
                name="invoice_unpaid",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"Draft for {self.company}"

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_sent(self) -> bool:
        return self.status == self.Status.SENT

    @property
    def open_amount(self) -> Decimal:
        """What is still to be paid."""
        return self.gross - self.paid if self.is_sent else Decimal(0)

    @property
    def totals(self) -> Totals:
        """From its lines, with the tax by rate."""
        return totals(self.lines.values_list("amount", "tax_rate"))

    def state_on(self, today: date) -> tuple[str, str]:
        """How it stands on that day, as a word and the colour of its mark."""
        if not self.is_sent:
            return self.get_status_display(), ""
        if self.paid >= self.gross:
            return "Paid", "ok"
        if self.due_on and self.due_on < today:
            return "Overdue", "bad"
        return ("Partly paid", "warn") if self.paid else ("Sent", "act")


class InvoiceLine(AccountModel):
    """One line: some hours, or some of anything. ``amount`` follows; of hours from the minutes, to the cent."""

    invoice = AccountForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    project = AccountForeignKey(Project, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500)
    minutes = models.PositiveIntegerField(null=True)  # of hours that were worked; None: pieces
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    unit_price = models.DecimalField(max_digits=11, decimal_places=2)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2, validators=PERCENT)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta(AccountModel.Meta):
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tax_rate__range=(0, 100)),
                name="invoiceline_tax_rate",
                violation_error_message="A tax is from 0 to 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class BilledTime(AccountModel):
    """That an entry is on a line. It can't be on two: a void invoice and a deleted draft let go of theirs."""

    line = AccountForeignKey(InvoiceLine, models.PROTECT, related_name="billed")
    entry = AccountForeignKey(TimeEntry, models.PROTECT, related_name="+")

    class Meta(AccountModel.Meta):
        verbose_name_plural = "billed time"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "entry"],
                name="billedtime_once",
                violation_error_message="This time is on an invoice already.",
            ),
        ]


class InvoicePayment(AccountModel):
    """Money that came in for an invoice."""

    invoice = AccountForeignKey(Invoice, models.PROTECT, related_name="payments")
    received_on = models.DateField("received")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(AccountModel.Meta):
        ordering = ["received_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="invoicepayment_is_of_something",
                violation_error_message="A payment is more than nothing.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.received_on}"
