"""Removing what is too old, on record: how many rows a sweeper took, by table, is told to whoever keeps count."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.dispatch import Signal

P = ParamSpec("P")
R = TypeVar("R")

swept = Signal()
"""Sent with ``removed``, rows by table, and ``is_ours``, in the sweeper's transaction and account if it is in one."""

_DELETING = re.compile(r'\s*DELETE FROM "(\w+)"')


def sweeps(*, is_ours: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count what a function removes by the ORM, and tell of it when the function has ended well (promise 147).

    ``is_ours``: what no firm would look for in its log, as marks that only keep something from happening twice.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            removed: Counter[str] = Counter()

            def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
                answer = execute(sql, params, many, context)
                if found := isinstance(sql, str) and _DELETING.match(sql):
                    removed[found[1]] += context["cursor"].rowcount
                return answer

            with connection.execute_wrapper(count):
                answer = function(*args, **kwargs)
            if +removed:
                swept.send(function, removed=dict(+removed), is_ours=is_ours)
            return answer

        return counted

    return decorate
