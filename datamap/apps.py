from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DatamapConfig(AppConfig):
    """Reads every app's ``datamap.py`` at start, closes the book, and lets ``manage.py check`` judge it."""

    name = "datamap"
    verbose_name = "Data map"

    def ready(self) -> None:
        from datamap import checks  # noqa: F401 - registers the check
        from datamap.registry import registry

        autodiscover_modules("datamap")
        registry.freeze()
