"""Deals: work a firm hopes to win, on its way through the stages of a pipeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts import choices
from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.records import Record, RecordQuerySet
from crm.models.tags import Tag
from lib.text import fold
from tenancy.models import (
    CASCADE_IN_DATABASE,
    AccountForeignKey,
    AccountManager,
    AccountModel,
    AccountQuerySet,
    VersionedModel,
)


class PipelineQuerySet(AccountQuerySet):
    """Pipelines as lists show them."""

    def active(self) -> Self:
        """Those that take new deals."""
        return self.filter(archived_at__isnull=True)

    def in_order(self) -> Self:
        return self.order_by("archived_at", "position", "id")


class Pipeline(VersionedModel):
    """A way deals go, stage by stage. A firm may have several: new clients, renewals."""

    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AccountManager.from_queryset(PipelineQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="pipeline_has_a_name", violation_error_message="A pipeline needs a name."
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.archived_at is None


class StageQuerySet(AccountQuerySet):
    """Stages as boards and forms show them."""

    def standing(self) -> Self:
        """Those that were not removed."""
        return self.filter(removed_at__isnull=True)

    def offered(self) -> Self:
        """Those that a deal may be put into."""
        return self.standing().filter(pipeline__archived_at__isnull=True)

    def in_order(self) -> Self:
        return self.order_by("pipeline__archived_at", "pipeline__position", "pipeline_id", "position", "id")


class Stage(AccountModel):
    """A step of a pipeline: how likely deals there are won, and after how many days without a sign they are stale.

    A removed one holds no deals any more; the moves that it was part of keep its name.
    """

    pipeline = AccountForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    name = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    probability = models.PositiveSmallIntegerField(default=50)
    stale_days = models.PositiveSmallIntegerField("days until stale", default=14)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AccountManager.from_queryset(StageQuerySet)()

    class Meta(AccountModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="stage_has_a_name", violation_error_message="A stage needs a name."
            ),
            models.CheckConstraint(
                condition=Q(probability__lte=100),
                name="stage_probability",
                violation_error_message="A probability is between 0 and 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DealQuerySet(RecordQuerySet):
    """Deals by where they stand."""

    def open(self) -> Self:
        """Live and not decided: what stands on the board."""
        return self.live().filter(status=Deal.Status.OPEN)


class Deal(Record):
    """Work that a company may give us: its worth, where it stands, and by when it should be decided.

    ``position`` is its place in the column, the least on top; ``moved_at`` says since when it is in its stage.
    """

    class Status(models.TextChoices):
        """Open deals stand on the board; the others are decided."""

        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    name = models.CharField(max_length=300)
    company = AccountForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="deals")
    stage = AccountForeignKey(Stage, on_delete=models.PROTECT, related_name="deals")
    status = models.CharField(max_length=4, choices=Status, default=Status.OPEN, editable=False)
    value = models.DecimalField(
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal("999999999999.99"))],
    )
    currency = models.CharField(max_length=3, default="EUR", choices=choices.currencies)
    close_on = models.DateField("expected close", null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True, editable=False)
    lost_reason = models.CharField(max_length=300, blank=True, editable=False)
    lost_words = models.TextField(blank=True, editable=False)
    position = models.BigIntegerField(default=0, editable=False)
    moved_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountManager.from_queryset(DealQuerySet)()

    class Meta(Record.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="deal_has_a_name", violation_error_message="A deal needs a name."
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=0),
                name="deal_value_is_not_negative",
                violation_error_message="A value is zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_on__isnull=True) | (~Q(status="open") & Q(closed_on__isnull=False)),
                name="deal_is_closed_on_a_day",
                violation_error_message="A deal that is won or lost has a day on which it was.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "name_key", "id"], condition=Q(deleted_at__isnull=True), name="deal_by_name"
            ),
            models.Index(
                fields=["account", "-updated_at", "-id"], condition=Q(deleted_at__isnull=True), name="deal_by_change"
            ),
            models.Index(
                fields=["account", "-deleted_at", "-id"], condition=Q(deleted_at__isnull=False), name="deal_bin"
            ),
            models.Index(
                fields=["account", "stage", "position", "id"],
                condition=Q(deleted_at__isnull=True, status="open"),
                name="deal_on_board",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def fill_derived(self) -> None:
        self.name_key = fold(self.name)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class DealContact(AccountModel):
    """A contact who has to do with a deal."""

    deal = AccountForeignKey(Deal, on_delete=CASCADE_IN_DATABASE, related_name="people")
    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="deals")

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "deal", "contact"], name="dealcontact_once")]

    def __str__(self) -> str:
        return str(self.contact_id)


class DealTag(AccountModel):
    """A tag on a deal."""

    deal = AccountForeignKey(Deal, on_delete=CASCADE_IN_DATABASE, related_name="tags")
    tag = AccountForeignKey(Tag, on_delete=models.PROTECT, related_name="deals")

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "deal", "tag"], name="dealtag_once")]
        indexes = [models.Index(fields=["account", "tag", "deal"], name="dealtag_by_tag")]

    def __str__(self) -> str:
        return str(self.tag_id)


class StageMove(AccountModel):
    """One step of a deal: from which stage into which, by whom, when. A new deal comes from nowhere."""

    deal = AccountForeignKey(Deal, on_delete=CASCADE_IN_DATABASE, related_name="moves")
    from_stage = AccountForeignKey(Stage, on_delete=models.PROTECT, null=True, related_name="+")
    to_stage = AccountForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    by = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    belongs_to = None  # who may see the deal may see how it went
    objects = AccountManager()

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "deal", "-at", "-id"], name="stagemove_by_deal")]

    def __str__(self) -> str:
        return f"{self.from_stage_id or '–'} → {self.to_stage_id}"


class LostReason(AccountModel):
    """A reason that is proposed when a deal is lost. The deal keeps the words it was lost with."""

    name = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(AccountModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="lostreason_has_words", violation_error_message="A reason needs words."
            ),
        ]

    def __str__(self) -> str:
        return self.name


class About(models.Model):
    """What an activity, a note or a mail is about: any of a company, a contact and a deal."""

    company = AccountForeignKey(
        Company, on_delete=CASCADE_IN_DATABASE, null=True, blank=True, related_name="%(class)ss"
    )
    contact = AccountForeignKey(
        Contact, on_delete=CASCADE_IN_DATABASE, null=True, blank=True, related_name="%(class)ss"
    )
    deal = AccountForeignKey(Deal, on_delete=CASCADE_IN_DATABASE, null=True, blank=True, related_name="%(class)ss")

    class Meta:
        abstract = True

    @property
    def records(self) -> list[Any]:
        """The records it is about."""
        return [record for record in (self.deal, self.contact, self.company) if record is not None]
