"""How a kind of project usually looks: what a new one may begin with."""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from tenancy.models import AccountForeignKey, AccountManager, AccountModel, AccountQuerySet
from timetracking.models.projects import Terms


class ProjectTemplateQuerySet(AccountQuerySet):
    """Templates as a list shows them."""

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "id")

    def with_team_size(self) -> Self:
        """Carrying how many are on the team."""
        return self.annotate(
            team_size=models.Count("members", filter=models.Q(members__person__removed_at=None), distinct=True)
        )


class ProjectTemplate(Terms):
    """A project's terms, tasks and team, kept for the next one of its kind."""

    name = models.CharField(max_length=120)
    hourly_rate = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )  # what a project made of it begins with
    tasks = models.JSONField(default=list, editable=False)  # [{"name": "Design", "billable": null}], in order

    objects = AccountManager.from_queryset(ProjectTemplateQuerySet)()

    class Meta(Terms.Meta):
        constraints = [
            *Terms.Meta.constraints,
            models.CheckConstraint(
                condition=Q(hourly_rate__isnull=True) | Q(hourly_rate__gte=0),
                name="projecttemplate_rate_is_not_negative",
                violation_error_message="A rate is zero or more.",
            ),
            models.UniqueConstraint(
                F("account"),
                Lower("name"),
                name="projecttemplate_once",
                violation_error_message="There is a template with that name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateMember(AccountModel):
    """Somebody who is on the team of what is made from a template."""

    template = AccountForeignKey(ProjectTemplate, models.PROTECT, related_name="members")
    person = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    is_manager = models.BooleanField(default=False)

    belongs_to = None

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "template", "person"],
                name="templatemember_once",
                violation_error_message="This person is on the team already.",
            )
        ]
