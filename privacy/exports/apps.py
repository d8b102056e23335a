from importlib import import_module

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """The archive of an account: asked for, written, fetched, checked, brought back."""

    name = "privacy.exports"
    verbose_name = "Exports"

    def ready(self) -> None:
        import_module("privacy.exports.stopping")
