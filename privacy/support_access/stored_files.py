"""The files that people add to their requests."""

from datetime import timedelta

from accounts.files.content import PDF, PICTURES, PNG
from accounts.files.purposes import MB, Purpose, register

# Only the firm opens them: support is told of kind and size.
TICKET_FILE = register(
    Purpose(
        "file of a request",
        takes={PDF: PDF, **dict.fromkeys(PICTURES, PNG)},
        largest=10 * MB,
        wanted="Send a PDF, or a picture as PNG, JPEG, GIF or WebP, up to 10 MB.",
        keep_for=timedelta(days=365),
        box=(2000, 2600),
        rewrites=True,
    )
)
