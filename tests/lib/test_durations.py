import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.durations import (
    DAY,
    DurationError,
    clock_readings,
    echo,
    end_time,
    format_minutes,
    parse,
    spoken,
    start_time,
)
from tests.lib import duration_table

minutes_of_a_day = st.integers(0, DAY)
units = st.sampled_from(["hours", "minutes"])
spaces = st.text(" \t\u00a0\u202f", max_size=3)


def understood(typed, **scene):
    try:
        duration = parse(typed, **scene)
    except DurationError as refusal:
        return {"error": str(refusal)}
    return {"minutes": duration.minutes, "start": duration.start, "end": duration.end}


@pytest.mark.parametrize("row", duration_table.rows(), ids=str)
def test_the_table(row):
    assert understood(row.typed, **row.scene) == row.meaning


def test_the_table_is_read_whole():
    assert len(duration_table.rows()) > 120


@given(minutes_of_a_day, st.sampled_from(["clock", "decimal"]), units)
def test_what_is_shown_can_be_typed_again(minutes, style, unit):
    assert parse(format_minutes(minutes, style), unit=unit).minutes == minutes


@given(minutes_of_a_day, units)
def test_the_echo_can_be_typed_again(minutes, unit):
    assert parse(echo(minutes), unit=unit).minutes == minutes


@given(st.sampled_from([row for row in duration_table.rows() if "error" not in row.meaning]), st.data())
def test_spaces_and_capitals_change_nothing(row, data):
    pieces = re.findall(r"[0-9]+|.", row.typed.replace(" ", ""))
    typed = "".join(data.draw(spaces) + piece for piece in pieces) + data.draw(spaces)
    assert understood(typed, **row.scene) == understood(typed.upper(), **row.scene) == row.meaning


@given(st.integers(0, 23), st.integers(0, 99))
def test_hundredths_of_an_hour_round_to_the_nearest_minute(hours, hundredths):
    exact = hours * 60 + hundredths * 60 / 100
    assert abs(parse(f"{hours}.{hundredths:02d}").minutes - exact) <= 0.5


@given(minutes_of_a_day, minutes_of_a_day)
def test_adding_and_taking_away_meet_again(present, change):
    if present + change <= DAY:
        more = parse(f"+{change}m", present=present).minutes
        assert more == present + change
        assert parse(f"-{change}m", present=more).minutes == present


@given(st.text(alphabet="0123456789:.,+- hmapHM–xé\u0663\n", max_size=12), units, st.none() | minutes_of_a_day)
def test_any_text_is_a_length_within_a_day_or_a_refusal(typed, unit, present):
    answer = understood(typed, unit=unit, present=present)
    assert 0 <= answer["minutes"] <= DAY if "minutes" in answer else answer["error"].endswith(".")


@pytest.mark.parametrize("row", [row for row in duration_table.rows() if "error" in row.meaning], ids=str)
def test_every_refusal_shows_what_can_be_typed(row):
    refusal = row.meaning["error"]
    examples = re.search(r"Type (\S+) (?:or|for) (\S+)\.$", refusal)
    assert examples, refusal
    offered = {examples[1]} | ({examples[2]} - {"minutes"})
    for example in offered:
        assert "error" not in understood(example, present=60), example


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (15, "15 min"), (60, "1 h"), (90, "1 h 30 min"), (1440, "24 h"), (1441, "24 h 1 min")],
)
def test_echo(minutes, words):
    assert echo(minutes) == words


@pytest.mark.parametrize(
    ("minutes", "clock", "decimal"),
    [
        (0, "0:00", "0.00"),
        (1, "0:01", "0.02"),
        (90, "1:30", "1.50"),
        (100, "1:40", "1.67"),
        (2400, "40:00", "40.00"),
        (-135, "−2:15", "−2.25"),
    ],
)
def test_format_minutes(minutes, clock, decimal):
    assert (format_minutes(minutes), format_minutes(minutes, "decimal")) == (clock, decimal)


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("9", ["9:00", "21:00"]),
        ("930", ["9:30", "21:30"]),
        ("9:30", ["9:30", "21:30"]),
        ("9.30", ["9:30", "21:30"]),
        ("9,30", ["9:30", "21:30"]),
        ("09:30", ["9:30"]),
        ("0930", ["9:30"]),
        ("9a", ["9:00"]),
        ("9p", ["21:00"]),
        ("9:30 PM", ["21:30"]),
        ("21:30", ["21:30"]),
        ("2130", ["21:30"]),
        ("12", ["12:00", "0:00"]),
        ("12a", ["0:00"]),
        ("12p", ["12:00"]),
        ("0", ["0:00"]),
        ("24:00", ["24:00"]),
    ],
)
def test_clock_readings(typed, readings):
    assert [format_minutes(reading) for reading in clock_readings(typed)] == readings


@pytest.mark.parametrize("typed", ["", "24:01", "25", "9:60", "0a", "13p", "9:5", "9 30 1", "9 30", "noon", "12345"])
def test_clock_readings_refuse(typed):
    with pytest.raises(DurationError, match=r"no such time on the clock\. Type"):
        clock_readings(typed)


@pytest.mark.parametrize(
    ("typed", "now", "start"),
    [("9", "9:20", "9:00"), ("9", "20:00", "21:00"), ("9:30", "14:00", "9:30"), ("12", "1:00", "0:00")],
)
def test_a_start_is_the_reading_nearest_to_now(typed, now, start):
    assert format_minutes(start_time(typed, parse(now).minutes)) == start


@pytest.mark.parametrize(
    ("typed", "start", "end"),
    [("5", "9:00", "17:00"), ("12:30", "9:00", "12:30"), ("6", "22:00", "30:00"), ("24", "22:00", "24:00")],
)
def test_an_end_is_the_first_reading_after_the_start(typed, start, end):
    assert format_minutes(end_time(typed, parse(start).minutes)) == end


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "no time"), (1, "1 minute"), (60, "1 hour"), (90, "1 hour 30 minutes"), (121, "2 hours 1 minute")],
)
def test_spoken(minutes, words):
    assert spoken(minutes) == words
