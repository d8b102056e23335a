"""Lengths of time and clock times, as people type them.

``static/js/durations.js`` is the twin that answers while somebody types; ``tests/lib/durations.txt`` is
the table that both obey. Change the three together.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

DAY = 24 * 60
LONGEST_TEXT = 40

Unit = Literal["hours", "minutes"]
Style = Literal["clock", "decimal"]

UNREADABLE = "That is not a length of time. Type 1:30 or 90m."
TOO_LONG = "One entry holds 24 hours at most. Type 7:30 or 450m."
TOO_SHORT = "That is less than a minute. Type 0:01 or 1m."
NO_SUCH_CLOCK_TIME = "There is no such time on the clock. Type 9-12:30 or 9:00-17:15."
SAME_ENDS = "That begins and ends at the same time. Type 9-12:30 or 3:30."
NOTHING_TO_TAKE_FROM = "There is nothing here to take from. Type 1:30 or +15m."


class DurationError(ValueError):
    """What was typed cannot be understood; the message is the sentence to show."""


@dataclass(frozen=True)
class Duration:
    """What was understood. Zero minutes means: clear it.

    A typed clock range also knows its ends in minutes after midnight; an end past midnight is over 1440.
    """

    minutes: int
    start: int | None = None
    end: int | None = None


_SPACE = "[ \t\n\v\f\r\u00a0\u2000-\u200a\u202f\u205f\u3000]"
_NUMBER = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
_HOURS = "(?:hours|hour|hrs|hr|h)"
_MINUTES = "(?:minutes|minute|mins|min|m)"

_SPLIT_NUMBER = re.compile(f"[0-9]{_SPACE}+[0-9]")
_ANY_SPACE = re.compile(_SPACE)
_ANY_DASH = re.compile("[\u2010-\u2015\u2212]")
_WHOLE = re.compile(r"[0-9]+")
_DECIMAL = re.compile(_NUMBER)
_COLON = re.compile(rf"([0-9]*):([0-9]+)(?::([0-5][0-9]))?{_HOURS}?")
_HOURS_AND_MINUTES = re.compile(rf"({_NUMBER}){_HOURS}(?:({_NUMBER}){_MINUTES}|([0-9]+))?")
_ONLY_MINUTES = re.compile(rf"({_NUMBER}){_MINUTES}")
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(?:(a|p)m?)?")


def parse(text: str, *, unit: Unit = "hours", present: int | None = None) -> Duration:
    """Read a typed length of time. ``unit`` is what a plain whole number means; ``+`` and ``-`` change
    the ``present`` minutes. Raises ``DurationError``."""
    typed = _squeeze(text, UNREADABLE)
    if typed == "":
        return Duration(0)
    if typed[0] in "+-":
        return Duration(_changed(typed, unit, present or 0))
    if "-" in typed:
        return _clock_range(typed)
    return Duration(_at_most_a_day(_length(typed, unit)))


def echo(minutes: int) -> str:
    """The length in words, as it was understood: ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def spoken(minutes: int) -> str:
    """The length as a screen reader should say it: ``1 hour 30 minutes``."""
    hours, rest = divmod(minutes, 60)
    parts = [
        f"{number} {word}{'' if number == 1 else 's'}" for number, word in ((hours, "hour"), (rest, "minute")) if number
    ]
    return " ".join(parts) or "no time"


