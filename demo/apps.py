from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The cast, their firms and their week: for a first look, for tests and for screenshots."""

    name = "demo"
