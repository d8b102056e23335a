"""The way to the archives, in the Admin area."""

from accounts.menu import MenuEntry, register

register(
    MenuEntry(
        "Export",
        "exports:exports",
        "export.start",
        440,
        place="admin",
        group="Candor",
        also=("exports:export", "exports:export_review"),
    )
)
register(
    MenuEntry(
        "Import an archive",
        "exports:archive_imports",
        "archive.import",
        445,
        place="admin",
        group="Candor",
        also=("exports:archive_import",),
    )
)
