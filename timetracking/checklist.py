"""What a new firm does here in its first hour."""

from accounts.checklist import Step, register
from timetracking.models import Rate, TimeEntry

register(
    Step(
        "Create a project and set its rate",
        "timetracking:projects",
        "project.edit",
        30,
        lambda member: Rate.objects.filter(project__is_sample=False, amount__isnull=False).exists(),
    )
)
register(
    Step(
        "Track your first hour",
        "timetracking:week",
        "time.log",
        40,
        lambda member: TimeEntry.objects.own().of(member).exists(),
    )
)
