"""Public holidays of a country or one of its regions. The calendars are those of the package ``holidays``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from accounts.choices import country_name

Choices = list[tuple[str, str]]
ENGLISH = "en_US"


@lru_cache(maxsize=256)
def holidays_of(country: str, region: str, year: int) -> Mapping[date, str]:
    """The year's holidays by day, named in English where the calendar can; none for a country that it does not know."""
    from holidays import country_holidays  # half a second: only for firms that keep holidays

    if country not in _supported() or (region and region not in _supported()[country]):
        return MappingProxyType({})
    found = country_holidays(country, subdiv=region or None, years=year, observed=True)
    if ENGLISH in found.supported_languages:
        found = country_holidays(country, subdiv=region or None, years=year, observed=True, language=ENGLISH)
    return MappingProxyType({day: name for day, name in found.items() if day.year == year})


def countries() -> Choices:
    """The countries whose holidays are known, by name."""
    return sorted(((code, country_name(code)) for code in _supported()), key=lambda pair: pair[1])


def regions(country: str) -> Choices:
    """The regions of a country that keep holidays of their own, by name where there is one."""
    return [(code, _region_names(country).get(code, code)) for code in _supported().get(country, ())]


@lru_cache(maxsize=1)
def _supported() -> Mapping[str, list[str]]:
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)


@lru_cache(maxsize=64)
def _region_names(country: str) -> Mapping[str, str]:
    from holidays import country_holidays

    return {code: name for name, code in country_holidays(country).subdivisions_aliases.items()}
