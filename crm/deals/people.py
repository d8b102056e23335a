"""Contacts as people type them: “Maren Holt, jens@tidewater.example”."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError

from accounts.models import Membership
from accounts.permissions import can
from crm.models import Company, Contact, Deal
from crm.search import asked_words, matching
from lib.text import fold

PROPOSED = 8
MOST = 50


def people_of(deal: Deal, member: Membership) -> tuple[list[Contact], list[Contact]]:
    """The contacts of a deal by name, without those in the bin: whom this member may see, and the others."""
    if deal.pk is None:
        return [], []
    of_deal = Contact.objects.live().filter(deals__deal=deal).select_related("company").order_by("name_key", "id")
    seen: list[Contact] = []
    hidden: list[Contact] = []
    for contact in of_deal:
        (seen if can(member, "contact.view", contact) else hidden).append(contact)
    return seen, hidden


def written(contacts: Iterable[Contact]) -> str:
    return ", ".join(map(_call, contacts))


def read(
    text: str, member: Membership, *, known: Sequence[Contact] = (), company: Company | None = None
) -> list[Contact]:
    """The contacts that are named, each once. ``known`` ones keep their names; namesakes are told by the company."""
    there = {fold(_call(contact)): contact for contact in known}
    names = [" ".join(name.split()) for name in text.replace("\0", "").split(",") if name.strip()]
    if len(names) > MOST:
        raise ValidationError(f"A deal has at most {MOST} contacts.")
    found = [there.get(fold(name)) or _find(name, member, company) for name in names]
    return list({contact.pk: contact for contact in found}.values())


def proposals(text: str, member: Membership) -> list[tuple[str, str]]:
    """What the last name that is being typed may become: (the whole text with it, who that is)."""
    before, comma, begun = text.rpartition(",")
    if not asked_words(begun):
        return []
    seen = Contact.objects.usable().visible_to(member).select_related("company")
    found = seen.filter(matching(Contact, begun)).order_by("name_key", "id")[:PROPOSED]
    start = f"{before}{comma} " if comma else ""
    return [(start + _call(contact), str(contact.company or contact.email)) for contact in found]


def _call(contact: Contact) -> str:
    """How a contact is named in a list with commas."""
    return contact.email if "," in contact.full_name or not contact.full_name else contact.full_name


def _find(name: str, member: Membership, company: Company | None) -> Contact:
    seen = Contact.objects.live().visible_to(member).select_related("company")
    if "@" in name:
        found = list(seen.filter(email_lower=name.lower())[:2])
    else:
        found = list(seen.filter(name_key__in=_keys(name)).order_by("id")[:20])
    if len(found) > 1 and company is not None:
        found = [contact for contact in found if contact.company_id == company.pk] or found
    if found and all(contact.is_restricted for contact in found):
        raise ValidationError(f"{name[:80]} is restricted: stored, and not used.")
    found = [contact for contact in found if not contact.is_restricted]
    if not found:
        raise ValidationError(f"There is no contact called {name[:80]}. Add them under Contacts first.")
    if len(found) > 1:
        raise ValidationError(f"Several contacts are called {name[:80]}. Type the e-mail address of the one you mean.")
    return found[0]


def _keys(name: str) -> list[str]:
    """“Ute Maria Brandt” may be sorted under any of the three words that the family name begins with."""
    parts = name.split()
    return [fold(" ".join([*parts[cut:], *parts[:cut]])) for cut in range(len(parts))]
