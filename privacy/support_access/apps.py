from django.apps import AppConfig


class SupportAccessConfig(AppConfig):
    """Requests to us, telephone calls, and the pages on which our staff answer them."""

    name = "privacy.support_access"
    verbose_name = "Support"
