"""Approved hours keep the rates that they had: what is changed later does not reach them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from tenancy.context import whole
from timetracking import summary
from timetracking.models import TimeEntry
from timetracking.rates.queries import bill_rates, cost_rates

COLUMNS = ("bill_rate", "rate_currency", "cost_rate", "cost_currency", "rates_frozen_at")


@whole
def freeze(entries: Iterable[TimeEntry]) -> None:
    """Write down what an hour of each is worth and costs now. Safe to call twice: what is frozen stays."""
    given = list(entries)
    fresh = _stored(given, rates_frozen_at=None)
    bill, cost, now = bill_rates(fresh), cost_rates(fresh), timezone.now()
    rates = {entry.pk: (*(bill[entry.pk] or (None, "")), *(cost[entry.pk] or (None, "")), now) for entry in fresh}
    _store(given, fresh, rates)


@whole
def thaw(entries: Iterable[TimeEntry]) -> None:
    """The table of rates counts again, but for a rate that was said for the entry itself."""
    given = list(entries)
    frozen = _stored(given, rates_frozen_at__isnull=False)
    rates = {
        entry.pk: (*((entry.bill_rate, entry.rate_currency) if entry.has_own_rate else (None, "")), None, "", None)
        for entry in frozen
    }
    _store(given, frozen, rates)


def _stored(given: list[TimeEntry], **condition: Any) -> list[TimeEntry]:
    numbers = [entry.pk for entry in given]
    return list(TimeEntry.objects.filter(pk__in=numbers, **condition).order_by("pk").select_for_update())


def _store(given: list[TimeEntry], entries: list[TimeEntry], rates: dict[int, tuple[Any, ...]]) -> None:
    """As many statements as there are different rates; what was given says so, too."""
    counted = [facts for entry in entries for facts in summary.facts_of(entry)]
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, values in rates.items():
        alike[values].append(number)
    for values, numbers in alike.items():
        TimeEntry.objects.filter(pk__in=numbers).update(**dict(zip(COLUMNS, values, strict=True)))
    for entry in (*entries, *(entry for entry in given if entry.pk in rates)):
        for name, value in zip(COLUMNS, rates[entry.pk], strict=True):
            setattr(entry, name, value)
    summary.keep([facts for entry in entries for facts in summary.facts_of(entry)], counted)
