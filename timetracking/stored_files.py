"""The files of projects and time."""

from accounts.files.content import GIF, JPEG, PDF, PNG, WEBP
from accounts.files.purposes import MB, Purpose, register

# Pictures are drawn anew and shown; PDFs are written anew with nothing but their pages, and only ever downloaded.
RECEIPT = register(
    Purpose(
        "receipt",
        takes={PDF: PDF, **dict.fromkeys((PNG, JPEG, GIF, WEBP), PNG)},
        largest=10 * MB,
        wanted="Send a PDF, or a picture as PNG, JPEG, GIF or WebP, up to 10 MB.",
        box=(2000, 2600),
        rewrites=True,
    )
)
