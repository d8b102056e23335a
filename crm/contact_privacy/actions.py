"""What a firm does about a contact's rights, each with a line in the log."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

import audit
from accounts.models import Membership
from crm.models import Contact, ContactConsent
from crm.models.contacts import Permission
from tenancy.context import whole


@whole
def note_consent(consent: ContactConsent, *, by: Membership) -> ContactConsent:
    """Keep what the contact said about mail, with its proof; from now on it is what counts."""
    contact = consent.contact
    before = contact.mail_permission
    consent.by = by
    consent.save(force_insert=True)
    contact.mail_permission = consent.permission
    contact.save_checked(contact.version)
    words = {"permission": consent.get_permission_display(), "how": consent.get_how_display(),
             "said_on": consent.said_on.isoformat()}  # fmt: skip
    labels = dict(Permission.choices)
    changes = {"mail_permission": [labels[before], words["permission"]]} if before != consent.permission else {}
    audit.record("contact.consented", contact, data={**words, "changes": changes})
    return consent


@whole
def restrict(contact: Contact, *, reason: str, by: Membership | None) -> Contact:
    """Keep the contact, and use it no more, until somebody lifts that."""
    contact.restricted_at, contact.restricted_by, contact.restriction_reason = timezone.now(), by, reason
    contact.save_checked(contact.version)
    audit.record("contact.restricted", contact, data={"reason": reason})
    return contact


@whole
def lift(contact: Contact, *, reason: str) -> Contact:
    """Use the contact again."""
    contact.restricted_at, contact.restricted_by, contact.restriction_reason = None, None, ""
    contact.save_checked(contact.version)
    audit.record("contact.lifted", contact, data={"reason": reason})
    return contact


@whole
def set_facts(contact: Any, changes: dict[str, list[str]], *, expected: int) -> Contact:
    """Store legal basis, source and how long the contact is kept; raises Conflict when somebody was quicker."""
    contact.save_checked(expected)
    if changes:
        audit.record("contact.changed", contact, data={"changes": changes})
    saved: Contact = contact
    return saved
