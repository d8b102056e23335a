from importlib import import_module

from django.apps import AppConfig


class DeletionConfig(AppConfig):
    name = "privacy.deletion"
    verbose_name = "Deletion"

    def ready(self) -> None:
        import_module("privacy.deletion.imports")
