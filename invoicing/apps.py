from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """What a firm's clients pay the firm; what the firm pays us is ``billing``."""

    name = "invoicing"
    verbose_name = "Invoices"
