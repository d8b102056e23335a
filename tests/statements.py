"""What a request asks of the database once it is inside the account."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext


def behind_the_door(act: Callable[[], object]) -> list[str]:
    """The statements between entering the account and leaving it."""
    with CaptureQueriesContext(connection) as captured:
        act()
    asked = [query["sql"].strip() for query in captured]
    inside = [number for number, sql in enumerate(asked) if sql.startswith("SET LOCAL app.account_id")]
    return asked[inside[0] + 1 : inside[-1]]
