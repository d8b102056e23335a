"""What the cells of a row say: days, times of the clock, lengths of time, yes and no."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError

from crm.imports.cells import short
from crm.imports.values import read_day as read_written_day
from lib.durations import TOO_SHORT, DurationError, Unit, parse
from lib.text import fold
from timetracking.inputs import FIRST_DAY, LAST_DAY

_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_DAY_AND_CLOCK = re.compile(r"(.*?\d)[T ,]+(\d{1,2}[:.h]\d{2}.*)", re.IGNORECASE)
_WRITTEN_LENGTH = re.compile(r"(\d+)\s*:\s*(\d{2})\s*:\s*(\d{2})\.\d+")
YES = frozenset({"yes", "y", "true", "1", "ja", "j", "oui", "o", "si", "vrai", "wahr", "sim", "x", "billable"})
NO = frozenset({"no", "n", "false", "0", "nein", "non", "faux", "falsch", "nao", "non-billable"})


class Unreadable(Exception):
    """A cell can't be understood; the message says which and why."""


def read_day(text: str, *, month_first: bool) -> date:
    """A day. Where numbers alone leave it open, the file's one order counts: no row is read otherwise than the rest."""
    text = text.strip()
    if match := _NUMBERS.fullmatch(text):
        first, sign, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
        is_month_first = month_first and sign != "."
        day, month = (second, first) if is_month_first else (first, second)
        try:
            return _within(date(year if year > 99 else 2000 + year, month, day), text)
        except ValueError:
            order = "the month" if is_month_first else "the day"
            raise Unreadable(f"“{text}” is not a day when {order} comes first.") from None
    try:
        return _within(read_written_day(text, month_first=month_first), text)
    except (ValidationError, ValueError):
        raise Unreadable(f"“{short(text)}” is not a day. Write it as 2026-11-20.") from None


def _within(day: date, text: str) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Unreadable(f"“{text}” is too far away: from {FIRST_DAY.year} to {LAST_DAY.year}.")
    return day


def day_and_clock(text: str) -> tuple[str, str]:
    """“2026-11-20 09:30” in its two parts; a bare time has no day, a bare day no time."""
    text = text.strip()
    if match := _DAY_AND_CLOCK.fullmatch(text):
        return match[1], match[2]
    return ("", text) if _CLOCK.fullmatch(text) else (text, "")


def read_clock(text: str) -> int:
    """Minutes after midnight of 9:30, 09:30:15 or 02:00 PM; seconds are cut off."""
    match = _CLOCK.fullmatch(text.strip())
    if not match:
        raise Unreadable(f"“{short(text)}” is not a time of the clock. Write it as 9:30.")
    hour, minute, half = int(match[1]), int(match[2]), (match[4] or "").lower()
    if minute > 59 or hour > 24 or (hour == 24 and minute) or (half and not 1 <= hour <= 12):
        raise Unreadable(f"“{text}” is no time of the clock.")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return hour * 60 + minute


def seconds_of(text: str) -> int:
    """The seconds behind a time of the clock, for how long it was."""
    match = _CLOCK.fullmatch(text.strip())
    return int(match[3] or 0) if match else 0


def read_length(text: str, unit: Unit) -> int:
    """Whole minutes, rounded and never cut off; nothing where there was no time."""
    text = _WRITTEN_LENGTH.sub(r"\1:\2:\3", text.strip())
    if text.startswith(("-", "+")) or " - " in text:
        raise Unreadable(f"“{short(text)}” is not a length of time.")
    try:
        return parse(text, unit=unit).minutes
    except DurationError as refusal:
        if str(refusal) == TOO_SHORT:
            return 0
        raise Unreadable(f"“{short(text)}”: {refusal}") from refusal


def read_yes(text: str) -> bool | None:
    """Yes, no, or nothing said."""
    word = fold(text)
    if not word:
        return None
    if word in YES or word in NO:
        return word in YES
    raise Unreadable(f"“{short(text)}” is neither yes nor no.")


def month_first(texts: Iterable[str], *, otherwise: bool) -> bool:
    """Whether the month comes first in days like 11/30/2026: a value says it, or nothing does.

    A file in order of days may say it first in its second half of a month; one that writes otherwise is left at once.
    """
    for text in texts:
        match = _NUMBERS.fullmatch(day_and_clock(text)[0].strip())
        if text.strip() and (not match or match[2] == "."):
            return otherwise
        if match and int(match[1]) > 12:
            return False
        if match and int(match[3]) > 12:
            return True
    return otherwise
