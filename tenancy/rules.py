"""Rules about one row, looked at in Python first.

Django asks the database about every check constraint, with a savepoint around each question: three statements
for a rule such as "minutes from 1 to 1440". Most rows keep the rule, and that can be seen without asking.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from django.db.models import CheckConstraint, F, Model, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.constraints import BaseConstraint

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "range": lambda value, bounds: bool(bounds[0] <= value <= bounds[1]),
    "in": lambda value, values: value in values,
}
_ORDERED = ("gt", "gte", "lt", "lte", "range")


class CannotTell(Exception):
    """Only the database knows."""


def surely_keeps(row: Model, rule: BaseConstraint) -> bool:
    """True when the row keeps the rule beyond doubt. False means: ask the database."""
    if not isinstance(rule, CheckConstraint) or not isinstance(rule.condition, Q):
        return False
    try:
        return _holds(row, rule.condition) is True
    except (CannotTell, TypeError):
        return False


def _holds(row: Model, condition: Q) -> bool | None:
    """SQL's three answers: None where a compared value is NULL."""
    answers = [_holds(row, part) if isinstance(part, Q) else _compare(row, part) for part in condition.children]
    if condition.connector == Q.XOR:
        raise CannotTell
    decides = condition.connector == Q.OR  # one True settles an OR, one False an AND
    answer = decides if decides in answers else None if None in answers else not decides
    return None if answer is None else answer is not condition.negated


def _compare(row: Model, part: Any) -> bool | None:
    if not isinstance(part, tuple):
        raise CannotTell
    name, _, lookup = part[0].partition(LOOKUP_SEP)
    lookup, value, other = lookup or "exact", _value(row, F(name)), _value(row, part[1])
    if lookup == "isnull":
        return (value is None) is other
    if lookup not in _COMPARED or (isinstance(value, str) and lookup in _ORDERED):  # texts are ordered by a collation
        raise CannotTell
    return None if value is None or other is None else _COMPARED[lookup](value, other)


def _value(row: Model, what: Any) -> Any:
    if isinstance(what, F):
        name: str = what.name  # type: ignore[attr-defined]
        if LOOKUP_SEP in name:
            raise CannotTell
        field: Any = row._meta.get_field(name)
        return getattr(row, field.attname)
    if hasattr(what, "resolve_expression"):
        raise CannotTell
    return what
