"""The way to a member's own requests and calls."""

from accounts.menu import MenuEntry, register

register(MenuEntry("Help and calls", "help:help", "help.view", 17, place="admin", group="You", also=("help:ticket",)))
register(
    MenuEntry(
        "Support access",
        "help:looks",
        "look.view",
        425,
        place="admin",
        group="Candor",
        also=("help:grant", "help:suggestion"),
    )
)
