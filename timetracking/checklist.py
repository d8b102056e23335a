"""What a new firm does here in its first hour."""

from accounts.checklist import Step, register
from timetracking.models import Project, TimeEntry

register(
    Step(
        "Create a project",
        "timetracking:projects",
        "project.edit",
        30,
        lambda member: Project.objects.exists(),
    )
)
register(
    Step(
        "Track your first hour",
        "timetracking:week",
        "time.log",
        40,
        lambda member: TimeEntry.objects.of(member).exists(),
    )
)
