"""How the log tells what happened to activities."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Field, Kind, Noun, plain, register, register_noun
from crm.activities import repeats
from crm.models import Activity

GROUP = "Activities"


def kind_words(value: str) -> str:
    return dict(Activity.Kind.choices).get(value, value)


register(
    GROUP,
    Kind("activity.created", "Activity planned", "planned {record}", "plus"),
    Kind("activity.logged", "Activity logged", "logged {record}", "check"),
    Kind("activity.changed", "Activity changed", "changed {changes}[ of {record}]", "pencil"),
    Kind("activity.completed", "Activity completed", "completed {record}", "check"),
    Kind("activity.reopened", "Activity reopened", "reopened {record}", "arrow-back-up"),
    Kind("activity.taken_back", "Next of a series taken back", "took back {record}, which was to follow", "repeat-off"),
    Kind("activity.deleted", "Activity moved to the bin", "moved {record} to the bin", "trash"),
    Kind("activity.restored", "Activity restored", "took {record} out of the bin", "arrow-back-up"),
    Kind("feed.made", "Calendar address made", "made a private address for the own calendar", "calendar-share"),
    Kind("feed.revoked", "Calendar address revoked", "revoked the private address of the own calendar", "calendar-off"),
)

register_noun(
    Noun(
        "crm.activity",
        "activity",
        {
            "kind": Field("Kind", kind_words),
            "subject": Field("Subject"),
            "due_on": Field("Day"),
            "due_time": Field("Time"),
            "minutes": Field("Minutes"),
            "repeats": Field("Repeat", lambda rule: str(repeats.read(rule)) if rule else ""),
            "remind": Field("Reminder"),
            "remind_at": Field("Reminder at"),
            "contact": Field("Contact", plain, names_records=True),
            "company": Field("Company", plain),
            "deal": Field("Deal", plain, names_records=True),
            "owner": Field("Owner"),
            "outcome": Field("Outcome"),
            "note": Field("Note", is_long=True),
        },
        pages_of("crm:activity", "activity.view", lambda member: Activity.objects.visible_to(member)),
    )
)
