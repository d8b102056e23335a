"""What stands in the menus."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Contacts",
        "crm:contacts",
        "contact.view",
        20,
        icon="users",
        on_phone=True,
        also=(
            "crm:contact",
            "crm:contact_create",
            "crm:contact_edit",
            "crm:companies",
            "crm:company",
            "crm:company_create",
            "crm:company_edit",
            "crm:bin",
        ),
    )
)
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
