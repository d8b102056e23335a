"""What Candor costs, in one place: the price page shows these plans, and whatever bills a firm reads them here.

A plan is a price for each person who may sign in. Plans differ in size alone: every one holds everything. The one
limit is how many people there is room for, which follows from the seats that are paid (``accounts/people/room.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

CURRENCIES = ("EUR", "USD", "GBP")
MONTHS_PAID_A_YEAR = 10  # who pays by the year gets two months free
MOST_SEATS = 500  # what may be bought without talking to us


class Interval(StrEnum):
    """How often a firm pays."""

    MONTH = "month"
    YEAR = "year"


class Entitlement(StrEnum):
    """What a plan holds, as the price page says it."""

    PRIVACY_RIGHTS = "Every privacy right, and its record"
    EXPORT = "Export of everything, at any time"
    AUDIT_LOG = "The log of every change, which you can check yourself"
    SECOND_FACTOR = "A second factor and passkeys"
    ROLES = "Six roles, own records only, own fields"
    API = "The API"
    SUPPORT = "Answers from people"


EVERYTHING = frozenset(Entitlement)  # safety is never the reason to buy a larger plan
UNLIMITED = ("Contacts, companies and deals", "Projects, hours and expenses", "Files")


@dataclass(frozen=True)
class Plan:
    """A price per seat, for firms of a size. Whoever is fewer than ``least`` pays for ``least``."""

    code: str
    name: str
    least: int
    most: int | None
    monthly: Mapping[str, Decimal]
    holds: frozenset[Entitlement] = EVERYTHING

    @property
    def people(self) -> str:
        """The one limit, in words."""
        if self.most == self.least:
            return "1" if self.least == 1 else str(self.least)
        return f"{self.least} and more" if self.most is None else f"{self.least} to {self.most}"

    def seat(self, currency: str, interval: Interval) -> Decimal:
        """One seat, for one month or one year."""
        months = MONTHS_PAID_A_YEAR if interval is Interval.YEAR else 1
        return self.monthly[currency] * months

    def takes(self, seats: int) -> bool:
        return self.most is None or seats <= self.most


def _plan(code: str, name: str, least: int, most: int | None, *monthly: str) -> Plan:
    return Plan(code, name, least, most, dict(zip(CURRENCIES, map(Decimal, monthly), strict=True)))


SOLO = _plan("solo", "Solo", 1, 1, "9", "10", "8")
TEAM = _plan("team", "Team", 2, None, "14", "16", "12")
FIRM = _plan("firm", "Firm", 31, None, "12", "14", "10")
PLANS = (SOLO, TEAM, FIRM)


@dataclass(frozen=True)
class Offer:
    """What some people cost, on the plan that costs them least."""

    plan: Plan
    seats: int
    currency: str
    interval: Interval

    @property
    def paid_seats(self) -> int:
        return max(self.seats, self.plan.least)

    @property
    def spare_seats(self) -> int:
        """Seats that come along because the larger plan is the cheaper one."""
        return self.paid_seats - self.seats

    @property
    def seat(self) -> Decimal:
        return self.plan.seat(self.currency, self.interval)

    @property
    def total(self) -> Decimal:
        """What is paid each month or each year, before tax."""
        return self.seat * self.paid_seats


def offer(seats: int, currency: str, interval: Interval) -> Offer:
    """The cheapest plan for so many people."""
    offers = [Offer(plan, seats, currency, interval) for plan in PLANS if plan.takes(seats)]
    return min(offers, key=lambda each: each.total)


@dataclass(frozen=True)
class Price:
    """What the processor charges for one seat. It knows the price by our own name, ``team-month-eur``."""

    plan: Plan
    interval: Interval
    currency: str

    @property
    def key(self) -> str:
        return f"{self.plan.code}-{self.interval}-{self.currency.lower()}"

    @property
    def amount(self) -> int:
        """In the currency's smallest unit; all of ours have hundredths."""
        return int(self.plan.seat(self.currency, self.interval) * 100)


PRICES = {
    price.key: price
    for price in (Price(plan, interval, currency) for plan in PLANS for interval in Interval for currency in CURRENCIES)
}
