"""How the log tells what happened to timesheets and to the settings of time."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.history import pages_of
from accounts.permissions import within_reach
from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from lib import formats
from timetracking.models import Timesheet

GROUP = "Projects and time"


def _sheet(data: Data) -> dict[str, str | Ref]:
    """Of whom and of which days; for whom it was approved, and with which words."""
    return {
        "person": data["person"],
        "days": f"{_day(data['from'])} to {_day(data['to'])}",
        "instead": f" for {data['for']}" if data.get("for") else ", their own" if data.get("own") else "",
        "hours": f", {formats.hours(data['minutes'])}" if "minutes" in data else "",
        "words": f": {data['words']}" if data.get("words") else "",
        "reason": data.get("reason", ""),
    }


def _delegation(data: Data) -> dict[str, str | Ref]:
    return {"delegate": data["delegate"], "days": f"{_day(data['from'])} to {_day(data['to'])}"}


def _seen(reader: Any) -> Any:
    return within_reach(Timesheet.objects.all(), reader, "time.view")


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text))


def _yes(value: Any) -> str:
    return {"True": "yes", "False": "no"}.get(str(value), str(value))


register(
    GROUP,
    Kind("timesheet.submitted", "Timesheet submitted", "submitted [the timesheet of ]{record}{hours}", "send", _sheet),
    Kind("timesheet.withdrawn", "Timesheet withdrawn", "withdrew [the timesheet of ]{record}", "arrow-back-up", _sheet),
    Kind("timesheet.signed", "Timesheet approved in part",
         "approved their part of [the timesheet of ]{record}{instead}", "check", _sheet),
    Kind("timesheet.approved", "Timesheet approved", "approved [the timesheet of ]{record}{instead}", "circle-check",
         _sheet),
    Kind("timesheet.unapproved", "Approval taken back", "took back their approval of [the timesheet of ]{record}",
         "arrow-back-up", _sheet),
    Kind("timesheet.returned", "Timesheet returned", "returned [the timesheet of ]{record}{instead}{words}",
         "arrow-back-up", _sheet),
    Kind("timesheet.reopened", "Timesheet reopened", "reopened [the timesheet of ]{record}{instead}{words}",
         "lock-open", _sheet),
    Kind("timesheet.corrected", "Timesheet corrected late",
         "changed hours of [the timesheet of ]{record} after somebody had approved it: {reason}", "pencil", _sheet),
    Kind("time_settings.changed", "Time settings changed", "changed {changes} in the time settings", "settings"),
    Kind("delegation.started", "Delegate named", "let {delegate} approve in their place, {days}", "users", _delegation),
    Kind("delegation.ended", "Delegate taken back", "took it back that {delegate} approves in their place, {days}",
         "users", _delegation),
)  # fmt: skip
register_noun(Noun("timetracking.delegation", "delegate", {}))
register_noun(Noun("timetracking.timesheet", "timesheet", {}, pages_of("timetracking:sheet", "time.view", _seen)))
register_noun(
    Noun(
        "timetracking.timesettings",
        "time settings",
        {
            "day_ends": Field("End of the working day"),
            "allows_future": Field("Days to come", _yes),
            "needs_clock": Field("Clock times needed", _yes),
            "needs_note": Field("Notes needed", _yes),
            "smallest_group": Field("Smallest group in reports"),
            "approval": Field("Approver"),
            "period": Field("Period"),
            "period_starts_on": Field("Day in the first of two weeks"),
            "levels": Field("Levels"),
            "locked_through": Field("Locked up to"),
            "lock_reason": Field("Reason for the lock"),
        },
    )
)
