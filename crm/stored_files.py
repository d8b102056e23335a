"""The files of contacts and companies."""

from datetime import timedelta

from accounts.files.content import CARD, GIF, JPEG, OFFICE, PDF, PNG, TEXT, UNKNOWN, WEBP, XML, ZIP
from accounts.files.purposes import AN_EXPORT, MB, Purpose, register
from lib.workbooks import MEDIA_TYPE

KEPT = timedelta(days=30)
KEPT_LISTS = timedelta(days=7)
# Text in the world's older spellings can't be told from anything else: the import reads it, or says why not.
IMPORT = register(
    Purpose(
        "import",
        takes={TEXT: "text/csv", CARD: "text/vcard", ZIP: MEDIA_TYPE, UNKNOWN: UNKNOWN},
        largest=25 * MB,
        wanted="Upload a CSV, Excel (.xlsx) or vCard file.",
        keep_for=KEPT,
    )
)
IMPORTED_SHEET = register(Purpose("sheet to import", made_as="text/csv; charset=utf-8", keep_for=KEPT))
LIST_AS_CSV = register(Purpose("list", made_as="text/csv; charset=utf-8", keep_for=KEPT_LISTS, left_out=AN_EXPORT))
LIST_AS_WORKBOOK = register(Purpose("list as a workbook", made_as=MEDIA_TYPE, keep_for=KEPT_LISTS, left_out=AN_EXPORT))
PROOF = register(
    Purpose(
        "proof of a consent",
        takes={PDF: PDF, PNG: PNG, JPEG: JPEG, TEXT: "text/plain"},
        largest=10 * MB,
        wanted="Upload a PDF, a PNG or JPEG picture, or a text.",
    )
)

PRIVATE = "Private to the member who logged the mail, who has it on its page."
LARGEST_LETTER = 25 * MB  # of a mail, its attachments included

MAIL_AS_IT_CAME = register(Purpose("mail as it came", made_as="message/rfc822", keep_for=KEPT, left_out=PRIVATE))
# Pictures, too, go out as files: what a stranger sent is never shown inside a page.
MAIL_ATTACHMENT = register(
    Purpose(
        "mail attachment",
        takes={
            **{kind: kind for kind in (PNG, JPEG, GIF, WEBP, PDF, ZIP)},
            **dict.fromkeys((TEXT, CARD, XML), TEXT),
            OFFICE: UNKNOWN,
        },
        largest=LARGEST_LETTER,
        wanted="It was not kept.",
        left_out=PRIVATE,
    )
)
