"""Projects and Time in the top bar."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Projects",
        "timetracking:projects",
        "project.view",
        40,
        icon="briefcase",
        also=("timetracking:project", "timetracking:project_create", "timetracking:project_edit"),
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
        also=("timetracking:day", "timetracking:entry_create", "timetracking:entry_edit"),
    )
)
