from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring: refuses to serve with a database role that could look over the fence."""

    name = "config"

    def ready(self) -> None:
        from config import guard

        guard.install()
