"""Who is there already: asked before a contact or a company is added."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership
from crm.models import Company, Contact, ContactEmail
from lib.text import fold

SHOWN = 5


def similar_contacts(
    member: Membership, *, first_name: str = "", last_name: str = "", email: str = ""
) -> list[Contact]:
    """Contacts this member may see that have the same e-mail address or the same name."""
    live, address, name = (
        Contact.objects.live().visible_to(member),
        email.strip().lower(),
        fold(f"{last_name} {first_name}"),
    )
    found: list[QuerySet[Any]] = []
    if address:
        others = ContactEmail.objects.filter(email_lower=address)
        found += [live.filter(email_lower=address), live.filter(pk__in=others.values("contact_id"))]
    if name:
        found.append(live.filter(name_key=name))
    if not found:
        return []
    numbers = [rows.values("pk") for rows in found]
    either = numbers[0].union(*numbers[1:]) if numbers[1:] else numbers[0]
    keys = [row["pk"] for row in either[:SHOWN]]
    return list(live.filter(pk__in=keys).select_related("company").order_by("name_key", "id")) if keys else []


def similar_companies(member: Membership, *, name: str = "", domain: str = "") -> list[Company]:
    """Companies this member may see that have the same name or the same website."""
    live = Company.objects.live().visible_to(member)
    same = [live.filter(name_key=fold(name))] if fold(name) else []
    same += [live.filter(domain=domain)] if domain else []
    found = {company.pk: company for rows in same for company in rows[:SHOWN]}
    return list(found.values())[:SHOWN]
