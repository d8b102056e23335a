"""Which projects a page may show, and what stands around each of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Deal
from timetracking.models import Project, ProjectQuerySet, Task


def projects_for(request: HttpRequest) -> ProjectQuerySet:
    """Those that this member may see."""
    return Project.objects.visible_to(request.membership).select_related("company")  # type: ignore[attr-defined]


def project_for(request: HttpRequest, public_id: UUID) -> Project:
    return get_object_or_404(projects_for(request), public_id=public_id)


def task_for(request: HttpRequest, public_id: UUID) -> Task:
    tasks = Task.objects.visible_to(request.membership).select_related("project__company")  # type: ignore[attr-defined]
    return get_object_or_404(tasks, public_id=public_id)


def frame(request: HttpRequest, project: Project, current: str) -> dict[str, Any]:
    """The project's head and tabs."""
    member, slug = request.membership, request.account.slug  # type: ignore[attr-defined]
    counts = {"tasks": project.tasks.active().count(), "team": project.members.filter(person__removed_at=None).count()}
    pages = (("Overview", "project", "overview"), ("Tasks", "project_tasks", "tasks"), ("Team", "project_team", "team"))
    return {
        "project": project,
        "project_tabs": [
            {
                "label": label,
                "url": reverse(f"timetracking:{view}", args=[slug, project.public_id]),
                "is_current": name == current,
                "count": counts.get(name),
            }
            for label, view, name in pages
        ],
        "may_edit": can(member, "project.edit"),
        "may_open_company": can(member, "company.view", project.company),
        "from_deal": _deal_of(project, member),
    }


def _deal_of(project: Project, member: Membership) -> Deal | None:
    """The deal that the project came from, if this member may see it."""
    if project.deal_id is None or not can(member, "deal.view"):
        return None
    return Deal.objects.live().visible_to(member).filter(pk=project.deal_id).first()
