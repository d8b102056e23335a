"""The files of contacts and companies."""

from datetime import timedelta

from accounts.files.content import CARD, TEXT, UNKNOWN
from accounts.files.purposes import MB, Purpose, register

# Text in the world's older spellings can't be told from anything else: the import reads it, or says why not.
IMPORT = register(
    Purpose(
        "import",
        takes={TEXT: "text/csv", CARD: "text/vcard", UNKNOWN: UNKNOWN},
        largest=25 * MB,
        wanted="Upload a CSV or vCard file.",
        keep_for=timedelta(days=30),
    )
)
