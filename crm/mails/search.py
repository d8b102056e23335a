"""Mails are found by subject and addresses, by those who may read them. Their bodies are sealed: no word of those."""

from __future__ import annotations

from crm.models import Mail
from crm.search import SearchKind, register
from lib.text import words

register(
    SearchKind(
        "mail",
        Mail,
        label="E-mail",
        icon="mail",
        action="mail.view",
        view="crm:mail",
        words=lambda mail: words(f"{mail.subject} {mail.sender} {mail.recipients}"),
        visible=lambda member: Mail.objects.visible_to(member).order_by("-sent_at", "-id"),
        detail=lambda mail: " · ".join(filter(None, [mail.subject, mail.sender])),
    )
)
