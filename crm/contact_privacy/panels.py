"""The privacy card beside a contact."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.permissions import can
from crm.models import Contact
from crm.panels import Context, Panel, register


def privacy(request: HttpRequest, contact: Any) -> Context:
    """Why and until when the contact is kept, and what was said about mail last."""
    member: Any = request.membership  # type: ignore[attr-defined]
    return {
        "contact": contact,
        "said": None if "consents" in contact.lacks else contact.consents.order_by("-at", "-id").first(),
        "is_due": contact.retention_until and contact.retention_until < timezone.localdate(),
        "may_erase": can(member, "person.erase"),
        "may_change": not contact.is_in_bin and can(member, "contact.edit", contact),
    }


register(Panel(on=(Contact,), template="crm/contact_privacy/_card.html", order=70, context=privacy))
