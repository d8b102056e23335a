from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring: refuses to serve with a database role that could look over the fence."""

    name = "config"

    def ready(self) -> None:
        import config.celery  # noqa: F401  so that what a request or a command sends reaches our queues
        from config import guard

        guard.install()
