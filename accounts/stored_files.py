"""The files of accounts itself."""

from dataclasses import replace
from datetime import timedelta

from accounts.files.content import PICTURES, PNG
from accounts.files.purposes import AN_EXPORT, MB, Purpose, register

KEPT = timedelta(days=7)
LOG_TABLE = register(Purpose("audit log", made_as="text/csv; charset=utf-8", keep_for=KEPT, left_out=AN_EXPORT))
LOG_PROOF = register(
    Purpose("audit log for proof", made_as="application/jsonl; charset=utf-8", keep_for=KEPT, left_out=AN_EXPORT)
)

_PICTURE = Purpose(
    "logo",
    takes=dict.fromkeys(PICTURES, PNG),
    largest=5 * MB,
    wanted="Send a PNG, JPEG, GIF or WebP picture of at most 5 MB.",
)
LOGO = register(replace(_PICTURE, box=(640, 240)))  # for pages, invoices and mails
LOGO_SMALL = register(replace(_PICTURE, name="logo, small", box=(240, 56)))  # for the bar, at twice its height
