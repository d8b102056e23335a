"""What is worked on (project, task), who worked how long (time entry), what runs now (timer), and who is off."""

from timetracking.models.budgets import BudgetAlert, BudgetWatcher
from timetracking.models.entries import TimeEntry, TimeEntryQuerySet, TimeEntryTag
from timetracking.models.expenses import Expense, ExpenseCategory, ExpenseQuerySet
from timetracking.models.imports import HoursImport, HoursRow
from timetracking.models.off import SpecialDay, TimeOff, TimeOffQuerySet, TimeOffType, WorkingTime
from timetracking.models.projects import (
    Project,
    ProjectMember,
    ProjectQuerySet,
    Task,
    TaskQuerySet,
    Terms,
    is_billable,
    open_to,
    work_name,
    work_value,
)
from timetracking.models.rates import Rate
from timetracking.models.reminders import GivenReminder, ReminderWishes
from timetracking.models.settings import TimeSettings
from timetracking.models.sheets import SheetRow
from timetracking.models.summaries import PersonDay, ProjectDay
from timetracking.models.templates import ProjectTemplate, TemplateMember
from timetracking.models.timer import RunningTimer
from timetracking.models.timesheets import Delegation, LateEdit, Signature, Timesheet, TimesheetQuerySet
from timetracking.models.uses import ReportUse

__all__ = [
    "BudgetAlert",
    "BudgetWatcher",
    "Delegation",
    "Expense",
    "ExpenseCategory",
    "ExpenseQuerySet",
    "GivenReminder",
    "HoursImport",
    "HoursRow",
    "LateEdit",
    "PersonDay",
    "Project",
    "ProjectDay",
    "ProjectMember",
    "ProjectQuerySet",
    "ProjectTemplate",
    "Rate",
    "ReminderWishes",
    "ReportUse",
    "RunningTimer",
    "SheetRow",
    "Signature",
    "SpecialDay",
    "Task",
    "TaskQuerySet",
    "TemplateMember",
    "Terms",
    "TimeEntry",
    "TimeEntryQuerySet",
    "TimeEntryTag",
    "TimeOff",
    "TimeOffQuerySet",
    "TimeOffType",
    "TimeSettings",
    "Timesheet",
    "TimesheetQuerySet",
    "WorkingTime",
    "is_billable",
    "open_to",
    "work_name",
    "work_value",
]
