"""What is expected of somebody on a day: working time, holidays, special days, half days, and who may read why."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Membership
from timetracking.models import SpecialDay, TimeOff, TimeOffType, WorkingTime
from timetracking.targets import AWAY, days_of, is_working_day, off, plans, targets

MONDAY, FRIDAY = date(2026, 12, 21), date(2026, 12, 25)
HALF = Decimal("0.5")


@pytest.fixture
def inside_acme(acme, inside):
    with inside(acme):
        yield


@pytest.fixture
def danish(inside_acme):
    """The firm keeps Danish holidays from 2026 on, and works short on Fridays."""
    return WorkingTime.objects.create(starts_on=date(2026, 1, 1), friday=330, country="DK")


def away(person, first, last=None, *, kind="Vacation", **more):
    kind = TimeOffType.objects.get(name=kind)
    return TimeOff.objects.create(person=person, type=kind, first_day=first, last_day=last or first, **more)


def test_nobody_said_anything_so_a_day_has_eight_hours(bobs, inside_acme):
    assert list(targets(bobs, MONDAY, date(2026, 12, 27)).values()) == [480] * 5 + [0, 0]


def test_the_table_of_targets(bobs, alices, danish):
    WorkingTime.objects.create(person=bobs, starts_on=date(2026, 12, 22), monday=0, tuesday=445, country="SE")
    TimeOffType.objects.filter(name="Other").update(lowers_target=False)
    SpecialDay.objects.create(day=date(2026, 12, 24), kind="half", name="Christmas Eve")
    SpecialDay.objects.create(day=date(2026, 12, 26), kind="off", name="Inventory")
    SpecialDay.objects.create(day=date(2027, 1, 1), kind="working", name="Stocktaking")
    away(bobs, date(2026, 12, 22), half="am")
    away(bobs, date(2026, 12, 23), kind="Other")
    away(bobs, date(2026, 12, 24), half="pm")
    away(bobs, date(2026, 12, 30), date(2027, 1, 4), state="requested")
    table = {  # day: what Alice is expected to do, and Bob
        date(2025, 12, 25): (480, 480),  # before the firm kept holidays
        date(2026, 12, 18): (330, 330),  # Friday, before Bob's own time
        date(2026, 12, 21): (480, 480),
        date(2026, 12, 22): (480, 222),  # half of 7:25, and no half minute
        date(2026, 12, 23): (480, 480),  # time off that expects the hours all the same
        date(2026, 12, 24): (240, 0),  # two halves
        date(2026, 12, 25): (0, 0),
        date(2026, 12, 26): (0, 0),
        date(2026, 12, 28): (480, 0),  # Bob's free Monday
        date(2026, 12, 31): (480, 480),  # asked for, not granted
        date(2027, 1, 1): (330, 480),  # a holiday, and worked
        date(2027, 1, 6): (480, 0),  # Epiphany, in Sweden
    }
    for day, expected in table.items():
        assert (targets(alices, day, day)[day], targets(bobs, day, day)[day]) == expected, day
    assert is_working_day(alices, date(2026, 12, 24)) and not is_working_day(bobs, date(2026, 12, 24))


def test_why_is_for_few(bobs, alices, acme, carol, danish):
    carols = Membership.objects.get(account=acme, user=carol)
    away(bobs, MONDAY, kind="Sick leave")
    away(bobs, FRIDAY, kind="Sick leave")
    sick, told = [("Sick leave", 1)], [("Christmas Day", 1)]
    assert off(bobs, MONDAY, FRIDAY, reader=bobs) == {MONDAY: sick, FRIDAY: told}  # nobody is sick on a holiday
    assert off(bobs, MONDAY, FRIDAY, reader=alices)[MONDAY] == sick
    for reader in (carols, None):
        assert off(bobs, MONDAY, MONDAY, reader=reader) == {MONDAY: [(AWAY, 1)]}
    alices.role, alices.sees_only_own_records = "manager", True
    assert off(bobs, MONDAY, MONDAY, reader=alices) == {MONDAY: [(AWAY, 1)]}
    assert days_of(bobs, date(2026, 12, 26), date(2026, 12, 26))[date(2026, 12, 26)].label == "Second Day of Christmas"


def test_many_people_and_a_year_are_one_statement(bobs, alices, danish, django_assert_num_queries):
    away(bobs, MONDAY, FRIDAY)
    with django_assert_num_queries(1):
        found = plans([bobs, alices], date(2026, 1, 1), date(2026, 12, 31))
    assert [len(days) for days in found.values()] == [365, 365]
    assert sum(day.target for day in found[alices.pk].values()) > sum(day.target for day in found[bobs.pk].values())


def test_another_firms_days_are_not_ours(bobs, acme, globex, mallory, inside):
    with inside(globex):
        WorkingTime.objects.create(starts_on=date(2020, 1, 1), monday=60, country="DE")
        SpecialDay.objects.create(day=MONDAY, name="Founder's day")
    with inside(acme):
        assert targets(bobs, MONDAY, FRIDAY) == {date(2026, 12, day): 480 for day in range(21, 26)}
