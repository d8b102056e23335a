from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

# Rooms of this app that bring lines to timelines, panels, lists or kinds of search, each in such a module, as apps
# above do in theirs.
ROOMS = ("timeline", "deals", "activities", "mails", "contact_privacy", "merging")


class CrmConfig(AppConfig):
    name = "crm"
    verbose_name = "Companies and contacts"

    def ready(self) -> None:
        import_module("crm.fields.words")
        import_module("crm.activities.reminders")
        for part in ("search", "panels", "timeline", "listing"):
            autodiscover_modules(part, *(f"{room}.{part}" for room in ROOMS))
