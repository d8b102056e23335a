"""Teams and templates for programs: the same rules and actions as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from accounts.api import lists
from accounts.api.body import BodyForm, missing
from accounts.api.fields import (
    CREATED,
    EXAMPLE_ID,
    ID,
    UPDATED,
    VERSION,
    Flag,
    Money,
    Reference,
    References,
    Row,
    Text,
    Words,
)
from accounts.api.resource import Resource
from accounts.models import Membership
from accounts.queries import colleagues_of
from tenancy.errors import Conflict
from tenancy.fields import AccountChoiceField
from tenancy.forms import VersionedModelForm
from timetracking.models import Project, ProjectMember, ProjectTemplate, TemplateMember
from timetracking.projects import team, templates
from timetracking.projects.api import BUDGET, offer_projects
from timetracking.projects.forms import MOST_TASKS, TemplateForm


class MemberBody(BodyForm, VersionedModelForm):
    """Somebody on a project's team; both stay, and only the part changes."""

    person = AccountChoiceField(model=Membership, error_messages=missing("member"))

    class Meta:
        model = ProjectMember
        fields = ["project", "person", "is_manager"]
        error_messages = {"project": missing("project")}

    def __init__(self, given: Mapping[str, Any], *, instance: ProjectMember, member: Membership) -> None:
        super().__init__(given, instance=instance)
        offer_projects(self, member)
        if "person" in self.fields:
            self.fields["person"].queryset = Membership.objects.active().filter(account_id=member.account_id)

    def clean_project(self) -> Project:
        return self._unmoved("project")

    def clean_person(self) -> Membership:
        return self._unmoved("person")

    def _unmoved(self, name: str) -> Any:
        given = self.cleaned_data[name]
        if not self.instance._state.adding and given.pk != getattr(self.instance, f"{name}_id"):
            raise forms.ValidationError("Take this person off the team, and put whom you mean on it.")
        return given


class ProjectMembers(Resource):
    """``/project-members/``"""

    name, one = "project-members", "project_member"
    about = "Who is on which project's team. Only the team logs time on a project; without a team everybody does."
    model, scope = ProjectMember, "time"
    may = {
        "browse": "project.view",
        "create": "project.edit",
        "read": "project.view",
        "change": "project.edit",
        "delete": "project.edit",
    }
    fields = (
        ID,
        VERSION,
        Reference("project", "On whose team.", EXAMPLE_ID, to="projects", is_required=True, may_be_null=False),
        Reference("person", "Who.", EXAMPLE_ID, to="members", is_required=True, may_be_null=False),
        Flag("is_manager", "Whether they are told when the budget runs out.", False),
        CREATED,
        UPDATED,
    )
    orders = {"created_at": ("id",), "-created_at": ("-id",)}
    filters = (
        lists.by_reference("project", Project.objects.visible_to, "On this project's team."),
        lists.by_reference("person", colleagues_of, "This person."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        return ProjectMember.objects.filter(project__in=Project.objects.visible_to(member).values("pk"))

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("project", "person__user")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return MemberBody(given, instance=record or ProjectMember(), member=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        given: ProjectMember = form.instance
        if given._state.adding:
            added = team.add(given.project, [given.person], as_managers=given.is_manager)
            if not added:
                raise Conflict(f"{given.person} was put on the team by somebody else meanwhile.")
            return added[0]
        stored = self.editable(request.membership).get(pk=given.pk)
        team.set_manager(stored, given.is_manager, expected=form.stored_version)
        return stored

    def remove(self, record: Any, request: Any) -> None:
        team.remove(record, expected=record.version)


class TaskNames(Words):
    """The names of a template's tasks, in order."""

    is_plain = False

    def show(self, row: Row) -> Any:
        return [task["name"] for task in row["tasks"]]


class TaskLines(forms.Field):
    """A list of names, as the lines that people type."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> str:
        return "\n".join(" ".join(name.split()) for name in value or [])


class TemplateBody(BodyForm, TemplateForm):
    """A template whose tasks and people are lists."""

    budget_hours = None
    tasks = TaskLines(required=False)

    class Meta(TemplateForm.Meta):
        fields = [*TemplateForm.Meta.fields, "budget_minutes"]


class ProjectTemplates(Resource):
    """``/project-templates/``"""

    name, one = "project-templates", "project_template"
    about = "What a new project may begin with: terms, tasks and team."
    model, scope = ProjectTemplate, "time"
    may = dict.fromkeys(("browse", "create", "read", "change", "delete"), "project.edit")
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Website", is_required=True),
        Flag("billable", "Whether hours are billed, unless a task says otherwise.", True),
        Money("hourly_rate", "What an hour costs at first.", {"amount": "95.00", "currency": "EUR"}, needs="rate.view"),
        BUDGET,
        TaskNames("tasks", "The tasks by name, in order; the list replaces the former one.", ["Design", "Build"],
                  longest=120, most=MOST_TASKS),
        References("people", "Who is on the team; nobody means everybody.", [], to="members"),
        CREATED,
        UPDATED,
    )  # fmt: skip
    orders = {"created_at": ("id",), "-created_at": ("-id",)}

    def visible(self, member: Membership) -> QuerySet[Any]:
        return ProjectTemplate.objects.all()

    def made_up(self) -> dict[str, Any]:
        members = TemplateMember.objects.filter(template=OuterRef("pk")).order_by("id")
        return {"people": ArraySubquery(members.values("person__public_id"))}

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return TemplateBody(given, instance=record or ProjectTemplate(currency=request.account.currency))

    def store(self, form: Any, request: Any) -> Any:
        template, is_new = form.save(commit=False), form.instance._state.adding
        parts = {name: form.cleaned_data.get(name) for name in ("tasks", "people")}
        if is_new:
            return templates.create(template, **parts)
        templates.change(template, form.changes(), expected=form.stored_version, **parts)
        return template

    def remove(self, record: Any, request: Any) -> None:
        templates.remove(record)


RESOURCES = (ProjectMembers(), ProjectTemplates())
