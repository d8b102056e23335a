"""``assert_same_statements``: a page asks no more for twelve rows than for two. ``behind_the_door``: what it asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

_VALUES = re.compile(r"'(?:[^']|'')*'|\b\d+\b")
_LISTS = re.compile(r"\((?:#(?:, )?)+\)")


def assert_same_statements(client: Client, url: str, more_rows: Callable[[], Any], *, status: int = 200) -> None:
    """Ask for ``url``, make ``more_rows``, ask again: the second answer must cost the same statements."""
    _statements(client, url, status)  # what is asked once per process or session is not counted
    few = _statements(client, url, status)
    more_rows()
    many = _statements(client, url, status)
    if len(many) > len(few):
        added = Counter(many) - Counter(few)
        shown = "\n".join(f"  {count} × {statement[:300]}" for statement, count in added.most_common())
        raise AssertionError(f"{url}: {len(few)} statements grew to {len(many)} with more rows:\n{shown}")


def behind_the_door(act: Callable[[], object]) -> list[str]:
    """The statements between entering the account and leaving it."""
    with CaptureQueriesContext(connection) as captured:
        act()
    asked = [query["sql"].strip() for query in captured]
    inside = [number for number, sql in enumerate(asked) if sql.startswith("SET LOCAL app.account_id")]
    return asked[inside[0] + 1 : inside[-1]]


def _statements(client: Client, url: str, status: int) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
        if response.streaming:
            b"".join(response.streaming_content)
    assert response.status_code == status, f"{url} answered {response.status_code}"
    return [_LISTS.sub("(#)", _VALUES.sub("#", query["sql"])) for query in captured]
