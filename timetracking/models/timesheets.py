"""A person's hours of one period as somebody approves them, and what was changed after that."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Membership
from lib import formats
from lib.weeks import days_between
from tenancy.models import (
    AccountForeignKey,
    AccountManager,
    AccountModel,
    AccountQuerySet,
    VersionedModel,
)
from timetracking.models.projects import Project


class TimesheetQuerySet(AccountQuerySet):
    """Timesheets by whose they are, which days they cover, and how far they are."""

    def of(self, person: Membership) -> Self:
        return self.filter(person=person)

    def touching(self, first: date, last: date) -> Self:
        """Those that cover at least one of these days."""
        return self.filter(first_day__lte=last, last_day__gte=first)

    def closed(self) -> Self:
        """Those whose hours may not be changed."""
        return self.filter(state__in=Timesheet.CLOSED)

    def waiting(self) -> Self:
        """Those that somebody has to look at."""
        return self.filter(state__in=Timesheet.WAITING)

    def with_names(self) -> Self:
        return self.select_related("person__user", "decided_by__user")


class Timesheet(VersionedModel):
    """One person's hours (and later expenses) of one period. There is a row once it was first submitted.

    Which state follows which is said in ``timetracking/sheets/states.py``, and nowhere else.
    """

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open", "Draft"
        SUBMITTED = "submitted", "Submitted"
        PARTLY_APPROVED = "partly_approved", "Partly approved"
        RETURNED = "returned", "Returned"
        APPROVED = "approved", "Approved"

    WAITING = (State.SUBMITTED, State.PARTLY_APPROVED)
    CLOSED = (*WAITING, State.APPROVED)

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    first_day = models.DateField(editable=False)
    last_day = models.DateField(editable=False)
    state = models.CharField(max_length=15, choices=State, default=State.OPEN, editable=False)
    level = models.PositiveSmallIntegerField(default=0, editable=False)  # how many levels have approved it
    has_no_hours = models.BooleanField(default=False, editable=False)  # said by the person: none were worked
    submitted_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = AccountForeignKey("accounts.Membership", models.PROTECT, null=True, related_name="+", editable=False)
    words = models.CharField(max_length=500, blank=True, editable=False)  # with which it was returned
    marked_days = ArrayField(models.DateField(), default=list, blank=True, editable=False)  # and the days meant

    belongs_to = "person"
    objects = AccountManager.from_queryset(TimesheetQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person", "last_day"],
                name="timesheet_once_a_period",
                violation_error_message="There is a timesheet of these days already.",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="timesheet_ends_after_it_begins",
                violation_error_message="The last day is not before the first.",
            ),
        ]
        indexes = [models.Index(fields=["account", "-first_day", "-id"], name="timesheet_newest")]

    def __str__(self) -> str:
        return f"{self.person}, {self.first_day:%d %b} to {self.last_day:%d %b %Y}"

    @property
    def days(self) -> list[date]:
        return days_between(self.first_day, self.last_day)

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING

    @property
    def is_closed(self) -> bool:
        return self.state in self.CLOSED


class Signature(AccountModel):
    """That somebody approved a timesheet on one level, or one project's part of it; for whom, if not for themselves."""

    sheet = AccountForeignKey(Timesheet, models.PROTECT, related_name="signatures")
    level = models.PositiveSmallIntegerField()
    project = AccountForeignKey(Project, models.PROTECT, null=True, related_name="+")
    by = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    on_behalf_of = AccountForeignKey("accounts.Membership", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    belongs_to = None

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sheet", "level", "project"],
                nulls_distinct=False,
                name="signature_once",
                violation_error_message="This was approved already.",
            )
        ]


class LateEdit(AccountModel):
    """A change of hours or expenses after they were approved or locked: what stood and stands there, and why."""

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    day = models.DateField()
    entry = models.UUIDField()  # the public id of the entry, or the expense: it may be gone
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    former_receipt = AccountForeignKey("accounts.StoredFile", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    by = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    belongs_to = "person"

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "person", "day"], name="lateedit_of_person")]

    @property
    def was(self) -> str:
        return _words(self.before)

    @property
    def became(self) -> str:
        return _words(self.after)


def _words(snapshot: dict[str, Any] | None) -> str:
    """What stood there, for people."""
    if snapshot is None:
        return "nothing"
    if "amount" in snapshot:
        amount = formats.money(Decimal(snapshot["amount"]), snapshot["currency"], cents=True)
        return " ".join(filter(None, [amount, snapshot["category"], snapshot["note"]]))
    return f"{formats.hours(snapshot['minutes'])} {snapshot['project_name']}"


class Delegation(AccountModel):
    """Who approves in somebody's place while they are away."""

    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+", editable=False)
    delegate = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    first_day = models.DateField("from")
    last_day = models.DateField("to")

    belongs_to = "person"

    class Meta(AccountModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="delegation_ends_after_it_begins",
                violation_error_message="The last day is not before the first.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.delegate)
