"""The plans: one price list, and always the cheapest plan."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import stripe

from accounts import choices
from billing.catalogue import CURRENCIES, EVERYTHING, FIRM, MOST_SEATS, PLANS, SOLO, TEAM, Entitlement, Interval, offer
from billing.tax_numbers import ELSEWHERE, EUROPEAN_UNION

MONTH, YEAR = Interval.MONTH, Interval.YEAR
EVERY_SIZE = range(1, MOST_SEATS + 1)


@pytest.mark.parametrize(
    ("seats", "plan", "total"),
    [(1, SOLO, 9), (2, TEAM, 28), (7, TEAM, 98), (26, TEAM, 364), (27, FIRM, 372), (31, FIRM, 372), (40, FIRM, 480)],
)
def test_people_get_the_plan_that_costs_them_least(seats, plan, total):
    found = offer(seats, "EUR", MONTH)
    assert (found.plan, found.total) == (plan, Decimal(total))


def test_who_is_few_for_the_larger_plan_has_room_to_spare():
    assert (offer(28, "EUR", MONTH).paid_seats, offer(28, "EUR", MONTH).spare_seats) == (31, 3)
    assert offer(7, "EUR", MONTH).spare_seats == 0


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("interval", Interval)
def test_one_person_more_never_makes_it_cheaper(currency, interval):
    totals = [offer(seats, currency, interval).total for seats in EVERY_SIZE]
    assert totals == sorted(totals)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_two_months_of_a_year_are_free(currency):
    for seats in EVERY_SIZE:
        assert offer(seats, currency, YEAR).total == offer(seats, currency, MONTH).total * 10


def test_every_plan_has_a_price_in_every_currency():
    assert {frozenset(plan.monthly) for plan in PLANS} == {frozenset(CURRENCIES)}
    assert all(price > 0 for plan in PLANS for price in plan.monthly.values())
    assert len({plan.code for plan in PLANS}) == len(PLANS) == 3


def test_every_plan_holds_everything_that_makes_candor_safe():
    assert {plan.holds for plan in PLANS} == {EVERYTHING} == {frozenset(Entitlement)}
    assert [plan.people for plan in PLANS] == ["1", "2 and more", "31 and more"]


def test_every_kind_of_tax_number_is_one_that_the_processor_knows():
    known = Path(stripe.__file__).with_name("params").joinpath("_customer_create_tax_id_params.py").read_text()
    assert [kind for kind in ("eu_vat", *ELSEWHERE.values()) if f'"{kind}"' not in known] == []
    assert set(ELSEWHERE) <= {code for code, _ in choices.countries()} - EUROPEAN_UNION
