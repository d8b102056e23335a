"""Hours against what was planned: targets of people, budgets of projects, days that are missing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import allow, can
from timetracking.budgets.queries import standing
from timetracking.models import TimeSettings
from timetracking.reports.forms import ReportForm
from timetracking.reports.people import LATE_DAYS, people_report
from timetracking.reports.views import SEEN, frame

NOT_OF_DAYS = ("by", "then", "client", "project", "tag", "billable", "approved", "compare", "money")


@require_safe
@allow("report.people")
def utilisation(request: Any) -> HttpResponse:
    """How much of the time that people have is worked, and how much of it is billed."""
    return _people_page(request, "report_utilisation", SEEN.UTILISATION, "timetracking/reports/utilisation.html")


@require_safe
@allow("report.people")
def missing(request: Any) -> HttpResponse:
    """Days on which less was logged than expected, and what was logged long after."""
    return _people_page(request, "report_missing", SEEN.MISSING, "timetracking/reports/missing.html")


@require_safe
@allow("report.people")
def budgets(request: Any) -> HttpResponse:
    """What is used of the budgets of the projects that are worked on."""
    member = request.membership
    is_full = "full" in request.GET
    context = {**frame(request, "report_budgets"), "lines": standing(member, is_full=is_full), "is_full": is_full}
    context["may_open"] = can(member, "project.view")
    return render(request, "timetracking/reports/budgets.html", context)


def _people_page(request: Any, name: str, which: str, template: str) -> HttpResponse:
    report = people_report(request.GET, request.membership, which)
    context = {
        **frame(request, name),
        "lines": report.lines,
        "total": report.total,
        "hides_people": report.hides_people,
        "smallest_group": TimeSettings.current().smallest_group,
        "days": report.days,
        "late_days": LATE_DAYS,
        "period": report.asked.period,
        "trouble": report.trouble,
        "shown": (report.days or report.asked.period).label,
        "form": ReportForm(report.asked, request.membership, without=NOT_OF_DAYS),
    }
    return render(request, template, context)
