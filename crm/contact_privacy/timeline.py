"""Consents in a contact's timeline."""

from __future__ import annotations

from typing import Any

from accounts.models import Membership
from crm.models import Contact, ContactConsent
from crm.timeline.sources import Before, Line, Source, newest, register


def _every(record: Any, member: Membership) -> Any:
    return ContactConsent.objects.filter(contact=record)


def consents(record: Any, member: Membership, before: Before | None, limit: int) -> list[Line]:
    """What the contact said about mail."""
    said = newest(_every(record, member).select_related("by__user"), before, limit, at="at")
    return [Line(each.at, each.pk, "crm/contact_privacy/_said.html", each) for each in said]


register(
    Source(
        "consent", "Consents", "mail-check", consents, action="contact.view", on=(Contact,), order=60,
        instead_of=frozenset({"contact.consented"}), every=_every,
    )
)  # fmt: skip
