"""Counting what a page asks of the database."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def asked(act: Callable[[], object]) -> int:
    """How many statements an action takes, without what a session notes when it comes to an account first."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum(not _of_the_session(query["sql"]) for query in captured)


def _of_the_session(sql: str) -> bool:
    return "django_session" in sql or sql.startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))
