"""Projects, tasks, teams and templates for programs: the same rules and actions as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.api import lists
from accounts.api.body import BodyForm, missing
from accounts.api.fields import (
    CREATED,
    EXAMPLE_ID,
    ID,
    SAMPLE,
    UPDATED,
    VERSION,
    Field,
    Flag,
    MaybeFlag,
    Money,
    Reference,
    Row,
    Schema,
    Status,
    Text,
    Whole,
    Wrong,
)
from accounts.api.resource import Resource
from accounts.models import Membership
from crm.models import Company
from tenancy.forms import VersionedModelForm
from timetracking import actions
from timetracking.finding import projects_found
from timetracking.models import Project, Task, Terms
from timetracking.projects.forms import ProjectForm
from timetracking.rates.actions import set_rate
from timetracking.rates.queries import BILL, current_rate_of

MINUTES = Whole("budget_minutes", "The budget in minutes; null where it is of money, or there is none.", 6000,
                may_be_null=True)  # fmt: skip
AMOUNT = Money("budget_amount", digits=9)


@dataclass(frozen=True)
class Budget(Field):
    """How much of the work there may be: of hours or of money, for all of it or for each month; or null."""

    is_plain = False
    parts = ("minutes", "amount", "period")
    columns = ("budget_minutes", "budget_amount", "budget_period", "currency")
    form_names = ("budget_minutes", "budget_amount", "budget_period")

    def show(self, row: Row) -> Any:
        minutes, amount = row["budget_minutes"], row["budget_amount"]
        if minutes is None and amount is None:
            return None
        kind = "hours" if amount is None else "money"
        return {"kind": kind, "period": row["budget_period"], "minutes": minutes, "amount": AMOUNT.show(row)}

    def take(self, value: Any) -> dict[str, Any]:
        if value is None:
            return {"budget_minutes": None, "budget_amount": None, "budget_period": Terms.Period.TOTAL}
        if not isinstance(value, dict) or value.keys() - {*self.parts, "kind"}:
            raise Wrong('Write a budget, as in {"minutes": 6000, "period": "monthly"}, or null.')
        if value.get("period", Terms.Period.TOTAL) not in Terms.Period.values:
            raise Wrong(f"Its period is one of: {', '.join(Terms.Period.values)}.")
        given = {**MINUTES.take(value.get("minutes")), **AMOUNT.take(value.get("amount"))}
        if (given["budget_minutes"] is None) == (given["budget_amount"] is None):
            raise Wrong("A budget is of hours or of money: give minutes or amount.")
        if value.get("kind", self._kind(given)) != self._kind(given):
            raise Wrong("Its kind is hours where it has minutes, and money where it has an amount.")
        return {**given, "budget_period": value.get("period", Terms.Period.TOTAL)}

    def schema(self, model: type[Any]) -> Schema:
        parts = {
            "kind": {"type": "string", "enum": ["hours", "money"]},
            "period": {"type": "string", "enum": list(Terms.Period.values)},
            "minutes": {"type": ["integer", "null"], "minimum": 1, "maximum": MINUTES.most},
            "amount": AMOUNT.schema(model),
        }
        return {**super().schema(model), "type": ["object", "null"], "properties": parts, "additionalProperties": False}

    @staticmethod
    def _kind(given: dict[str, Any]) -> str:
        return "hours" if given["budget_amount"] is None else "money"


BUDGET = Budget(
    "budget",
    "Of hours (minutes) or of money (amount), total or monthly; null for none.",
    {"kind": "hours", "period": "monthly", "minutes": 6000, "amount": None},
    needs="rate.view",
)


class StatusField(forms.ChoiceField):
    """Active or archived; nothing leaves it as it is."""

    def __init__(self) -> None:
        super().__init__(required=False, choices=[("active", "active"), ("archived", "archived")])


class WorkResource(Resource):
    """Projects and tasks: what they do alike."""

    scope = "time"
    may = {"browse": "project.view", "create": "project.edit", "read": "project.view", "change": "project.edit"}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return self.model._default_manager.visible_to(member)

    def store(self, form: Any, request: Any) -> Any:
        thing, is_new = form.save(commit=False), form.instance._state.adding
        if is_new:
            actions.create(thing)
        else:
            actions.change(thing, form.changes(), expected=form.stored_version)
        if status := form.cleaned_data.get("status"):
            actions.archive(thing) if status == "archived" else actions.restore(thing)
        return thing


STATUS = lists.by_word(
    "status", {"active": Q(archived_at__isnull=True), "archived": Q(archived_at__isnull=False)}, "Active or archived."
)


class ProjectBody(BodyForm, ProjectForm):
    """A project with its budget in minutes."""

    budget_hours = told = None
    status = StatusField()
    sets_rate_now = True

    class Meta(ProjectForm.Meta):
        fields = [*ProjectForm.Meta.fields, "budget_minutes"]
        error_messages = {"company": missing("company")}


class Projects(WorkResource):
    """``/projects/``"""

    name, one = "projects", "project"
    about = "What hours are logged on, for a company or for the firm itself. Archived ones keep their hours."
    model, is_searched = Project, True
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Website relaunch", is_required=True),
        Text("code", "As on the firm's offers.", "TW-26"),
        Reference("company", "Whom it is for; null for the firm's own work.", EXAMPLE_ID, to="companies"),
        Flag("billable", "Whether its hours are billed, unless a task says otherwise.", True),
        Money(
            "hourly_rate",
            "What an hour costs today; a change counts from today on.",
            {"amount": "95.00", "currency": "EUR"},
            needs="rate.view",
        ),
        MINUTES,
        BUDGET,
        Status("status", "Archived projects take no more hours.", "active"),
        SAMPLE,
        CREATED,
        UPDATED,
    )
    orders = {
        "name": ("name_key", "id"),
        "-name": ("-name_key", "-id"),
        "created_at": ("id",),
        "-created_at": ("-id",),
    }
    filters = (
        lists.by_reference("company", lambda member: Company.objects.visible_to(member), "For this company."),
        STATUS,
    )

    def searched(self, rows: QuerySet[Any], text: str, member: Membership) -> QuerySet[Any]:
        return projects_found(rows, text, member)

    def made_up(self) -> dict[str, Any]:
        return {"hourly_rate": current_rate_of(OuterRef("pk"))}

    def store(self, form: Any, request: Any) -> Any:
        is_new = form.instance._state.adding
        project = super().store(form, request)
        wanted = form.cleaned_data.get("hourly_rate")
        if "hourly_rate" in form.cleaned_data and not is_new and project.hourly_rate != wanted:
            set_rate(BILL, wanted, project=project, starts_on=timezone.localdate())
        return project

    def editable(self, member: Membership) -> QuerySet[Any]:
        return Project.objects.visible_to(member).select_related("company")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        instance = record or Project(currency=request.account.currency)
        return ProjectBody(given, instance=instance, member=request.membership)


class TaskBody(BodyForm, VersionedModelForm):
    """A task; it stays in the project it was made in, because its hours do."""

    status = StatusField()

    class Meta:
        model = Task
        fields = ["project", "name", "billable"]
        error_messages = {"project": missing("project")}

    def __init__(self, given: Mapping[str, Any], *, instance: Task, member: Membership) -> None:
        super().__init__(given, instance=instance)
        offer_projects(self, member)

    def clean_project(self) -> Project:
        project: Project = self.cleaned_data["project"]
        if not self.instance._state.adding and project.pk != self.instance.project_id:
            raise forms.ValidationError("A task stays in its project.")
        return project


class Tasks(WorkResource):
    """``/tasks/``"""

    name, one, about = "tasks", "task", "Kinds of work within a project."
    model = Task
    fields = (
        ID,
        VERSION,
        Reference("project", "Where it belongs.", EXAMPLE_ID, to="projects", is_required=True, may_be_null=False),
        Text("name", "What it is called.", "Design", is_required=True),
        MaybeFlag("billable", "Whether its hours are billed; null for as the project says.", None),
        Status("status", "Archived tasks take no more hours.", "active"),
        SAMPLE,
        CREATED,
        UPDATED,
    )
    orders = {"created_at": ("id",), "-created_at": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}
    filters = (lists.by_reference("project", Project.objects.visible_to, "Of this project."), STATUS)

    def editable(self, member: Membership) -> QuerySet[Any]:
        return Task.objects.visible_to(member).select_related("project")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return TaskBody(given, instance=record or Task(), member=request.membership)


def offer_projects(form: Any, member: Membership) -> None:
    """The projects that this member may see, for the form's field of one."""
    if "project" in form.fields:
        form.fields["project"].queryset = Project.objects.visible_to(member)


RESOURCES = (Projects(), Tasks())
