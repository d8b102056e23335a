"""Who is on a project's team. The first one closes the project to everybody else, the last one opens it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

import audit
from accounts.models import Membership
from accounts.queries import colleagues_of
from tenancy.errors import Conflict
from timetracking.models import Project, ProjectMember


def team_of(project: Project) -> list[ProjectMember]:
    """By name, managers first; who left the firm is not shown any more."""
    members = project.members.filter(person__removed_at=None).select_related("person__user")
    return list(members.order_by("-is_manager", "person__user__first_name", "person__user__last_name", "id"))


def others(project: Project, asking: Membership) -> list[Membership]:
    """Those at work here who are not on the team yet, by name."""
    on_it = project.members.values("person")
    return list(colleagues_of(asking).active().exclude(pk__in=on_it).by_name())


@transaction.atomic
def add(project: Project, people: Iterable[Membership], *, as_managers: bool = False) -> list[ProjectMember]:
    """Put these people on the team; who is on it already stays as they are."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    there = set(project.members.values_list("person_id", flat=True))
    new = [
        ProjectMember(project=project, person=person, is_manager=as_managers)
        for person in people
        if person.pk not in there
    ]
    for member in ProjectMember.objects.bulk_create(new):
        _say("joined", member)
    return new


@transaction.atomic
def set_manager(member: ProjectMember, is_manager: bool, *, expected: int) -> None:
    """A manager hears of the project's budget; raises Conflict when somebody changed this meanwhile."""
    if member.is_manager != is_manager:
        member.is_manager = is_manager
        member.save_checked(expected)
        _say("promoted" if is_manager else "demoted", member)


@transaction.atomic
def remove(member: ProjectMember, *, expected: int) -> None:
    """Take somebody off the team; their hours stay. Raises Conflict when somebody changed this meanwhile."""
    if not ProjectMember.objects.filter(pk=member.pk, version=expected).delete()[0]:
        raise Conflict(f"The team of {member.project} was changed by somebody else meanwhile.")
    _say("left", member)


def _say(verb: str, member: ProjectMember) -> None:
    audit.record(f"project.member_{verb}", member.project, data={"person": str(member.person)})
