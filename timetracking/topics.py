"""Of which records somebody outside can hear."""

from accounts.topics import Topic, register
from timetracking.models import Expense, HoursImport, Project, Task, TimeEntry, Timesheet

register(
    Topic("projects", "project", "Projects", Project),
    Topic("tasks", "task", "Tasks", Task),
    Topic("time-entries", "time_entry", "Time entries", TimeEntry),
    Topic("timesheets", "timesheet", "Timesheets", Timesheet),
    Topic("expenses", "expense", "Expenses", Expense),
    Topic("hours-imports", "hours_import", "Imports of hours", HoursImport),
)
