"""What we hold about a person or a firm, as people read it: one list for the page, the log and the comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts import choices
from accounts.models import Account, User
from lib import phones

_COUNTRIES = dict(choices.countries())
_CURRENCIES = dict(choices.currencies())


@dataclass(frozen=True)
class Fact:
    """One line of a profile: its name in the log, its label on the page, its value in words."""

    key: str
    label: str
    value: str
    fields: tuple[str, ...] = ()  # what is emptied when it is removed; none: it is needed

    @property
    def is_removable(self) -> bool:
        """True for what is optional and held."""
        return bool(self.fields and self.value)


Changes = dict[str, list[str]]


def of_person(user: User) -> list[Fact]:
    """A person's profile, without the address they sign in with."""
    address = ("street", "postal_code", "city", "country")
    return [
        Fact("first_name", "First name", user.first_name),
        Fact("last_name", "Last name", user.last_name),
        Fact("phone", "Phone", phones.readable(user.phone) if user.phone else "", ("phone",)),
        Fact("postal_address", "Postal address", postal_address(user), address),
        Fact("time_zone", "Time zone", user.get_time_zone_display()),
        Fact("locale", "Dates and numbers as in", user.get_locale_display()),
        Fact("hours_format", "Show hours as", user.get_hours_format_display()),
        Fact("theme", "Colours", user.get_theme_display()),
    ]


def of_firm(account: Account) -> list[Fact]:
    """A firm's own record."""
    return [
        Fact("name", "Company name", account.name),
        Fact("legal_name", "Legal name", account.legal_name),
        Fact("postal_address", "Company address", postal_address(account)),
        Fact("phone", "Phone", phones.readable(account.phone) if account.phone else ""),
        Fact("time_zone", "Time zone", account.get_time_zone_display()),
        Fact("currency", "Currency", _CURRENCIES.get(account.currency, account.currency)),
        Fact("first_weekday", "Week starts on", account.get_first_weekday_display()),
        Fact("plain_number_unit", "A plain number means", account.get_plain_number_unit_display()),
    ]


def postal_address(holder: Any) -> str:
    """Vestergade 9, 1456 Copenhagen, Denmark."""
    place = f"{holder.postal_code} {holder.city}".strip()
    parts = [holder.street, place, getattr(holder, "region", ""), _COUNTRIES.get(holder.country, "")]
    return ", ".join(filter(None, parts))


def differences(before: Iterable[Fact], after: Iterable[Fact]) -> Changes:
    """key → [old, new] of what is not the same."""
    old = {fact.key: fact.value for fact in before}
    return {fact.key: [old[fact.key], fact.value] for fact in after if old[fact.key] != fact.value}
