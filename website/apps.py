from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """The pages for strangers. The register of security measures is filled when the program starts."""

    name = "website"

    def ready(self) -> None:
        from website import measures  # noqa: F401
