"""A member's activities as a calendar that other programs read (RFC 5545), by a secret address.

Whatever has a day is an event: of hours where it has a time, of the whole day where it has none, since many programs
show nothing else. Asked for ``as_todos``, what has no time is a to-do. A series is one event with its rule; its uid
stays while one activity follows the other.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event, Todo, vRecur

from accounts.models import Membership
from crm.activities.about import names_of
from crm.activities.zones import carried
from crm.models import Activity

DONE_DAYS = 90  # so far back done ones are kept
MOST = 2000
USUAL = 30  # minutes of what does not say how long it takes
TODOS = (Activity.Kind.TASK, Activity.Kind.EMAIL)


def calendar_of(member: Membership, *, as_todos: bool = False) -> bytes:
    """The member's own activities with a day: open ones, and those done lately. Call it inside the account."""
    calendar = Calendar()
    calendar.add("prodid", "-//Candor//Activities//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Candor: {member.account.name}")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    activities = list(_activities(member))
    for name in sorted({activity.time_zone for activity in activities if activity.due_at}):
        calendar.add_component(carried(name, timezone.now().year))
    for activity in activities:
        calendar.add_component(_component(activity, member, as_todos))
    written: bytes = calendar.to_ical()
    return written


def _activities(member: Membership) -> Any:
    since = timezone.now() - timedelta(days=DONE_DAYS)
    mine = Activity.objects.live().visible_to(member).filter(owner=member, due_on__isnull=False)
    return mine.filter(Q(done_at=None) | Q(done_at__gte=since)).with_names().order_by("-due_on", "-id")[:MOST]


def _component(activity: Activity, member: Membership, as_todos: bool) -> Event | Todo:
    is_todo = as_todos and activity.due_time is None and activity.kind in TODOS
    item = Todo() if is_todo else Event()
    item.add("uid", _uid(activity))
    item.add("summary", activity.subject)
    item.add("description", _description(activity, member))
    item.add("url", _url(activity, member))
    item.add("categories", [activity.get_kind_display()])
    item.add("class", "PRIVATE")
    item.add("sequence", activity.version - 1)
    item.add("created", activity.created_at)
    item.add("last-modified", activity.updated_at)
    item.add("dtstamp", activity.updated_at)
    _add_times(item, activity, is_todo)
    if activity.repeats and not activity.is_done:
        item.add("rrule", _rule(activity))
    if is_todo:
        item.add("status", "COMPLETED" if activity.is_done else "NEEDS-ACTION")
        if activity.done_at:
            item.add("completed", activity.done_at.astimezone(UTC))
    return item


def _add_times(item: Event | Todo, activity: Activity, is_todo: bool) -> None:
    day: Any = activity.due_on
    if activity.due_at is None:
        item.add("dtstart", day)
        if is_todo:
            item.add("due", day + timedelta(days=1))  # the day is over then: what is due must come after the start
        else:
            item.add("dtend", day + timedelta(days=1))
            item.add("transp", "TRANSPARENT")
        return
    start = activity.due_at.astimezone(activity.zone)
    item.add("dtstart", start)
    item.add("duration", timedelta(minutes=activity.minutes or USUAL))


def _uid(activity: Activity) -> str:
    """The series while it goes on; what was done of it stands for itself."""
    whose = activity.series if activity.repeats and not activity.is_done else activity.public_id
    return f"{whose}@{urlsplit(settings.SITE_URL).hostname}"


def _rule(activity: Activity) -> vRecur:
    """The rule as calendars want it: the end of one with a time of day is an instant."""
    rule = vRecur.from_ical(activity.repeats)
    if "UNTIL" in rule and activity.due_time:
        last: date = rule["UNTIL"][0]
        rule["UNTIL"] = [datetime.combine(last, time(23, 59, 59), activity.zone).astimezone(UTC)]
    return rule


def _description(activity: Activity, member: Membership) -> str:
    """Who it is about, as far as this member may see that and it may be used; then the note."""
    about = [named.name for named in names_of(activity, member) if not _is_restricted(activity, named.noun)]
    done = f"Done. {activity.outcome}".strip() if activity.is_done else ""
    return "\n".join(filter(None, [done, ", ".join(about), activity.note]))


def _is_restricted(activity: Activity, noun: str) -> bool:
    return noun == "contact" and activity.contact is not None and activity.contact.is_restricted


def _url(activity: Activity, member: Membership) -> str:
    return settings.SITE_URL + reverse("crm:activity", args=[member.account.slug, activity.public_id])
