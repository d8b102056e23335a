"""What is worked on: a project, and the tasks within it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from accounts import choices
from accounts.models import Membership
from accounts.permissions import can, can_for_others
from lib.text import fold
from tenancy.models import AccountForeignKey, AccountManager, AccountQuerySet, VersionedModel


class ProjectQuerySet(AccountQuerySet):
    """Projects by what a list asks of them."""

    def visible_to(self, membership: Membership) -> Self:
        """What this member may see: all, or those that they may log time on."""
        if can_for_others(membership, "project.view"):
            return self
        return self.open_to(membership) if can(membership, "project.view") else self.none()

    def open_to(self, person: Membership) -> Self:
        """Those whose team this person is on, and those that have none, which are everybody's."""
        return self.filter(open_to(person, "pk"))

    def of_member(self, person: Membership) -> Self:
        """Those whose team this person is on."""
        return self.filter(Exists(ProjectMember.objects.filter(project=OuterRef("pk"), person=person)))

    def active(self) -> Self:
        """Those that time may be logged on."""
        return self.filter(archived_at__isnull=True)

    def archived(self) -> Self:
        """Those that only keep their hours."""
        return self.filter(archived_at__isnull=False)

    def own(self) -> Self:
        """Without sample data: what the firm counts."""
        return self.filter(is_sample=False)

    def with_budget(self) -> Self:
        """Those that may take so many hours, or so much money."""
        return self.exclude(budget_minutes=None, budget_amount=None)

    def by_name(self) -> Self:
        """In the order of every list; the number settles what is called alike."""
        return self.order_by("name_key", "id")


class Terms(VersionedModel):
    """On what terms work is done: whether it is billed, and how much of it there may be. Rates are rows of their own.

    A budget is of hours, of money, or there is none; it lasts for the whole project, or begins anew each month.
    """

    class Period(models.TextChoices):
        """How long a budget lasts."""

        TOTAL = "total", "for the whole project"
        MONTHLY = "monthly", "for each month"

    billable = models.BooleanField(default=True)
    currency = models.CharField(max_length=3, default="EUR", choices=choices.currencies)
    budget_minutes = models.PositiveIntegerField("budget", null=True, blank=True)
    budget_amount = models.DecimalField(
        "budget in money", max_digits=11, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )  # fmt: skip
    budget_period = models.CharField(
        "budget lasts", max_length=7, choices=Period, default=Period.TOTAL, db_default=Period.TOTAL
    )

    class Meta(VersionedModel.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(budget_minutes__isnull=True) | Q(budget_minutes__gte=1),
                name="%(class)s_budget_is_some_time",
                violation_error_message="A budget is at least a minute. Leave it empty for none.",
            ),
            models.CheckConstraint(
                condition=Q(budget_amount__isnull=True) | Q(budget_amount__gt=0),
                name="%(class)s_budget_is_some_money",
                violation_error_message="A budget is more than nothing. Leave it empty for none.",
            ),
            models.CheckConstraint(
                condition=Q(budget_minutes__isnull=True) | Q(budget_amount__isnull=True),
                name="%(class)s_budget_is_of_one_kind",
                violation_error_message="A budget is of hours or of money. Leave one of the two empty.",
            ),
        ]

    @property
    def has_budget(self) -> bool:
        return self.budget_minutes is not None or self.budget_amount is not None

    @property
    def budget_is_money(self) -> bool:
        return self.budget_amount is not None

    @property
    def budget_is_monthly(self) -> bool:
        return self.budget_period == self.Period.MONTHLY


class Project(Terms):
    """A piece of work for a company, or for the firm itself, that hours are logged on."""

    name = models.CharField(max_length=120)
    name_key = models.TextField(editable=False, db_collation="C")
    code = models.CharField(max_length=20, blank=True)
    company = AccountForeignKey("crm.Company", models.PROTECT, null=True, blank=True, related_name="projects")
    deal = AccountForeignKey(
        "crm.Deal", models.PROTECT, null=True, blank=True, editable=False, related_name="projects"
    )  # the won deal that it came from
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(default=False, db_default=False, editable=False)

    objects = AccountManager.from_queryset(ProjectQuerySet)()

    class Meta(Terms.Meta):
        indexes = [models.Index(fields=["account", "name_key", "id"], name="project_by_name")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = fold(self.name)
        super().save(*args, **kwargs)
        if (first := self.__dict__.pop("_first_rate", None)) is not None:
            self.rates.create(kind="bill", amount=first)

    @property
    def hourly_rate(self) -> Decimal | None:
        """What it says itself of an hour today: a row of the table of rates. A new project is given its first one."""
        if self._state.adding:
            return self.__dict__.get("_first_rate")
        return self.rates.said_by_projects_today().values_list("amount", flat=True).first()

    @hourly_rate.setter
    def hourly_rate(self, amount: Decimal | None) -> None:
        if not self._state.adding:
            raise TypeError("A rate changes from a day on: rates.actions.set_rate.")
        self.__dict__["_first_rate"] = amount

    @property
    def is_active(self) -> bool:
        return self.archived_at is None

    @property
    def client(self) -> str:
        """Whom it is for, in words."""
        return str(self.company) if self.company else "Internal"


class ProjectMember(VersionedModel):
    """A person on a project's team. A project without a team is everybody's."""

    project = AccountForeignKey(Project, models.PROTECT, related_name="members")
    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    is_manager = models.BooleanField(default=False)

    belongs_to = None

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "project", "person"],
                name="projectmember_once",
                violation_error_message="This person is on the team already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.project}"


def open_to(person: Membership, project: str = "project") -> Q:
    """The one rule of who may log time where, as a condition on rows that name a project in ``project``."""
    team = ProjectMember.objects.filter(project=OuterRef(project))
    return Q(~Exists(team)) | Q(Exists(team.filter(person=person)))


class TaskQuerySet(AccountQuerySet):
    """Tasks by what a list asks of them."""

    def visible_to(self, membership: Membership) -> Self:
        """Those of the projects that this member may see."""
        return self.filter(project__in=Project.objects.visible_to(membership).values("pk"))

    def active(self) -> Self:
        """Those that time may be logged on."""
        return self.filter(archived_at__isnull=True)

    def in_order(self) -> Self:
        """As somebody put them; what nobody moved, by name."""
        return self.order_by("position", Lower("name"), "id")


class Task(VersionedModel):
    """A kind of work within a project. Says whether it is billed only where the project's answer is wrong."""

    project = AccountForeignKey(Project, models.PROTECT, related_name="tasks")
    name = models.CharField(max_length=120)
    billable = models.BooleanField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0, db_default=0, editable=False)
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


def refuse_task_of_another(project_id: int | None, task: Task | None) -> None:
    """The database refuses a task of another project; here is the sentence."""
    if task is not None and task.project_id != project_id:
        raise ValidationError({"task": "This task belongs to another project."})
