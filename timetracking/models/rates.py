"""What an hour is billed at and what it costs, from a day on."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts import choices
from tenancy.models import AccountForeignKey, AccountManager, AccountModel, AccountQuerySet
from timetracking.models.projects import Project, Task


class RateQuerySet(AccountQuerySet):
    """Rows of the table of rates."""

    def said_by_projects_today(self) -> Self:
        """What projects say themselves of an hour today, what began last at first; only the first counts."""
        has_begun = Q(starts_on__lte=timezone.localdate()) | Q(starts_on=None)
        own = self.filter(has_begun, project__isnull=False, task=None, person=None, kind=Rate.Kind.BILL)
        return own.order_by(F("starts_on").desc(nulls_last=True))


class Rate(AccountModel):
    """An hourly rate for some of the work, from a day on, or since ever.

    What it is for follows from its keys. The first of these levels that has one counts: a person on a project, a
    task, a project, a person, everything. Without an amount the level has none of its own from that day on.
    Rates of a project are in its currency; the others name theirs, and count on projects in that currency.
    """

    class Kind(models.TextChoices):
        """Billed to the client, or what the firm itself pays."""

        BILL = "bill", "Billed"
        COST = "cost", "Cost"

    kind = models.CharField(max_length=4, choices=Kind)
    project = AccountForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="rates")
    task = AccountForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="rates")
    person = AccountForeignKey("accounts.Membership", models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, choices=choices.currencies)
    starts_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    belongs_to = None  # the firm's, also where it is for one person

    objects = AccountManager.from_queryset(RateQuerySet)()

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "project", "task", "person", "currency", "starts_on"],
                nulls_distinct=False,
                name="rate_once_a_day",
                violation_error_message="There is a rate from that day on already.",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="rate_is_not_negative",
                violation_error_message="A rate is zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(project__isnull=True, task__isnull=True) & ~Q(currency="")
                | Q(project__isnull=False, currency=""),
                name="rate_has_one_currency",
                violation_error_message="A project's rates are in its own currency.",
            ),
            models.CheckConstraint(
                condition=Q(task__isnull=True) | Q(person__isnull=True),
                name="rate_is_for_one_level",
                violation_error_message="A rate is for a task or for a person.",
            ),
            models.CheckConstraint(
                condition=Q(kind="bill") | Q(project__isnull=True),
                name="rate_of_cost_is_a_persons",
                violation_error_message="What an hour costs depends on the person alone.",
            ),
        ]

    def __str__(self) -> str:
        """What it is for, in words."""
        places = [str(place) for place in (self.project, self.task, self.person) if place]
        return ", ".join(places) or "everything"

    @property
    def shown_currency(self) -> str:
        return self.currency or self.project.currency
