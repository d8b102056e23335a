"""Hours added up by day: what reports read in place of the entries."""

from __future__ import annotations

from typing import Self

from django.db import models

from accounts.models import Membership
from accounts.permissions import within_reach
from tenancy.fields import AccountField
from tenancy.models import AccountForeignKey, AccountManager, AccountQuerySet
from timetracking.models.projects import Project


class DaySummary(models.Model):
    """Minutes and number of entries of a day, billable or not, approved or not. Samples are not in it.

    There are two, because one row for each person, project and task of a day would be as many rows as entries.
    ``timetracking.summary`` keeps them.
    """

    account = AccountField()
    day = models.DateField()
    billable = models.BooleanField()
    approved = models.BooleanField()
    minutes = models.BigIntegerField()
    entries = models.BigIntegerField()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class PersonDayQuerySet(AccountQuerySet):
    """Days of people."""

    def visible_to(self, membership: Membership) -> Self:
        """Days of those whose hours this member may see in reports."""
        return within_reach(self, membership, "report.view")


class PersonDay(DaySummary):
    """How long one person worked on one day."""

    pk = models.CompositePrimaryKey("account_id", "person_id", "day", "billable", "approved")
    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")

    belongs_to = "person"
    objects = AccountManager.from_queryset(PersonDayQuerySet)()

    class Meta(DaySummary.Meta):
        indexes = [models.Index(fields=["account", "day"], name="personday_by_day")]

    def __str__(self) -> str:
        return f"{self.day:%d %b %Y}"


class ProjectDay(DaySummary):
    """How long everybody together worked on one project on one day."""

    pk = models.CompositePrimaryKey("account_id", "project_id", "day", "billable", "approved")
    project = AccountForeignKey(Project, models.PROTECT, related_name="+")

    objects = AccountManager()

    class Meta(DaySummary.Meta):
        indexes = [models.Index(fields=["account", "day"], name="projectday_by_day")]

    def __str__(self) -> str:
        return f"{self.day:%d %b %Y}"
