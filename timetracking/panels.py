"""The projects of a company, beside its record."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import can
from crm.models import Company
from crm.panels import Context, Panel, register

SHOWN = 6


def projects_of(request: HttpRequest, company: Any) -> Context | None:
    """The active projects by name, and whether there are more; nothing for who may not see or add any."""
    if not can(request.membership, "project.view"):
        return None
    projects = list(company.projects.active().by_name()[: SHOWN + 1])
    may_edit = can(request.membership, "project.edit")
    if not projects and not may_edit:
        return None
    return {"projects": projects[:SHOWN], "has_more": len(projects) > SHOWN, "may_edit": may_edit, "company": company}


register(Panel(on=(Company,), template="timetracking/_company_projects.html", order=30, context=projects_of))
