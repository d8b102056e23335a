"""Mails in the timeline of the records that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q

from accounts.files.sealed import DamagedFile, TextBox
from accounts.models import Membership
from crm.models import Contact, Mail, MailContact
from crm.timeline.sources import Before, Line, Source, about, newest, register
from lib.keyset import IsAmong

PREVIEW = 240


@dataclass(frozen=True)
class ShownMail:
    """A mail for its reader: how it begins, and whether it is the reader's own."""

    mail: Mail
    beginning: str
    is_own: bool


def _every(record: Any, member: Membership) -> Any:
    return Mail.objects.visible_to(member).filter(about(record, member) | _further(record, member))


def mails(record: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """The member's own mails, and those that colleagues share."""
    rows = newest(_every(record, member), before, limit, at="sent_at")
    found = list(rows.select_related("member__user").prefetch_related("attachments"))
    box = TextBox() if found else None
    return [
        Line(
            mail.sent_at, mail.pk, "crm/mails/_line.html", ShownMail(mail, _beginning(mail, box), mail.member == member)
        )
        for mail in found
    ]


def _further(record: Any, member: Membership) -> Q:
    """Those that name a contact beside the one they are filed on."""
    noun = record._meta.model_name
    if noun == "deal":
        return Q(pk__in=[])
    contacts = Contact.objects.live().visible_to(member)
    contacts = contacts.filter(pk=record.pk) if noun == "contact" else contacts.filter(company=record)
    rows = MailContact.objects.filter(IsAmong(F("contact_id"), ArraySubquery(contacts.values("pk"))))
    return Q(IsAmong(F("pk"), ArraySubquery(rows.values("mail_id"))))


def _beginning(mail: Mail, box: TextBox | None) -> str:
    try:
        text = " ".join(mail.body(box).split())
    except DamagedFile:
        return ""
    return text if len(text) <= PREVIEW else f"{text[:PREVIEW].rstrip()} …"


register(Source("mail", "E-mail", "mail", mails, action="mail.view", order=30, every=_every))
