"""What a country suggests: its money, its clock, its way of writing dates. Guesses, to be changed by people."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies

from accounts.choices import LOCALES, countries

# Where a country has several zones: the one in which most of its people live.
_BUSIEST_ZONES = {
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "BR": "America/Sao_Paulo",
    "CA": "America/Toronto", "CD": "Africa/Kinshasa", "CL": "America/Santiago", "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "FM": "Pacific/Pohnpei", "GL": "America/Nuuk", "ID": "Asia/Jakarta", "KI": "Pacific/Tarawa",
    "KZ": "Asia/Almaty", "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby", "PS": "Asia/Hebron", "PT": "Europe/Lisbon", "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv", "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip
_SUNDAY_FIRST, _SATURDAY_FIRST = 6, 5


def currency_of(country: str) -> str:
    """DKK for DK; euros where nothing is known."""
    known = get_territory_currencies(country) if country else []
    return known[0] if known else "EUR"


def time_zone_of(country: str) -> str:
    """Europe/Copenhagen for DK; UTC where nothing is known."""
    if zone := _BUSIEST_ZONES.get(country):
        return zone
    return _only_zones().get(country, "UTC")


def locale_of(country: str) -> str:
    """How dates and numbers are written there, as far as we offer it: da_DK for DK."""
    offered = [code for code in LOCALES if code.endswith(f"_{country}")]
    return min(offered, key=lambda code: not code.startswith("en_"), default="en_GB")


def first_weekday_of(country: str) -> int:
    """0 for Monday, 5 for Saturday, 6 for Sunday; Monday where nothing is known."""
    try:
        first = Locale.parse(f"und_{country}").first_week_day if country else 0
    except (UnknownLocaleError, ValueError):
        return 0
    return first if first in (_SATURDAY_FIRST, _SUNDAY_FIRST) else 0


def country_of(accept_language: str) -> str:
    """DK from "da-DK,da;q=0.9": the first region that the browser names, or nothing."""
    known = {code for code, _ in countries()}
    for part in accept_language.split(","):
        region = part.partition(";")[0].strip().rpartition("-")[2].upper()
        if region in known and "-" in part:
            return region
    return ""


@lru_cache(maxsize=1)
def _only_zones() -> dict[str, str]:
    usable = available_timezones()
    zones = get_global("zone_territories").items()
    return {territory: zone for zone, territory in zones if zone in usable}
