"""Who is there already: asked while somebody types a new contact or company, and before it is added."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from accounts.models import Membership
from crm.models import Company, Contact, ContactEmail, ContactPhone
from lib.likeness import company_sound, person_sound
from lib.phones import e164
from lib.text import fold

SHOWN = 5
LONGEST = 320
_FURTHER = re.compile(r"(emails|phones)-\d{1,2}-value")


def similar_to(member: Membership, typed: Mapping[str, str]) -> list[Contact]:
    """Contacts like the one that stands in a form, finished or not."""
    given = {name: str(value).replace("\0", "")[:LONGEST] for name, value in typed.items()}
    further: dict[str, list[str]] = {"emails": [], "phones": []}
    for name, value in given.items():
        if match := _FURTHER.fullmatch(name):
            further[match[1]].append(value)
    return similar_contacts(
        member,
        name=(given.get("first_name", ""), given.get("last_name", "")),
        emails=[given.get("email", ""), *further["emails"]],
        phones=[given.get("phone", ""), *further["phones"]],
    )


def similar_contacts(
    member: Membership,
    *,
    name: tuple[str, str] = ("", ""),
    emails: Collection[str] = (),
    phones: Collection[str] = (),
) -> list[Contact]:
    """Contacts this member may see that share an address, a number or the name, also one spelled otherwise.

    Those who are restricted are among them: nobody should begin anew with somebody who asked not to be used.
    """
    live = Contact.objects.live().visible_to(member)
    addresses = [address.strip().lower() for address in emails if address.strip()]
    numbers = [number for phone in phones if (number := e164(phone, member.account.country))]
    first, last = name
    key, sound = fold(f"{last} {first}"), person_sound(f"{first} {last}")
    found: list[QuerySet[Any]] = []
    if addresses:
        others = ContactEmail.objects.filter(email_lower__in=addresses)
        found += [live.filter(email_lower__in=addresses), live.filter(pk__in=others.values("contact_id"))]
    if numbers:
        others = ContactPhone.objects.filter(phone_e164__in=numbers)
        found += [live.filter(phone_e164__in=numbers), live.filter(pk__in=others.values("contact_id"))]
    if key:
        found.append(live.filter(name_key=key))
    if sound:
        found.append(live.filter(sound_key=sound))
    return _first(live.select_related("company"), found)


def similar_companies(member: Membership, *, name: str = "", domain: str = "") -> list[Company]:
    """Companies this member may see that have the same website or name, also one spelled otherwise."""
    live = Company.objects.live().visible_to(member)
    found = []
    if fold(name):
        found += [live.filter(name_key=fold(name)), live.filter(sound_key=company_sound(name))]
    if domain:
        found.append(live.filter(domain=domain))
    return _first(live, found)


def _first(rows: QuerySet[Any], found: list[QuerySet[Any]]) -> list[Any]:
    """The first few of what any of these finds, in one statement, or two where there are some."""
    if not found:
        return []
    numbers = [each.order_by().values("pk") for each in found]
    either = numbers[0].union(*numbers[1:]) if numbers[1:] else numbers[0]
    keys = [row["pk"] for row in either[:SHOWN]]
    return list(rows.filter(pk__in=keys).order_by("name_key", "id")) if keys else []
