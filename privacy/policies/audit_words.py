"""How an account's log tells of what the firm agreed to."""

from __future__ import annotations

from datetime import date

from audit.words import Data, Kind, Noun, register, register_noun
from lib import formats


def _version(data: Data) -> dict[str, str]:
    return {"day": formats.day(date.fromisoformat(data["of"]), "year")}


register(
    "Agreements",
    Kind(
        "agreement.accepted",
        "Data processing agreement accepted",
        "accepted the data processing agreement of {day}",
        "file-check",
        _version,
    ),
)
register_noun(Noun("policies.agreement", "agreement"))
