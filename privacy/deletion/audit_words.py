"""How an account's log tells of what holds it."""

from __future__ import annotations

from datetime import date

from audit.words import Data, Kind, register
from lib import formats


def _until(data: Data) -> dict[str, str]:
    return {"until": formats.day(date.fromisoformat(data["review_on"]), "year")}


def _removed(data: Data) -> dict[str, str]:
    return {"rows": "; ".join(f"{rows} of {rule}" for rule, rows in data["removed"].items())}


def _ground(data: Data) -> dict[str, str]:
    return {"ground": str(data["ground"])}


register(
    "Erasing",
    Kind("contact.erased", "Contact erased", "erased a contact, with all about them: {ground}", "eraser", _ground),
    Kind("member.erased", "Member erased", "erased a member; hours stay without a name: {ground}", "eraser", _ground),
    Kind("retention.applied", "Old rows removed", "removed what was too old: {rows}", "calendar-x", _removed),
    Kind("hold.placed", "Legal hold", "placed a legal hold for {matter}, looked at again by {until}", "scale", _until),
    Kind("hold.reviewed", "Legal hold reviewed", "found that {matter} is still open, until {until}", "scale", _until),
    Kind("hold.released", "Legal hold released", "released the legal hold for {matter}", "scale-off", _until),
)
