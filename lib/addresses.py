"""What stands in an address: ids, what is behind the ``?``, and where a form may lead back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.http import url_has_allowed_host_and_scheme


def query_of(words: Mapping[str, str | None]) -> str:
    """``?q=maren&page=2`` of what has a value; a bare ``?`` of nothing, which leads to the list as it is."""
    return "?" + urlencode({name: value for name, value in words.items() if value})


def id_in(text: object) -> UUID | None:
    """A public id as an address or a form brings it; None for anything else."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def page_within(url: str, slug: str) -> str:
    """The address if it is a page of this account; else nothing."""
    is_within = url.startswith(f"/a/{slug}/") and url_has_allowed_host_and_scheme(url, None)
    return url if is_within else ""


def version_in(sent: Mapping[str, str], record: Any) -> int:
    """The version of the record that was on the screen of whoever sent this; the present one where it does not say."""
    text = sent.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else int(record.version)
