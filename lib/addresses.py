"""What stands behind the ``?`` of an address."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode


def query_of(words: Mapping[str, str | None]) -> str:
    """``?q=maren&page=2`` of what has a value; a bare ``?`` of nothing, which leads to the list as it is."""
    return "?" + urlencode({name: value for name, value in words.items() if value})
