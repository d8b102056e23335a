from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """The pages for strangers."""

    name = "website"
