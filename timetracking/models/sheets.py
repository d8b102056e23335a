"""What a week's sheet shows besides its hours."""

from __future__ import annotations

from django.db import models

from tenancy.models import AccountForeignKey, AccountModel
from timetracking.models.projects import Project, Task


class SheetRow(AccountModel):
    """A row that somebody put on one week's sheet, or took off it, before there were hours in it.

    Without a week it is a favourite: on the sheet of every week.
    """

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    week = models.DateField(null=True)
    project = AccountForeignKey(Project, models.PROTECT, related_name="+")
    task = AccountForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="+")
    hidden_at = models.DateTimeField(null=True, blank=True)

    belongs_to = "person"

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person", "week", "project", "task"],
                nulls_distinct=False,
                name="sheetrow_once_a_week",
                violation_error_message="This row is on the sheet already.",
            )
        ]
