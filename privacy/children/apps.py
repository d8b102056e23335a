from django.apps import AppConfig


class ChildrenConfig(AppConfig):
    """Reports about children, and what parents allowed."""

    name = "privacy.children"
    label = "children"
    verbose_name = "Children"
