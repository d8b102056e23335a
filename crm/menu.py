"""What stands in the menus."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Import contacts",
        "imports:imports",
        "contact.import",
        310,
        icon="upload",
        place="admin",
        group="Work",
        also=("imports:columns", "imports:check", "imports:import"),
    )
)
