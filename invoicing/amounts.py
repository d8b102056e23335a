"""The arithmetic of an invoice: what a line costs, and the tax on each rate's sum (EN 16931, BR-CO-17)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)
MOST = Decimal("999999999.99")  # of one line: five hundred of them fit into a total


def cents(amount: Decimal) -> Decimal:
    """Rounded to the cent, halves away from zero, as people round."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def of_hours(minutes: int, rate: Decimal) -> Decimal:
    """What so many minutes cost at so much an hour."""
    return cents(rate * minutes / 60)


def of_pieces(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """What so many of something cost."""
    return cents(quantity * unit_price)


@dataclass(frozen=True)
class Taxed:
    """All that is taxed alike: its sum, and the tax on that."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Totals:
    """What an invoice comes to; ``taxes`` by rate, the highest first."""

    taxes: tuple[Taxed, ...]

    @property
    def net(self) -> Decimal:
        return sum((each.net for each in self.taxes), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum((each.tax for each in self.taxes), ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def totals(lines: Iterable[tuple[Decimal, Decimal]]) -> Totals:
    """Of lines as (amount, tax rate in percent): the tax is worked out once for each rate, not line by line."""
    by_rate: dict[Decimal, Decimal] = defaultdict(Decimal)
    for amount, rate in lines:
        by_rate[rate] += amount
    return Totals(
        tuple(Taxed(rate, by_rate[rate], cents(by_rate[rate] * rate / 100)) for rate in sorted(by_rate)[::-1])
    )
