"""Who is on which project of the demo, how far its budget is used, and what the next one may begin with."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal

from accounts.members import actor_for
from accounts.models import Membership
from tenancy.context import activate
from timetracking import actions as time
from timetracking.models import Project, ProjectMember, ProjectTemplate, TimeEntry
from timetracking.projects import team, templates
from timetracking.projects.forms import typed_hours

TEAMS = ("Website relaunch", "Packaging", "Case portal")  # the boss manages them; the firm's own office is everybody's
NEARLY_USED = ("Packaging", Decimal("0.83"))
IN_MONEY = ("Case portal", Decimal(14_000))
TEMPLATE = ("Website relaunch", "Website")


def gather(boss: Membership, people: Iterable[Membership]) -> int:
    """Put the people on the teams, unless there are any. Returns how many teams are new."""
    with activate(boss.account, actor=actor_for(boss)):
        projects = {project.name: project for project in Project.objects.filter(name__in=TEAMS)}
        if not projects or ProjectMember.objects.exists():
            return 0
        for project in projects.values():
            team.add(project, [boss], as_managers=True)
            team.add(project, people)
        _nearly_use_up(projects[NEARLY_USED[0]], NEARLY_USED[1])
        name, amount = IN_MONEY
        _change(projects[name], {"budget_amount": ["", str(amount)]}, budget_minutes=None, budget_amount=amount)
        if not ProjectTemplate.objects.exists():
            templates.keep(projects[TEMPLATE[0]], TEMPLATE[1])
        return len(projects)


def _nearly_use_up(project: Project, share: Decimal) -> None:
    """Whatever day the demo begins on: the budget is as large as makes this share of it used."""
    used = TimeEntry.objects.filter(project=project).minutes()
    if not used:
        return
    minutes = int((used / share).to_integral_value(ROUND_FLOOR))
    former = typed_hours(project.budget_minutes or 0)
    _change(project, {"budget_hours": [former, typed_hours(minutes)]}, budget_minutes=minutes)


def _change(project: Project, changes: dict[str, list[str]], **terms: object) -> None:
    for name, value in terms.items():
        setattr(project, name, value)
    time.change(project, changes, expected=project.version)
