"""Which rate counts: the nearest level that has one, of it the one that began last."""

from datetime import date
from decimal import Decimal

import pytest

from timetracking import actions, summary
from timetracking.models import Rate, Task, TimeEntry
from timetracking.rates.actions import rate_for, set_rate
from timetracking.rates.freezing import freeze, thaw
from timetracking.rates.impact import impact
from timetracking.rates.queries import bill_rates, cost_rates

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)

# Level, from when, how much; then what an hour in October, November and December is billed at.
TABLE = [
    ([], (None, None, None)),
    ([("account", None, 50)], (50, 50, 50)),
    ([("account", None, 50), ("person", None, 60)], (60, 60, 60)),
    ([("account", None, 50), ("person", NOVEMBER, 60)], (50, 60, 60)),
    ([("person", None, 60), ("project", None, 70)], (70, 70, 70)),
    ([("person", None, 60), ("project", DECEMBER, 70)], (60, 60, 70)),
    ([("project", None, 70), ("task", None, 80)], (80, 80, 80)),
    ([("task", NOVEMBER, 80), ("project", None, 70)], (70, 80, 80)),
    ([("task", None, 80), ("member", None, 90)], (90, 90, 90)),
    ([("member", DECEMBER, 90), ("task", NOVEMBER, 80), ("project", None, 70)], (70, 80, 90)),
    ([("project", None, 70), ("project", NOVEMBER, 75), ("project", DECEMBER, 78)], (70, 75, 78)),
    ([("project", None, 70), ("project", NOVEMBER, None), ("account", None, 50)], (70, 50, 50)),
    ([("project", NOVEMBER, 0)], (None, 0, 0)),
    ([("other person", None, 65), ("other project", None, 66), ("other task", None, 67)], (None, None, None)),
    ([("account", None, 50), ("account in DKK", None, 400)], (50, 50, 50)),
    ([("person in DKK", None, 400)], (None, None, None)),
]  # fmt: skip


@pytest.fixture
def october(acme, bobs, website, design, inside):
    """An hour of design a month."""
    with inside(acme):
        Rate.objects.all().delete()
        for day in (OCTOBER, NOVEMBER, DECEMBER):
            actions.log_time(bobs, website, design, day, 60)


def place(level, bobs, alices, website, internal, design):
    other_task = Task.objects.get_or_create(project=website, name="Meetings")[0]
    return {
        "account": {"currency": "EUR"},
        "account in DKK": {"currency": "DKK"},
        "person": {"person": bobs, "currency": "EUR"},
        "person in DKK": {"person": bobs, "currency": "DKK"},
        "project": {"project": website},
        "task": {"task": design},
        "member": {"project": website, "person": bobs},
        "other person": {"person": alices, "currency": "EUR"},
        "other project": {"project": internal},
        "other task": {"task": other_task},
    }[level]


def test_the_nearest_level_counts_and_of_it_what_began_last(
    acme, bobs, alices, website, internal, design, october, inside
):
    with inside(acme):
        for rates, expected in TABLE:
            Rate.objects.all().delete()
            for level, starts_on, amount in rates:
                where = place(level, bobs, alices, website, internal, design)
                set_rate("bill", None if amount is None else Decimal(amount), starts_on=starts_on, **where)
            entries = list(TimeEntry.objects.order_by("day"))
            found = bill_rates(entries)
            assert tuple(found[entry.pk] and found[entry.pk].amount for entry in entries) == expected, rates
            assert all(money is None or money.currency == "EUR" for money in found.values())


def test_a_cost_is_a_persons_or_everybodys(acme, bobs, alices, october, inside):
    with inside(acme):
        set_rate("cost", Decimal(30), currency="EUR")
        set_rate("cost", Decimal(40), person=bobs, currency="CHF", starts_on=NOVEMBER)
        entries = list(TimeEntry.objects.order_by("day"))
        found = cost_rates(entries)
        assert [found[entry.pk] for entry in entries] == [(30, "EUR"), (40, "CHF"), (40, "CHF")]


def test_what_was_approved_keeps_its_rates_and_a_change_says_what_it_would_do(acme, bobs, website, october, inside):
    with inside(acme):
        set_rate("bill", Decimal(90), project=website)
        set_rate("cost", Decimal(30), currency="EUR")
        first, *_ = TimeEntry.objects.order_by("day")
        freeze([first])
        assert (first.bill_rate, first.rate_currency, first.cost_rate) == (90, "EUR", 30)
        assert summary.differences() == []

        found = impact(rate_for("bill", Decimal(95), project=website))
        assert found.changes == [(((90, "EUR"), (95, "EUR")), 2)]
        assert (found.entries, found.people, found.kept) == (2, 1, 1)
        late = impact(rate_for("bill", Decimal(95), project=website, starts_on=DECEMBER))
        assert (late.entries, late.kept) == (1, 0)

        set_rate("bill", Decimal(95), project=website)
        rates = bill_rates(TimeEntry.objects.order_by("day"))
        assert [money.amount for money in rates.values()] == [90, 95, 95]
        thaw([first])
        assert bill_rates([first])[first.pk].amount == 95 and summary.differences() == []


def test_a_project_is_asked_for_the_rate_of_today(acme, website, inside):
    with inside(acme):
        assert website.hourly_rate == 95
        set_rate("bill", Decimal(99), project=website, starts_on=date(2199, 1, 1))
        assert website.hourly_rate == 95
        set_rate("bill", None, project=website, starts_on=OCTOBER)
        assert website.hourly_rate is None


def test_rates_of_another_firm_do_not_count(acme, globex, bobs, website, design, inside):
    with inside(globex):
        set_rate("bill", Decimal(999), currency="EUR")
    with inside(acme):
        Rate.objects.all().delete()
        entry = actions.log_time(bobs, website, design, NOVEMBER, 60)
        assert bill_rates([entry]) == {entry.pk: None}
