from importlib import import_module

from django.apps import AppConfig


class TimetrackingConfig(AppConfig):
    name = "timetracking"
    verbose_name = "Projects and time"

    def ready(self) -> None:
        """What rings is known to the page of notices, too."""
        import_module("timetracking.timer.reminders")
        import_module("timetracking.approval.actions")
        import_module("timetracking.budgets.alerts")
        import_module("timetracking.off.notices")
        import_module("timetracking.reminders.notices")
