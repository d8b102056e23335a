"""Projects, tasks and tags as people look for them."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership
from crm.models import Company, Tag
from crm.search import matching
from lib.text import fold
from tenancy.written import WrittenRecords
from timetracking.models import Project, ProjectQuerySet, Task, TimeEntry, TimeEntryTag, open_to
from timetracking.queries import WorkKey, key_of, takes_time

_TASKS = WrittenRecords(Task, "project", "project__company", by="public_id")
_PROJECTS = WrittenRecords(Project, "company", by="public_id")


def work_with(project_id: UUID, task_id: UUID | None) -> tuple[Project, Task | None] | None:
    """The project of this public id with its company, and its task; None where either is not there."""
    task = _TASKS.get(task_id) if task_id else None
    project = task.project if task else None if task_id else _PROJECTS.get(project_id)
    return (project, task) if project and project.public_id == project_id else None


def find_work(
    person: Membership, text: str, limit: int = 30, *, and_others: bool = False
) -> list[tuple[Project, Task | None]]:
    """Projects and tasks whose names, or whose company's name, hold every word of the text.

    Without a text: what the person worked on last ``and_others``, if they are wanted. Three statements at most.
    """
    if not text.strip():
        return _recent_work(person, limit, and_others)
    projects = list(Project.objects.active().open_to(person).select_related("company").by_name())
    tasks: dict[int, list[Task | None]] = {}
    for task in Task.objects.active().filter(project__archived_at=None).in_order():
        tasks.setdefault(task.project_id, []).append(task)
    words = fold(text).split()
    pairs = ((project, task) for project in projects for task in [None, *tasks.get(project.pk, [])])
    return list(islice((pair for pair in pairs if _holds(words, *pair)), limit))


def all_tags() -> QuerySet[Any]:
    """What fields for tags propose; asked for once a page shows one."""
    return Tag.objects.order_by("name_key").values_list("name", flat=True)[:300]


def tags_of_hours() -> QuerySet[Tag]:
    """Those that hours have; contacts and deals have others."""
    return Tag.objects.filter(Exists(TimeEntryTag.objects.filter(tag=OuterRef("pk")))).order_by("name_key")


def projects_found(projects: ProjectQuerySet, text: str, member: Membership) -> ProjectQuerySet:
    """Those whose own words, or those of a company that the member may see, begin with the words of ``text``."""
    companies = Company.objects.visible_to(member).filter(matching(Company, text))
    return projects.filter(matching(Project, text) | Q(company__in=companies))


def _holds(words: list[str], project: Project, task: Task | None) -> bool:
    name = fold(" ".join([project.client, project.name, project.code, task.name if task else ""]))
    return all(word in name for word in words)


def _recent_work(person: Membership, limit: int, and_others: bool) -> list[tuple[Project, Task | None]]:
    entries = TimeEntry.objects.of(person).filter(open_to(person)).with_names().order_by("-day", "-id")[:200]
    recent: dict[WorkKey, tuple[Project, Task | None]] = {
        key_of(entry): (entry.project, entry.task) for entry in entries if takes_time(entry)
    }
    if not recent or and_others:
        for project in Project.objects.active().open_to(person).select_related("company").by_name()[:limit]:
            recent.setdefault((project.pk, None), (project, None))
    return list(recent.values())[:limit]
