"""The archives: each sealed with a key of its own, which goes when the archive does."""

from datetime import timedelta

from accounts.files.content import ZIP
from accounts.files.purposes import AN_EXPORT, MB, Purpose, register

KEPT = timedelta(days=7)
ARCHIVE = register(Purpose("archive", made_as="application/zip", keep_for=KEPT, has_own_key=True, left_out=AN_EXPORT))
ARRIVED = register(
    Purpose(
        "archive to bring in",
        takes={ZIP: "application/zip"},
        largest=2048 * MB,
        wanted="Bring the archive as it was downloaded. A larger one the operator brings in: manage.py import_account.",
        keep_for=KEPT,
        has_own_key=True,
        left_out=AN_EXPORT,
    )
)
