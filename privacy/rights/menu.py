"""The ways to one's own data, and to the firm's board."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Your data",
        "rights:my_data",
        "profile.edit",
        18,
        place="admin",
        group="You",
        also=("rights:my_consents", "rights:my_requests"),
    )
)
register(
    MenuEntry(
        "Privacy requests",
        "rights:requests",
        "privacy.answer",
        420,
        place="admin",
        group="Candor",
        also=("rights:request", "rights:request_create", "rights:contact_held"),
    )
)
