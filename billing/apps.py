from importlib import import_module

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """What a firm pays us."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Seats follow whoever comes and goes; and each request says when it began."""
        import_module("billing.seats")
        import_module("billing.gateway.patience")
