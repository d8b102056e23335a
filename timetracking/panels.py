"""The projects of a company and of a deal, beside their records; a won deal leads to a new one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.permissions import can
from crm.deals import offers
from crm.models import Company, Contact, Deal
from crm.panels import Context, Panel, register, register_action
from timetracking.models import Project

SHOWN = 6


def projects_of(request: HttpRequest, company: Any) -> Context | None:
    """The active projects by name, and whether there are more; nothing for who may not see or add any."""
    if not can(request.membership, "project.view"):
        return None
    projects = list(company.projects.visible_to(request.membership).active().by_name()[: SHOWN + 1])
    may_edit = can(request.membership, "project.edit")
    if not projects and not may_edit:
        return None
    return {"projects": projects[:SHOWN], "has_more": len(projects) > SHOWN, "may_edit": may_edit, "company": company}


def projects_from(request: HttpRequest, deal: Any) -> Context | None:
    """The projects that came of a deal, and the way to a new one once it is won."""
    if not can(request.membership, "project.view"):
        return None
    projects = list(deal.projects.visible_to(request.membership).by_name())
    may_create = deal.status == Deal.Status.WON and not deal.is_in_bin and can(request.membership, "project.edit")
    return {"projects": projects, "may_create": may_create, "deal": deal} if projects or may_create else None


def timer_on(request: HttpRequest, record: Any) -> Context | None:
    """The projects on which this member may start their timer for a record: a deal's own, else those of the company."""
    member = request.membership  # type: ignore[attr-defined]
    is_closed = record.is_in_bin or getattr(record, "is_restricted", False)
    if is_closed or not can(member, "time.log"):
        return None
    of = {"deal": record} if isinstance(record, Deal) else {"company": _company_of(record)}
    if None in of.values():
        return None
    projects = list(Project.objects.filter(**of).visible_to(member).open_to(member).active().by_name()[:SHOWN])
    return {"projects": projects} if projects else None


def _company_of(record: Any) -> Company | None:
    return record if isinstance(record, Company) else record.company


register_action(
    Panel(on=(Contact, Company, Deal), template="timetracking/_start_timer.html", order=10, context=timer_on)
)
register(Panel(on=(Deal,), template="timetracking/_deal_projects.html", order=30, context=projects_from))
offers.register(offers.Offer("Mark as won and create project", "project.edit", "timetracking:project_create"))
register(Panel(on=(Company,), template="timetracking/_company_projects.html", order=30, context=projects_of))
