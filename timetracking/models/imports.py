"""Imports of hours: the file, who and what its rows mean, and what became of each."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import models
from django.template.defaultfilters import pluralize

from accounts import choices
from crm.models.imports import FileImport, FileRow
from lib.formats import number
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey
from timetracking.models.entries import TimeEntry


class HoursImport(FileImport):
    """A file of hours that another program wrote.

    ``found`` are the people and projects of the file, each with who or what it is here; ``chosen`` is what somebody
    said of them. ``made`` are the numbers of what came into being besides the entries.
    """

    task = "timetracking.go_on_importing"
    action = "time.import"

    class Source(models.TextChoices):
        """Which program wrote it."""

        HARVEST = "harvest", "Harvest"
        TOGGL = "toggl", "Toggl Track"
        CLOCKIFY = "clockify", "Clockify"
        KIMAI = "kimai", "Kimai"
        OTHER = "other", "another program"

    class Days(models.TextChoices):
        """What 03/04/2026 means."""

        DAY_FIRST = "day", "the day: 3 April"
        MONTH_FIRST = "month", "the month: March 4"

    source = models.CharField(max_length=8, choices=Source, default=Source.OTHER)
    days = models.CharField("in 03/04/2026 the first number is", max_length=5, choices=Days, default=Days.DAY_FIRST)
    time_zone = models.CharField(max_length=64, blank=True, choices=choices.time_zones)
    found = models.JSONField(default=dict)
    chosen = models.JSONField(default=dict)
    made = models.JSONField(default=dict)

    class Meta(FileImport.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["account", "-id"], name="hoursimport_newest"),
            models.Index(fields=["account", "header_key", "-id"], name="hoursimport_by_header"),
        ]

    @property
    def minutes(self) -> int:
        """How long, all together, what is new is."""
        return int(self.tally.get("entry", {}).get("minutes", 0))

    @property
    def touched(self) -> list[str]:
        """What comes into being besides the entries: 1 client, 2 projects."""
        words = {"company": "client", "project": "project", "task": "task", "tag": "tag"}
        counts = [(word, int(self.tally.get(kind, {}).get("added", 0))) for kind, word in words.items()]
        return [f"{number(count)} {word}{pluralize(count)}" for word, count in counts if count]

    @property
    def first_entries(self) -> list[dict[str, Any]]:
        """The first rows as they will be."""
        return [{**row, "day": date.fromisoformat(row["day"])} for row in self.preview]

    def came(self, kind: str, record: Any) -> None:
        """This came into being: it goes again when the import is undone."""
        self.made.setdefault(kind, []).append(record.pk)

    def forget_counts(self) -> None:
        super().forget_counts()
        self.found, self.made = {}, {}


class HoursRow(FileRow):
    """What became of one row of a file of hours. One that is already there names the entry that it is."""

    hours_import = AccountForeignKey(HoursImport, on_delete=models.PROTECT, related_name="rows")
    entry = AccountForeignKey(TimeEntry, on_delete=CASCADE_IN_DATABASE, null=True, related_name="+")
    kept = models.CharField(max_length=300, blank=True, default="", db_default="")  # why it was not taken back

    of, became = "hours_import", "entry"

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["account", "hours_import", "row"], name="hoursrow_once")]
        indexes = [
            models.Index(fields=["account", "hours_import", "outcome", "row"], name="hoursrow_by_outcome"),
        ]
