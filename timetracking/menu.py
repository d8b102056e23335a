"""Projects and Time in the top bar."""

from accounts.menu import MenuEntry, register
from timetracking import admin_tabs

register(
    MenuEntry(
        "Projects",
        "timetracking:projects",
        "project.view",
        40,
        icon="briefcase",
        also=(
            "timetracking:project",
            "timetracking:project_create",
            "timetracking:project_edit",
            "timetracking:project_tasks",
            "timetracking:project_team",
            "timetracking:project_template",
            "timetracking:task_add",
            "timetracking:task_edit",
            "timetracking:team_add",
            "timetracking:templates",
            "timetracking:template",
        ),
    )
)
register(
    MenuEntry(
        "Time",
        "timetracking:week",
        "time.view",
        50,
        icon="clock",
        on_phone=True,
        also=(
            "timetracking:day",
            "timetracking:entry_create",
            "timetracking:entry_edit",
            "timetracking:calendar",
            "timetracking:calendar_new",
            "timetracking:time_off",
            "timetracking:time_off_enter",
            "timetracking:time_off_edit",
            "timetracking:time_off_team",
            "timetracking:submit",
            "timetracking:sheet",
            "timetracking:approvals",
            "timetracking:delegates",
        ),
    )
)
register(
    MenuEntry(
        "Rates",
        "timetracking:rates",
        "rate.view",
        130,
        icon="coins",
        place="admin",
        group="Time",
        also=("timetracking:bill_rate_change", "timetracking:cost_rate_change"),
    )
)
register(
    MenuEntry(
        "Import hours",
        "timetracking:hours_imports",
        "time.import",
        140,
        icon="upload",
        place="admin",
        group="Time",
        also=("timetracking:hours_import", "timetracking:hours_import_columns", "timetracking:hours_import_check"),
    )
)
register(MenuEntry("Reminders", "timetracking:reminders", "time.log", 17, place="admin", group="You"))
register(
    MenuEntry(
        "Hours and approval",
        "timetracking:time_settings",
        "time.settings",
        120,
        icon="clock-cog",
        place="admin",
        group="Time",
        also=admin_tabs.views(),
    )
)
register(
    MenuEntry(
        "Reports",
        "timetracking:reports",
        "report.view",
        70,
        icon="chart-bar",
        also=(
            "timetracking:report_entries",
            "timetracking:report_keep",
            "timetracking:report_utilisation",
            "timetracking:report_budgets",
            "timetracking:report_missing",
        ),
    )
)
register(
    MenuEntry(
        "Who used my hours", "timetracking:my_uses", "profile.edit", 18, icon="user-search", place="admin", group="You"
    )
)
register(
    MenuEntry(
        "Expenses",
        "timetracking:expenses",
        "expense.view",
        55,
        icon="receipt",
        also=("timetracking:expense", "timetracking:expense_create"),
    )
)
