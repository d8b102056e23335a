"""What a firm notes of a contact's consents."""

from crm.models import ContactConsent
from datamap import Erasure, Subject, describe

describe(
    ContactConsent,
    purpose="Proving that somebody agreed to mail, or knowing that they did not",
    subject=Subject.CONTACT,
    fields={
        "permission": "consent",
        "said_on": "consent",
        "how": "consent",
        "words": "free text",
        "file": "file",
    },
    not_personal=frozenset({"at"}),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)