def format_minutes(minutes: int, style: Style = "clock") -> str:
    """``1:30`` or ``1.50``; what is below zero gets a minus sign."""
    sign, minutes = ("−", -minutes) if minutes < 0 else ("", minutes)
    if style == "clock":
        return f"{sign}{minutes // 60}:{minutes % 60:02d}"
    hundredths = _to_whole(Fraction(minutes * 100, 60))
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def clock_readings(text: str) -> tuple[int, ...]:
    """Every time of day the text can mean, in minutes after midnight: ``9`` is 9:00 or 21:00."""
    match = _CLOCK.fullmatch(_squeeze(text, NO_SUCH_CLOCK_TIME))
    if not match:
        raise DurationError(NO_SUCH_CLOCK_TIME)
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    is_midnight_at_the_end = (hour, minute, half) == (24, 0, None)
    if minute > 59 or (hour > 23 and not is_midnight_at_the_end) or (half and not 1 <= hour <= 12):
        raise DurationError(NO_SUCH_CLOCK_TIME)
    if half:
        return ((hour % 12 + (12 if half == "p" else 0)) * 60 + minute,)
    said_in_24_hours = match[1].startswith("0") or not 1 <= hour <= 12
    if said_in_24_hours:
        return (hour * 60 + minute,)
    morning = hour % 12 * 60 + minute
    return (morning, morning + DAY // 2) if hour != 12 else (morning + DAY // 2, morning)


def start_time(text: str, now: int) -> int:
    """The reading nearest to ``now``, on the same day; both in minutes after midnight."""
    return min((reading % DAY for reading in clock_readings(text)), key=lambda reading: abs(reading - now))


def end_time(text: str, start: int) -> int:
    """The first reading after ``start``; past midnight it is over 1440."""
    readings = clock_readings(text)
    if start in readings:
        raise DurationError(SAME_ENDS)
    return min(reading if reading > start else reading + DAY for reading in readings)


def _squeeze(text: str, refusal: str) -> str:
    """Lower case, one kind of dash, dots for commas, no spaces; but ``1 30`` is never read as 130."""
    if len(text) > LONGEST_TEXT or _SPLIT_NUMBER.search(text):
        raise DurationError(refusal)
    return _ANY_DASH.sub("-", _ANY_SPACE.sub("", text)).replace(",", ".").lower()


def _changed(typed: str, unit: Unit, present: int) -> int:
    change = _length(typed[1:], unit, typed[0])
    minutes = present + change if typed[0] == "+" else present - change
    if minutes < 0 and not present:
        raise DurationError(NOTHING_TO_TAKE_FROM)
    if minutes < 0:
        raise DurationError(f"There is only {format_minutes(present)} here to take from. Type -0:15 or 1:30.")
    return _at_most_a_day(minutes)


def _clock_range(typed: str) -> Duration:
    first, _, last = typed.partition("-")
    start = clock_readings(first)[0] % DAY
    end = end_time(last, start)
    return Duration(end - start, start, end)


def _length(typed: str, unit: Unit, sign: str = "") -> int:
    minutes = _exact_minutes(typed, unit, sign)
    whole = _to_whole(minutes)
    if minutes and not whole:
        raise DurationError(TOO_SHORT)
    return whole


def _exact_minutes(typed: str, unit: Unit, sign: str) -> Fraction:
    if _WHOLE.fullmatch(typed):
        number = int(typed)
        if unit == "hours" and 24 < number <= DAY:
            raise DurationError(f"{sign}{number} hours? Type {sign}{number}m for minutes.")
        return Fraction(number * 60 if unit == "hours" else number)
    if _DECIMAL.fullmatch(typed):
        return Fraction(typed) * 60
    if match := _COLON.fullmatch(typed):
        return int(match[1] or 0) * 60 + int(match[2]) + Fraction(int(match[3] or 0), 60)
    if match := _HOURS_AND_MINUTES.fullmatch(typed):
        return Fraction(match[1]) * 60 + Fraction(match[2] or match[3] or 0)
    if match := _ONLY_MINUTES.fullmatch(typed):
        return Fraction(match[1])
    raise DurationError(UNREADABLE)


def _to_whole(number: Fraction) -> int:
    """Half rounds up: 7.5 minutes are 8."""
    return int(number + Fraction(1, 2))


def _at_most_a_day(minutes: int) -> int:
    if minutes > DAY:
        raise DurationError(TOO_LONG)
    return minutes
