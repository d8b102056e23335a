"""Working days of a law: not a weekend, and no public holiday in its calendar."""

from __future__ import annotations

from datetime import date

from privacy.rights.clocks import CALENDARS, SATURDAY, IsWorkingDay, Regime
from timetracking.holidays import holidays_of


def of(regime: Regime, country: str) -> IsWorkingDay:
    """Says of a day whether it counts, for a person who lives in that country."""
    kept_in, region = CALENDARS.get(regime, (country.upper(), ""))

    def is_working_day(day: date) -> bool:
        return day.weekday() < SATURDAY and day not in holidays_of(kept_in, region, day.year)

    return is_working_day
