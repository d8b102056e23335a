"""Changing a rate: always from a day on, never what was approved."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import audit
from accounts.models import Membership
from tenancy.context import whole
from timetracking.models import Project, Rate, Task
from timetracking.rates.queries import EVER, Money, RateTable, level_of, terms_of


def rate_for(
    kind: str,
    amount: Decimal | None,
    *,
    project: Project | None = None,
    task: Task | None = None,
    person: Membership | None = None,
    currency: str = "",
    starts_on: date | None = None,
) -> Rate:
    """A row of the table as it would be stored. A task brings its project along, a project its currency."""
    project = task.project if task else project
    where: dict[str, Any] = {"project": project, "task": task, "person": person}
    where |= {"kind": kind, "currency": "" if project else currency, "starts_on": starts_on}
    return Rate(**where, amount=amount)


@whole
def set_rate(kind: str, amount: Decimal | None, **place: Any) -> Rate:
    """From ``starts_on`` on, or since ever, an hour is worth this; without an amount the level has none of its own."""
    wanted = rate_for(kind, amount, **place)
    before = before_it(wanted)
    names = ("kind", "project", "task", "person", "currency", "starts_on")
    place = {name: getattr(wanted, name) for name in names}
    rate, _ = Rate.objects.update_or_create(**place, defaults={"amount": amount})
    if (before and before.amount) != amount:
        audit.record("rate.changed", rate, data=_told(rate, before and before.amount))
    return rate


def before_it(wanted: Rate) -> Money | None:
    """What its level says so far of the day on which it begins."""
    same = Rate.objects.filter(kind=wanted.kind, project=wanted.project, task=wanted.task, person=wanted.person)
    rates = RateTable(wanted.kind, map(terms_of, same.filter(currency=wanted.currency)))
    return rates.at(level_of(wanted), wanted.starts_on or EVER)


def _told(rate: Rate, old: Decimal | None) -> dict[str, Any]:
    values = ["" if amount is None else f"{amount} {rate.shown_currency}" for amount in (old, rate.amount)]
    since = rate.starts_on.isoformat() if rate.starts_on else None
    return {"changes": {f"{rate.kind}_rate": values}, "since": since}
