"""Counting what a page asks of the database."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

_SESSIONS = ("django_session", "usersessions_usersession")
_ASIDE = ("SAVEPOINT", "RELEASE SAVEPOINT", 'UPDATE "accounts_membership"')


def asked(act: Callable[[], object]) -> int:
    """How many statements an action takes, without what a session notes when it comes to an account first."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum(not _of_the_session(query["sql"]) for query in captured)


def _of_the_session(sql: str) -> bool:
    return any(name in sql for name in _SESSIONS) or sql.startswith(_ASIDE)
