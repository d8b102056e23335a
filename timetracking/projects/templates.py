"""What a new project may begin with: the terms, tasks and team of one like it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

import audit
from accounts.models import Membership
from tenancy.context import current_account_id
from timetracking import actions
from timetracking.models import Project, ProjectMember, ProjectTemplate, Task, TemplateMember
from timetracking.projects import team

TERMS = ("billable", "hourly_rate", "currency", "budget_minutes", "budget_amount", "budget_period")


@transaction.atomic
def keep(project: Project, name: str) -> ProjectTemplate:
    """Save a project's terms, open tasks and team as a template."""
    tasks = [{"name": task.name, "billable": task.billable} for task in project.tasks.active().in_order()]
    terms = {term: getattr(project, term) for term in TERMS}
    template: ProjectTemplate = ProjectTemplate.objects.create(name=name, tasks=tasks, **terms)
    members = ProjectMember.objects.filter(project=project, person__removed_at=None)
    TemplateMember.objects.bulk_create(
        TemplateMember(template=template, person_id=member.person_id, is_manager=member.is_manager)
        for member in members
    )
    audit.record("project_template.created", template)
    return template


@transaction.atomic
def fill(project: Project, template: ProjectTemplate) -> Project:
    """Give a new project the template's tasks and team. Its terms were on the form."""
    for number, task in enumerate(template.tasks, start=1):
        actions.create(Task(project=project, name=task["name"], billable=task["billable"], position=number))
    people = people_of(template)
    team.add(project, [person for person, is_manager in people if is_manager], as_managers=True)
    team.add(project, [person for person, is_manager in people if not is_manager])
    return project


def people_of(template: ProjectTemplate) -> list[tuple[Membership, bool]]:
    """Who is on its team and still in the firm, and whether as a manager."""
    managers = dict(template.members.values_list("person_id", "is_manager"))
    people = Membership.objects.active().filter(account_id=current_account_id(), pk__in=managers).by_name()
    return [(person, managers[person.pk]) for person in people]


@transaction.atomic
def create(
    template: ProjectTemplate, *, tasks: Sequence[str] | None, people: Iterable[Membership] | None
) -> ProjectTemplate:
    """Store a template that was not a project before."""
    template.tasks = [{"name": name, "billable": None} for name in tasks or ()]
    template.save(force_insert=True)
    TemplateMember.objects.bulk_create(TemplateMember(template=template, person=person) for person in people or ())
    audit.record("project_template.created", template)
    return template


@transaction.atomic
def change(
    template: ProjectTemplate,
    changes: dict[str, list[str]],
    *,
    tasks: Sequence[str] | None,
    people: Iterable[Membership] | None,
    expected: int,
) -> None:
    """Store a changed template. A task that keeps its name keeps its billing, a person who stays their part."""
    if not changes:
        return
    if tasks is not None:
        billing = {task["name"]: task["billable"] for task in template.tasks}
        template.tasks = [{"name": name, "billable": billing.get(name)} for name in tasks]
    template.save_checked(expected)
    if people is not None:
        managers = set(template.members.filter(is_manager=True).values_list("person_id", flat=True))
        template.members.all().delete()
        TemplateMember.objects.bulk_create(
            TemplateMember(template=template, person=person, is_manager=person.pk in managers) for person in people
        )
    audit.record("project_template.changed", template, data={"changes": changes})


@transaction.atomic
def remove(template: ProjectTemplate) -> None:
    """Delete a template; the projects that were made from it stay."""
    audit.record("project_template.deleted", template, data={"name": template.name})
    list(ProjectTemplate.objects.select_for_update().filter(pk=template.pk))  # nobody puts people in meanwhile
    template.members.all().delete()
    template.delete()


def terms_of(template: ProjectTemplate) -> dict[str, Any]:
    """What a new project's form begins with."""
    return {term: getattr(template, term) for term in TERMS}
