"""Who is told that a budget runs out, and what was told."""

from __future__ import annotations

from django.db import models

from tenancy.models import AccountForeignKey, AccountModel
from timetracking.models.projects import Project


class BudgetWatcher(AccountModel):
    """Somebody who was chosen to be told. Without anybody chosen, the project's managers and the owners are."""

    project = AccountForeignKey(Project, models.PROTECT, related_name="watchers")
    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")

    belongs_to = None

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "project", "person"],
                name="budgetwatcher_once",
                violation_error_message="This person is told already.",
            )
        ]


class BudgetAlert(AccountModel):
    """That so much of a budget is used was told: once for each share and, where the budget is monthly, month.

    One that a changed budget took back (``rearmed_at``) may be told again.
    """

    project = AccountForeignKey(Project, models.PROTECT, related_name="alerts")
    month = models.DateField(null=True)  # its first day
    percent = models.PositiveSmallIntegerField()
    used_percent = models.PositiveIntegerField()
    told_at = models.DateTimeField(auto_now_add=True)
    rearmed_at = models.DateTimeField(null=True)

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "project", "month", "percent"],
                condition=models.Q(rearmed_at__isnull=True),
                nulls_distinct=False,
                name="budgetalert_once",
                violation_error_message="This was told already.",
            )
        ]
