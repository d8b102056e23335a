"""What people may pick from: countries, time zones, currencies and formats. Names from CLDR by Babel."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies

Choices = list[tuple[str, str]]

HOURS_FORMATS = [("clock", "1:30"), ("decimal", "1.50")]
THEMES = [("", "as the system"), ("light", "light"), ("dark", "dark")]
FIRST_WEEKDAYS = [(0, "Monday"), (5, "Saturday"), (6, "Sunday")]
PLAIN_NUMBER_UNITS = [("hours", "hours: 8 is 8:00"), ("minutes", "minutes: 8 is 0:08")]
LOCALES = ("en_GB", "en_US", "en_IE", "en_AU", "en_CA", "da_DK", "de_AT", "de_CH", "de_DE", "es_ES",
           "fi_FI", "fr_FR", "it_IT", "nb_NO", "nl_NL", "pl_PL", "pt_BR", "pt_PT", "sv_SE")  # fmt: skip

_NO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}


@lru_cache(maxsize=1)
def countries() -> Choices:
    """ISO 3166 codes and English names, by name."""
    names = Locale("en").territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()]
    return sorted((pair for pair in found if pair[0] not in _NO_COUNTRY), key=lambda pair: pair[1])


def country_name(code: str) -> str:
    """The English name of a country, or its code when nobody knows one."""
    return dict(countries()).get(code, code)


@lru_cache(maxsize=1)
def time_zones() -> Choices:
    """IANA time zones with a place in their name, and UTC."""
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]


@lru_cache(maxsize=1)
def currencies() -> Choices:
    """ISO 4217 currencies that some country pays with today, by code."""
    in_use = {code for country in get_global("territory_currencies") for code in get_territory_currencies(country)}
    return [(code, f"{code} · {get_currency_name(code, locale='en')}") for code in sorted(in_use)]


@lru_cache(maxsize=1)
def locales() -> Choices:
    """How dates, numbers and money may be written; the words stay English."""
    return [(code, Locale.parse(code).get_display_name("en") or code) for code in LOCALES]
