"""Who may log time on what: the rule, and the sentence for whom it keeps out."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import Membership
from accounts.permissions import can
from tenancy.context import current_actor
from timetracking.errors import Archived, NeedsClock, NotOnTheTeam
from timetracking.models import Project, ProjectMember, ProjectQuerySet, Task, TimeEntry, TimeSettings


def can_log_on(person: Membership, project: Project) -> bool:
    """Whether the person is on the project's team, or it has none."""
    return not closed_to(person, [project])


def teams_of(projects: Iterable[Project]) -> dict[int, set[int]]:
    """The people on these projects' teams, by the projects' numbers; a project without a team is not among them."""
    teams: dict[int, set[int]] = {}
    team = ProjectMember.objects.filter(project__in=projects).values_list("project_id", "person_id")
    for project_id, person_id in team:
        teams.setdefault(project_id, set()).add(person_id)
    return teams


def closed_to(person: Membership, projects: Iterable[Project]) -> set[int]:
    """The numbers of those projects whose team the person is not on: one statement."""
    return {project_id for project_id, people in teams_of(projects).items() if person.pk not in people}


def refuse_closed(
    person: Membership, project: Project, task: Task | None, teams: dict[int, set[int]] | None = None
) -> None:
    """Raise Archived or NotOnTheTeam, with what to do, where this person's time is not logged.

    ``teams`` are those of the project and others, where many are asked about.
    """
    for thing in (project, task):
        if thing and not thing.is_active:
            raise Archived(f"{thing} is archived. Restore it to log time on it.")
    team = (teams_of([project]) if teams is None else teams).get(project.pk)
    if team is not None and person.pk not in team:
        actor = current_actor()
        is_own = (actor.kind, actor.id) == ("member", person.pk)
        raise NotOnTheTeam(
            f"You are not on the team of {project}. Whoever manages it can add you."
            if is_own
            else f"{person} is not on the team of {project}. Add them there first."
        )


def refuse_without_clock(entry: TimeEntry) -> None:
    """Raise NeedsClock where the firm wants start and end, and this entry has none."""
    if not entry.has_clock_times and not entry.is_sample and TimeSettings.current().needs_clock:
        raise NeedsClock


def in_figures_of(member: Membership) -> ProjectQuerySet:
    """The projects whose rates and sums this member sees: billing has these, and no project's page."""
    return Project.objects.visible_to(member) if can(member, "project.view") else Project.objects.all()
