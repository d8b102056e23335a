"""The way to the certificates of people who were erased, in the Admin area."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Erased people",
        "deletion:certificates",
        "person.erase",
        442,
        place="admin",
        group="Candor",
        also=("deletion:contact_erase", "deletion:member_erase"),
    )
)
