"""How the log tells what happened to days off. Why somebody was off is never written into it."""

from __future__ import annotations

from datetime import date

from audit.words import Data, Field, Kind, Noun, Ref, register, register_noun
from lib import formats
from timetracking.models.off import WEEKDAYS

GROUP = "Projects and time"


def _days(data: Data) -> dict[str, str | Ref]:
    first, last = (formats.day(date.fromisoformat(data[name])) for name in ("first_day", "last_day"))
    days = first if first == last else f"{first} to {last}"
    half = {"am": ", morning", "pm": ", afternoon"}.get(data.get("half", ""), "")
    return {"days": days + half, "whose": f" for {data['person']}" if data.get("person") else ""}


def _whose(data: Data) -> dict[str, str | Ref]:
    return {"whose": f" of {data['person']}" if data.get("person") else ""}


def _day(text: str) -> str:
    return formats.day(date.fromisoformat(text))


register(
    GROUP,
    Kind("time_off.entered", "Time off entered", "entered time off{whose}: {days}", "beach", _days),
    Kind("time_off.requested", "Time off asked for", "asked for time off{whose}: {days}", "beach", _days),
    Kind("time_off.approved", "Time off approved", "approved time off{whose}: {days}", "circle-check", _days),
    Kind("time_off.declined", "Time off declined", "declined time off{whose}: {days}", "circle-x", _days),
    Kind("time_off.changed", "Time off changed", "changed {changes} of the time off{whose}", "pencil", _days,
         unchanged="changed time off{whose}: {days}"),
    Kind("time_off.deleted", "Time off deleted", "deleted the time off{whose}: {days}", "trash", _days),
    Kind("time_off_type.created", "Kind of time off added", "added [the kind of time off ]{record}", "plus"),
    Kind("time_off_type.changed", "Kind of time off changed", "changed {changes}[ of {record}]", "pencil"),
    Kind("time_off_type.archived", "Kind of time off archived", "archived [the kind of time off ]{record}", "archive"),
    Kind("time_off_type.restored", "Kind of time off restored", "restored [the kind of time off ]{record}",
         "archive-off"),
    Kind("working_time.set", "Working time set", "set the working time{whose}: {changes}", "clock-cog", _whose,
         unchanged="set the working time{whose}"),
    Kind("working_time.removed", "Working time removed", "removed the working time{whose} from {starts_on}", "trash",
         lambda data: {**_whose(data), "starts_on": _day(data["starts_on"])}),
    Kind("special_day.added", "Special day added", "added {record} to the firm’s days", "calendar-plus"),
    Kind("special_day.removed", "Special day removed", "took {record} off the firm’s days", "calendar-minus"),
)  # fmt: skip


register_noun(
    Noun(
        "timetracking.timeoff",
        "time off",
        {
            "first_day": Field("From", _day),
            "last_day": Field("To", _day),
            "half": Field("Part of the day"),
        },
    )
)
register_noun(
    Noun(
        "timetracking.timeofftype",
        "kind of time off",
        {
            "name": Field("Name"),
            "colour": Field("Colour"),
            "is_paid": Field("Paid"),
            "lowers_target": Field("Lowers the hours expected"),
            "needs_approval": Field("A manager approves it"),
            "is_counted": Field("Comes off the days of the year"),
        },
    )
)
register_noun(
    Noun(
        "timetracking.workingtime",
        "working time",
        {
            "starts_on": Field("From"),
            **{weekday: Field(weekday.capitalize()) for weekday in WEEKDAYS},
            "country": Field("Holidays of"),
            "region": Field("Region"),
            "days_off": Field("Days off a year"),
        },
    )
)
register_noun(Noun("timetracking.specialday", "special day", {}))
