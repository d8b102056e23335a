"""The way to what a firm pays us."""

from accounts.menu import MenuEntry, register

_STEPS = ("plan", "start", "change", "details", "invoices", "cancel", "resume")

register(
    MenuEntry(
        "Plan and billing",
        "billing:billing",
        "billing.manage",
        40,
        place="admin",
        group="Account",
        also=tuple(f"billing:{step}" for step in _STEPS),
    )
)
