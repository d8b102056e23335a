"""A cell stays a text, whatever a spreadsheet makes of its first sign."""

import pytest

from lib.sheets import guarded


@pytest.mark.parametrize("value", ["=1+1", "+1+1", "+A1", "+", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_becomes_a_text(value):
    assert guarded(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "Anna", "+45 20 55 01 12", "1+1", " =1", "'=1"])
def test_everything_else_stays_as_it_is(value):
    assert guarded(value) == value


def test_some_signs_may_be_left_alone():
    assert guarded("+45 20 55 01 12", ("=", "@")) == "+45 20 55 01 12"
