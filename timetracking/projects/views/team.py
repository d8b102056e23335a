"""A project's team: who is on it, and what changes that."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import allow, can
from tenancy.errors import Conflict
from timetracking.models import Project, ProjectMember
from timetracking.projects import team
from timetracking.projects.forms import MemberForm, TeamForm
from timetracking.projects.views.shared import frame, project_for


@require_safe
@allow("project.view")
def project_team(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who may log time on a project."""
    shown = project_for(request, public_id)
    people = team.others(shown, request.membership) if can(request.membership, "project.edit") else []
    return _page(request, shown, TeamForm(people=people) if people else None)


@require_POST
@allow("project.edit")
def team_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put several people on the team."""
    shown = project_for(request, public_id)
    form = TeamForm(request.POST, people=team.others(shown, request.membership))
    if not form.is_valid():
        return _page(request, shown, form)
    team.add(shown, form.cleaned_data["people"], as_managers=form.cleaned_data["as_managers"])
    return redirect("timetracking:project_team", request.account.slug, shown.public_id)


def _page(request: HttpRequest, shown: Project, form: TeamForm | None) -> HttpResponse:
    context = {**frame(request, shown, "team"), "team": team.team_of(shown), "form": form}
    status = 422 if form and form.is_bound else 200
    return render(request, "timetracking/projects/team.html", context, status=status)


@require_POST
@allow("project.edit")
def team_member(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make somebody a manager or a member, or take them off the team."""
    seen = Project.objects.visible_to(request.membership).values("pk")
    members = ProjectMember.objects.filter(project__in=seen).select_related("project", "person__user")
    member = get_object_or_404(members, public_id=public_id)
    form = MemberForm(request.POST)
    try:
        if form.is_valid():
            _change(member, form.cleaned_data["what"], form.cleaned_data["version"])
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    return redirect("timetracking:project_team", request.account.slug, member.project.public_id)


def _change(member: ProjectMember, what: str, version: int) -> None:
    if what == "remove":
        team.remove(member, expected=version)
    else:
        team.set_manager(member, what == "manager", expected=version)
