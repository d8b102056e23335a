"""Who is on which team, who hears of a budget; what a project begins with is the firm's trade."""

from __future__ import annotations

from datamap import Subject, describe
from timetracking.models import BudgetAlert, BudgetWatcher, ProjectMember, ProjectTemplate, TemplateMember

TERMS = {
    "currency": "business",
    "budget_minutes": "business",
    "budget_amount": "business",
}

describe(
    ProjectMember,
    purpose="Knowing who works on a project, and who manages it",
    subject=Subject.MEMBER,
    not_personal=frozenset({"is_manager"}),
    rows_for="person",
)

describe(
    ProjectTemplate,
    fields={"name": "business", "hourly_rate": "business", "tasks": "business", **TERMS},
    not_personal=frozenset({"billable", "budget_period"}),
)

describe(
    TemplateMember,
    purpose="Putting the same people on the team of the next project of its kind",
    subject=Subject.MEMBER,
    not_personal=frozenset({"is_manager"}),
    rows_for="person",
)

describe(
    BudgetWatcher,
    purpose="Telling who wants to know that a budget runs out",
    subject=Subject.MEMBER,
    rows_for="person",
)

describe(BudgetAlert, not_personal=frozenset({"month", "percent", "used_percent", "told_at", "rearmed_at"}))
