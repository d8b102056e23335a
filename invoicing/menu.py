"""Invoices in the top bar, and how they look in Admin."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Invoices",
        "invoicing:invoices",
        "invoice.view",
        60,
        icon="file-invoice",
        also=("invoicing:unbilled", "invoicing:from_time", "invoicing:invoice_create", "invoicing:invoice"),
    )
)
register(
    MenuEntry(
        "Invoices", "invoicing:settings", "invoice.settings", 150, icon="file-invoice", place="admin", group="Time"
    )
)
