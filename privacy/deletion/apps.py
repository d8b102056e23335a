from importlib import import_module

from django.apps import AppConfig

from tenancy.sweeping import swept


class DeletionConfig(AppConfig):
    name = "privacy.deletion"
    verbose_name = "Deletion"

    def ready(self) -> None:
        import_module("privacy.deletion.checks")
        import_module("privacy.deletion.imports")
        swept.connect(import_module("privacy.deletion.retention").note_swept)
