"""What somebody paid or drove for the firm's work: the expense, and its kinds."""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts import choices
from accounts.models import Membership
from accounts.permissions import within_reach
from tenancy.models import AccountForeignKey, AccountManager, AccountQuerySet, VersionedModel
from timetracking.models.projects import Project, Task, refuse_task_of_another


class ExpenseCategory(VersionedModel):
    """A kind of expense. One with a unit is a distance: its amount follows from the rate."""

    class Unit(models.TextChoices):
        """What is counted, where nothing was paid."""

        NONE = "", "An amount"
        KM = "km", "Kilometres"
        MI = "mi", "Miles"

    name = models.CharField(max_length=60)
    unit = models.CharField("counts", max_length=2, choices=Unit, blank=True, default=Unit.NONE)
    rate = models.DecimalField(
        "rate for each", max_digits=8, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    position = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    offered = Q(archived_at=None)

    class Meta(VersionedModel.Meta):
        ordering = ["position", "id"]
        verbose_name_plural = "expense categories"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"],
                name="expensecategory_name",
                violation_error_message="There is a kind of expense with this name already.",
            ),
            models.CheckConstraint(
                condition=Q(rate__isnull=True) | Q(rate__gte=0),
                name="expensecategory_rate",
                violation_error_message="A rate is zero or more.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.archived_at is None


class ExpenseQuerySet(AccountQuerySet):
    """Expenses by whose they are and when."""

    def live(self) -> Self:
        return self.filter(deleted_at=None)

    def visible_to(self, member: Membership) -> Self:
        """What this member may see: their own, or everybody's."""
        return within_reach(self, member, "expense.view")

    def of(self, person: Membership) -> Self:
        return self.filter(person=person)

    def with_names(self) -> Self:
        return self.select_related("category", "project__company", "task", "company", "person__user", "receipt")


class Expense(VersionedModel):
    """What one person paid or drove on one day. Deleted ones can be brought back for thirty days."""

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    category = AccountForeignKey(ExpenseCategory, models.PROTECT, related_name="+")
    day = models.DateField()
    amount = models.DecimalField(max_digits=11, decimal_places=2)
    currency = models.CharField(max_length=3, choices=choices.currencies)
    tax = models.DecimalField("tax in it", max_digits=11, decimal_places=2, null=True, blank=True)
    distance = models.DecimalField(max_digits=8, decimal_places=1, null=True, blank=True)
    unit = models.CharField(max_length=2, choices=ExpenseCategory.Unit, blank=True, default="", editable=False)
    rate = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True, editable=False)
    project = AccountForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="+")
    task = AccountForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+")
    company = AccountForeignKey("crm.Company", models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField("what for", max_length=300, blank=True)
    billable = models.BooleanField("billed to the client", default=False)
    reimbursable = models.BooleanField("paid by me, to be paid back", default=True)
    receipt = AccountForeignKey(
        "accounts.StoredFile", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    belongs_to = "person"
    objects = AccountManager.from_queryset(ExpenseQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="expense_is_of_something",
                violation_error_message="An expense is more than nothing.",
            ),
            models.CheckConstraint(
                condition=Q(tax__isnull=True) | Q(tax__gte=0, tax__lte=F("amount")),
                name="expense_tax_is_in_it",
                violation_error_message="The tax is part of the amount: from nothing to all of it.",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-day", "-id"], name="expense_by_day"),
            models.Index(fields=["account", "person", "-day", "-id"], name="expense_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.day:%d %b %Y}"

    def clean(self) -> None:
        refuse_task_of_another(self.project_id, self.task)

    @property
    def client(self) -> str:
        """For whom: the project's client, or a company of its own."""
        return str(self.company or (self.project.client if self.project else ""))
