"""Who worked how long on what: the time entry."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import within_reach
from crm.models import Tag, tag_names
from lib import formats
from lib.durations import DAY
from tenancy.models import (
    CASCADE_IN_DATABASE,
    AccountForeignKey,
    AccountManager,
    AccountModel,
    AccountQuerySet,
    VersionedModel,
)
from timetracking.models.projects import Project, Task, refuse_task_of_another, work_value


class TimeEntryQuerySet(AccountQuerySet):
    """Entries by whose they are, when, and on what."""

    def visible_to(self, membership: Membership) -> Self:
        """What this member may see: their own time, or everybody's."""
        return within_reach(self, membership, "time.view")

    def own(self) -> Self:
        """Without sample data: what the firm counts."""
        return self.exclude(source=TimeEntry.Source.SAMPLE)

    def of(self, person: Any) -> Self:
        return self.filter(person=person)

    def between(self, first: date, last: date) -> Self:
        return self.filter(day__range=(first, last))

    def on(self, project: Project, task: Task | None) -> Self:
        """One row of the week: this project, and this task or none."""
        return self.filter(project=project, task=task) if task else self.filter(project=project, task=None)

    def open(self) -> Self:
        """Those that may still be changed."""
        return self.filter(locked_at__isnull=True)

    def minutes(self) -> int:
        """How long, all together."""
        return self.aggregate(total=models.Sum("minutes", default=0))["total"]

    def with_tags(self) -> Self:
        """Carrying the names of their tags."""
        return self.annotate(tag_names=tag_names(TimeEntryTag, "entry"))

    def with_names(self) -> Self:
        """Carrying project, company, task and tags, so that showing them asks nothing more."""
        return self.select_related("project__company", "task").with_tags()

    def for_sheet(self) -> Self:
        """Carrying what a sheet shows of them and no more: it may be hundreds."""
        own = ("day", "minutes", "started_at", "note", "billable", "locked_at", "lock_reason", "public_id", "version")
        work = ("project", "task", "project__company", "project__company__name")
        each = ("public_id", "name", "billable", "archived_at", "is_sample")
        names = (f"{thing}__{name}" for thing in ("project", "task") for name in each)
        return self.with_names().only(*own, *work, *names)


class TimeEntry(VersionedModel):
    """A stretch of work that one person did on one project on one day.

    ``locked_at`` is set from above (an invoice), with the reason in words; this app honours it. What an
    approval locks are days, not entries: ``timetracking/sheets/locks.py``. Clock times are there only when
    somebody gave them.
    """

    class Source(models.TextChoices):
        """How the entry came to be."""

        TYPED = "typed", "typed"
        TIMER = "timer", "by the timer"
        IMPORT = "import", "imported"
        SAMPLE = "sample", "as a sample"

    project = AccountForeignKey(Project, models.PROTECT, related_name="entries")
    task = AccountForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="entries")
    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField("time")
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    time_zone = models.CharField(max_length=64, blank=True, editable=False)
    note = models.CharField(max_length=500, blank=True)
    billable = models.BooleanField(default=True)
    source = models.CharField(max_length=6, choices=Source, default=Source.TYPED, editable=False)
    needs_check = models.BooleanField(default=False, db_default=False, editable=False)  # its end was guessed
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    lock_reason = models.CharField(max_length=200, blank=True, editable=False)
    # What an hour of it is billed at and costs: asked of the table of rates until they are frozen (rates/freezing.py).
    bill_rate = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True, editable=False)
    has_own_rate = models.BooleanField(default=False, db_default=False, editable=False)  # it was said for this entry
    rate_currency = models.CharField(max_length=3, blank=True, default="", db_default="", editable=False)
    cost_rate = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True, editable=False)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="", editable=False)
    rates_frozen_at = models.DateTimeField(null=True, blank=True, editable=False)  # when it was approved

    belongs_to = "person"
    objects = AccountManager.from_queryset(TimeEntryQuerySet)()

    class Meta(VersionedModel.Meta):
        verbose_name_plural = "time entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__range=(1, DAY)),
                name="timeentry_fits_in_a_day",
                violation_error_message="An entry is between a minute and 24 hours.",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, stopped_at__isnull=True)
                | (Q(stopped_at__gt=F("started_at")) & ~Q(time_zone="")),
                name="timeentry_has_both_ends_or_none",
                violation_error_message="Clock times need a start, a later end and a time zone.",
            ),
            models.CheckConstraint(
                condition=Q(has_own_rate=False) | Q(bill_rate__isnull=False),
                name="timeentry_says_its_own_rate",
                violation_error_message="A rate of its own is a number.",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "person", "day"], name="timeentry_of_person"),
            models.Index(fields=["account", "project", "day"], name="timeentry_on_project"),
            models.Index(fields=["account", "-day", "-id"], name="timeentry_by_day"),
            models.Index(fields=["account", "-updated_at", "-id"], name="timeentry_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.project} on {self.day:%d %b %Y}"

    def clean(self) -> None:
        refuse_task_of_another(self.project_id, self.task)

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    @property
    def is_sample(self) -> bool:
        return self.source == self.Source.SAMPLE

    @property
    def own_rate(self) -> Decimal | None:
        """What an hour of it is billed at, where that was said for this entry."""
        return self.bill_rate if self.has_own_rate else None

    @own_rate.setter
    def own_rate(self, amount: Decimal | None) -> None:
        self.has_own_rate, self.bill_rate = amount is not None, amount
        self.rate_currency = self.project.currency if amount is not None else ""

    @property
    def work(self) -> str:
        return work_value(self.project, self.task)

    @cached_property
    def tag_names(self) -> list[str]:
        """Its tags, by name; ``with_tags`` reads them along with many entries."""
        return list(self.tags.order_by("tag__name_key").values_list("tag__name", flat=True))

    @property
    def has_clock_times(self) -> bool:
        return self.started_at is not None

    @property
    def local_clock(self) -> tuple[datetime, datetime] | None:
        """Start and end on the clock of whoever worked, if they are known."""
        if self.started_at is None or self.stopped_at is None:
            return None
        zone = ZoneInfo(self.time_zone)
        return self.started_at.astimezone(zone), self.stopped_at.astimezone(zone)

    @property
    def clock_words(self) -> str:
        """9:00–12:30; "+1" when it ended on the next day."""
        if (ends := self.local_clock) is None:
            return ""
        start, end = ends
        days = (end.date() - start.date()).days
        with timezone.override(start.tzinfo):
            return f"{formats.clock(start)}–{formats.clock(end)}" + (f" +{days}" if days else "")


class TimeEntryTag(AccountModel):
    """A tag on a time entry."""

    entry = AccountForeignKey(TimeEntry, on_delete=CASCADE_IN_DATABASE, related_name="tags")
    tag = AccountForeignKey(Tag, on_delete=models.PROTECT, related_name="time_entries")

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "entry", "tag"], name="timeentrytag_once")]
        indexes = [models.Index(fields=["account", "tag", "entry"], name="timeentrytag_by_tag")]

    def __str__(self) -> str:
        return str(self.tag_id)
