"""A restricted contact is stored, and not used: what that forbids, whatever somebody's role."""

from __future__ import annotations

from typing import Any

from lib import formats
from lib.errors import Refused


def refuse_change(record: Any) -> None:
    """Raise Refused for a record that is restricted; lifting the restriction comes first."""
    if getattr(record, "is_restricted", False):
        day = formats.day(record.restricted_at, "year")
        raise Refused(
            f"{record} is restricted since {day}: stored, and not used or changed. {record.restriction_reason}"
        )
