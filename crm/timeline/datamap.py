"""What people write about clients."""

from __future__ import annotations

from crm.models import Mention, Note
from datamap import Erasure, Subject, describe

describe(
    Note,
    purpose="Remembering what was said and agreed with the firm's clients",
    subject=Subject.CONTACT,
    fields={"text": "free text"},
    not_personal=frozenset({"pinned_at", "deleted_at"}),
    rows_for="contact",
    erase=Erasure.DELETE_ROW,
)

describe(
    Mention,
    purpose="Telling a member that a note calls them",
    subject=Subject.MEMBER,
    rows_for="member",
    erase=Erasure.DELETE_ROW,
)
