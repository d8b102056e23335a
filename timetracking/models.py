"""What is worked on (project, task), and who worked how long (time entry)."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts import choices
from accounts.models import Membership
from accounts.permissions import within_reach
from lib.durations import DAY
from lib.text import fold
from tenancy.models import (
    CASCADE_IN_DATABASE,
    AccountForeignKey,
    AccountManager,
    AccountModel,
    AccountQuerySet,
    VersionedModel,
)


class ProjectQuerySet(AccountQuerySet):
    """Projects by what a list asks of them."""

    def active(self) -> Self:
        """Those that time may be logged on."""
        return self.filter(archived_at__isnull=True)

    def archived(self) -> Self:
        """Those that only keep their hours."""
        return self.filter(archived_at__isnull=False)

    def own(self) -> Self:
        """Without sample data: what the firm counts."""
        return self.filter(is_sample=False)

    def by_name(self) -> Self:
        """In the order of every list; the number settles what is called alike."""
        return self.order_by("name_key", "id")


class Project(VersionedModel):
    """A piece of work for a company, or for the firm itself, that hours are logged on."""

    name = models.CharField(max_length=120)
    name_key = models.TextField(editable=False, db_collation="C")
    code = models.CharField(max_length=20, blank=True)
    company = AccountForeignKey("crm.Company", models.PROTECT, null=True, blank=True, related_name="projects")
    billable = models.BooleanField(default=True)
    hourly_rate = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default="EUR", choices=choices.currencies)
    budget_minutes = models.PositiveIntegerField("budget", null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)

    objects = AccountManager.from_queryset(ProjectQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(hourly_rate__isnull=True) | Q(hourly_rate__gte=0),
                name="project_rate_is_not_negative",
                violation_error_message="A rate is zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(budget_minutes__isnull=True) | Q(budget_minutes__gte=1),
                name="project_budget_is_some_time",
                violation_error_message="A budget is at least a minute. Leave it empty for none.",
            ),
        ]
        indexes = [models.Index(fields=["account", "name_key", "id"], name="project_by_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(self.name)
        super().save(*args, **kwargs)

    @property
    def is_active(self) -> bool:
        return self.archived_at is None

    @property
    def client(self) -> str:
        """Whom it is for, in words."""
        return str(self.company) if self.company else "Internal"


class TaskQuerySet(AccountQuerySet):
    """Tasks by what a list asks of them."""

    def active(self) -> Self:
        """Those that time may be logged on."""
        return self.filter(archived_at__isnull=True)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "id")


class Task(VersionedModel):
    """A kind of work within a project. Says whether it is billed only where the project's answer is wrong."""

    project = AccountForeignKey(Project, models.PROTECT, related_name="tasks")
    name = models.CharField(max_length=120)
    billable = models.BooleanField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)

    objects = AccountManager.from_queryset(TaskQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                F("account"),
                F("project"),
                Lower("name"),
                name="task_once_per_project",
                violation_error_message="This project already has a task with that name.",
            ),
            # What an entry's three-column key leads to.
            models.UniqueConstraint(fields=["account", "project", "id"], name="task_of_project"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.archived_at is None


def work_value(project: Project, task: Task | None) -> str:
    """A project, or one of its tasks, as addresses and forms say it."""
    return f"{project.public_id}.{task.public_id}" if task else str(project.public_id)


def work_name(project: Project, task: Task | None) -> str:
    """Website relaunch · Design."""
    return f"{project} · {task}" if task else str(project)


def is_billable(project: Project, task: Task | None) -> bool:
    """The task's answer where it has one, otherwise the project's."""
    return project.billable if task is None or task.billable is None else task.billable


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

    def with_names(self) -> Self:
        """Carrying project, company and task, so that showing them asks nothing more."""
        return self.select_related("project__company", "task")

    def for_sheet(self) -> Self:
        """Carrying what a sheet shows of them and no more: it may be hundreds."""
        own = ("day", "minutes", "started_at", "note", "billable", "locked_at", "lock_reason", "public_id", "version")
        work = ("project", "task", "project__company", "project__company__name")
        each = ("public_id", "name", "billable", "archived_at", "is_sample")
        names = (f"{thing}__{name}" for thing in ("project", "task") for name in each)
        return self.with_names().only(*own, *work, *names)


class TimeEntry(VersionedModel):
    """A stretch of work that one person did on one project on one day.

    ``locked_at`` is set from above (an approval, an invoice), with the reason in words; this app
    honours it. Clock times are there only when somebody gave them.
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
    locked_at = models.DateTimeField(null=True, blank=True, editable=False)
    lock_reason = models.CharField(max_length=200, blank=True, editable=False)

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
        """The database refuses a task of another project; here is the sentence."""
        if self.task_id and self.task.project_id != self.project_id:
            raise ValidationError({"task": "This task belongs to another project."})

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None

    @property
    def is_sample(self) -> bool:
        return self.source == self.Source.SAMPLE

    @property
    def has_clock_times(self) -> bool:
        return self.started_at is not None


class SheetRow(AccountModel):
    """A row that somebody put on one week's sheet, or took off it, before there were hours in it."""

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    week = models.DateField()
    project = AccountForeignKey(Project, CASCADE_IN_DATABASE, related_name="+")
    task = AccountForeignKey(Task, CASCADE_IN_DATABASE, null=True, blank=True, related_name="+")
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
