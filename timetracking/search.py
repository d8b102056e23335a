"""Projects are found by the words of their name and their code."""

from __future__ import annotations

from crm.search import SearchKind, register
from lib.text import words
from timetracking.models import Project

register(
    SearchKind(
        "project",
        Project,
        label="Projects",
        icon="briefcase",
        action="project.view",
        view="timetracking:project",
        list_view="timetracking:projects",
        words=lambda project: words(f"{project.name} {project.code}"),
        visible=lambda member: Project.objects.visible_to(member).select_related("company").by_name(),
        detail=lambda project: project.client,
    )
)
