from django.apps import AppConfig


class LibConfig(AppConfig):
    """Template tags and model-free helpers."""

    name = "lib"
