"""Counting what a page asks of the database."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def asked(act: Callable[[], object]) -> int:
    """How many statements an action takes."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)
