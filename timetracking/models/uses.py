"""Who looked at whose hours, in which report: what each member may read about themselves."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenancy.models import AccountForeignKey, AccountModel


class ReportUse(AccountModel):
    """Somebody opened a report, or took a file along, in which a colleague's hours stand by name.

    Once a day for each report, period and way. Rows are only added: not even an owner takes one back.
    """

    class Report(models.TextChoices):
        """In which report."""

        HOURS = "hours", "Hours"
        ENTRIES = "entries", "Time entries"
        UTILISATION = "utilisation", "Utilisation"
        MISSING = "missing", "Missing and late"

    class Way(models.TextChoices):
        """Looked at, taken along as a file, or read by a program."""

        PAGE = "page", "looked at"
        FILE = "file", "taken along as a file"
        PROGRAM = "program", "read by a program"

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    by = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    report = models.CharField(max_length=12, choices=Report)
    way = models.CharField(max_length=7, choices=Way)
    first = models.DateField()
    last = models.DateField()
    day = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    belongs_to = "person"

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person", "by", "day", "report", "way", "first", "last"], name="reportuse_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["account", "person", "-at", "-id"], name="reportuse_newest")]

    def __str__(self) -> str:
        return f"{self.get_report_display()}, {self.get_way_display()}"
