"""Mails that members log: what clients and members wrote to each other."""

from __future__ import annotations

from accounts import jobs
from crm.models import ArrivedMail, Mail, MailAttachment, MailContact
from datamap import Column, Erasure, Subject, Support, describe

LOGGING = "Remembering what was written with the firm's clients"
PRIVATE = "Private to the member who logged it, who reads it on its page."

describe(
    ArrivedMail,
    purpose="Reading letters to a member's own address, and losing none",
    subject=Subject.MEMBER,
    fields={"words": "technical", "failure": "technical"},
    not_personal=jobs.FACTS,
    rows_for="by",
)

describe(
    Mail,
    purpose=LOGGING,
    subject=Subject.CONTACT,
    fields={
        "direction": "activity",
        "subject": Column("free text", export=PRIVATE, support=Support.HIDDEN),
        "sender": Column("contact details", export=PRIVATE, support=Support.HIDDEN),
        "recipients": Column("contact details", export=PRIVATE, support=Support.HIDDEN),
        "sent_at": "activity",
        "message_id": Column("technical", export=PRIVATE, support=Support.HIDDEN),
        "sealed_body": Column("free text", export=PRIVATE, support=Support.HIDDEN),
        "held_because": Column("contact details", export=PRIVATE, support=Support.HIDDEN),
    },
    not_personal=frozenset({"shared_at", "deleted_at"}),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    MailContact,
    purpose=LOGGING,
    subject=Subject.CONTACT,
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    MailAttachment,
    purpose=LOGGING,
    subject=Subject.CONTACT,
    fields={
        "name": Column("file", export=PRIVATE, support=Support.HIDDEN),
        "refused": Column("technical", export=PRIVATE, support=Support.HIDDEN),
    },
    not_personal=frozenset({"size"}),
    rows_for="mail__contact",
    erase=Erasure.DELETE_ROW,
)
