"""Contacts as vCards 4.0 (RFC 6350), hours and activities as calendars (RFC 5545): both are made of the same lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from privacy.exports.snapshot import BLOCK, Block

WIDEST = 75  # octets of a line, by both standards
PRODUCT = "-//Candor//Archive//EN"

CONTACTS = """
    SELECT json_build_object(
        'uid', t.public_id, 'first', t.first_name, 'last', t.last_name, 'title', t.title, 'company', c.name,
        'url', t.website, 'note', t.note, 'revised', t.updated_at,
        'emails', jsonb_build_array(jsonb_build_array(t.email_label, t.email)) || COALESCE((
            SELECT jsonb_agg(jsonb_build_array(e.label, e.email) ORDER BY e.id) FROM crm_contactemail e
            WHERE e.account_id = t.account_id AND e.contact_id = t.id), '[]'),
        'phones', jsonb_build_array(jsonb_build_array(t.phone_label, t.phone)) || COALESCE((
            SELECT jsonb_agg(jsonb_build_array(p.label, p.phone) ORDER BY p.id) FROM crm_contactphone p
            WHERE p.account_id = t.account_id AND p.contact_id = t.id), '[]'),
        'addresses', jsonb_build_array(jsonb_build_array('', t.street, t.city, t.region, t.postal_code, t.country))
            || COALESCE((
            SELECT jsonb_agg(jsonb_build_array(a.label, a.street, a.city, a.region, a.postal_code, a.country)
                ORDER BY a.id) FROM crm_contactaddress a
            WHERE a.account_id = t.account_id AND a.contact_id = t.id), '[]'))
    FROM crm_contact t
    LEFT JOIN crm_company c ON c.account_id = t.account_id AND c.id = t.company_id
    WHERE t.account_id = {account} AND t.deleted_at IS NULL AND t.restricted_at IS NULL
"""
ENTRIES = """
    SELECT json_build_object(
        'uid', t.public_id, 'day', t.day, 'minutes', t.minutes, 'start', t.started_at, 'end', t.stopped_at,
        'stamp', t.updated_at, 'note', t.note, 'project', p.name, 'task', k.name,
        'person', concat_ws(' ', u.first_name, u.last_name))
    FROM timetracking_timeentry t
    JOIN timetracking_project p ON p.account_id = t.account_id AND p.id = t.project_id
    LEFT JOIN timetracking_task k ON k.account_id = t.account_id AND k.id = t.task_id
    JOIN accounts_membership m ON m.account_id = t.account_id AND m.id = t.person_id
    JOIN accounts_user u ON u.id = m.user_id
    WHERE t.account_id = {account}
"""
ACTIVITIES = """
    SELECT json_build_object(
        'uid', t.public_id, 'day', t.due_on, 'start', t.due_at, 'minutes', t.minutes, 'stamp', t.updated_at,
        'subject', t.subject, 'note', t.note)
    FROM crm_activity t
    WHERE t.account_id = {account} AND t.deleted_at IS NULL AND t.due_on IS NOT NULL
"""


def cards(records: Iterable[dict[str, Any]]) -> Iterator[Block]:
    """One card for each contact."""
    return _blocks(map(_card, records))


def calendar(name: str, records: Iterable[dict[str, Any]]) -> Iterator[Block]:
    """One event for each time entry, or activity with a day."""
    begins = ["BEGIN:VCALENDAR", "VERSION:2.0", _line("PRODID", PRODUCT), _line("X-WR-CALNAME", name)]
    yield Block("".join(f"{each}\r\n" for each in begins).encode(), 0)
    yield from _blocks(map(_event, records))
    yield Block(b"END:VCALENDAR\r\n", 0)


def _card(of: dict[str, Any]) -> list[str]:
    name = f"{of['first']} {of['last']}".strip()
    reached = next((email for _, email in of["emails"] if email), "") or of["company"] or "No name"
    lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:uuid:{of['uid']}", _line("FN", name or reached)]
    lines.append(f"N:{_escaped(of['last'])};{_escaped(of['first'])};;;")
    lines += [_line("EMAIL", email, label) for label, email in of["emails"] if email]
    lines += [_line("TEL", phone, label) for label, phone in of["phones"] if phone]
    lines += [
        _folded(f"ADR{_type(label)}:;;{';'.join(map(_escaped, parts))}")
        for label, *parts in of["addresses"]
        if any(parts)
    ]
    said = (("ORG", of["company"]), ("TITLE", of["title"]), ("URL", of["url"]), ("NOTE", of["note"]))
    lines += [_line(word, value) for word, value in said if value]
    return [*lines, f"REV:{_instant(of['revised'])}", "END:VCARD"]


def _event(of: dict[str, Any]) -> list[str]:
    lines = ["BEGIN:VEVENT", f"UID:{of['uid']}", f"DTSTAMP:{_instant(of['stamp'])}", *_times(of)]
    about = of.get("subject") or " · ".join(filter(None, (_hours(of["minutes"]), of["project"], of["task"])))
    lines.append(_line("SUMMARY", about))
    told = "\n".join(filter(None, (of.get("person"), of["note"])))
    return [*lines, *([_line("DESCRIPTION", told)] if told else []), "END:VEVENT"]


def _times(of: dict[str, Any]) -> list[str]:
    """From when to when, or the whole day where no time of day is known."""
    if of["start"]:
        start = datetime.fromisoformat(of["start"])
        ends = datetime.fromisoformat(of["end"]) if of.get("end") else start + timedelta(minutes=of["minutes"] or 30)
        return [f"DTSTART:{start.astimezone(UTC):%Y%m%dT%H%M%SZ}", f"DTEND:{ends.astimezone(UTC):%Y%m%dT%H%M%SZ}"]
    day = date.fromisoformat(of["day"])
    ends_on = day + timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{ends_on:%Y%m%d}", "TRANSP:TRANSPARENT"]


def _hours(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"


def _instant(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _line(word: str, value: str, label: str = "") -> str:
    return _folded(f"{word}{_type(label)}:{_escaped(value)}")


def _type(label: str) -> str:
    """A label as a parameter: quoted, without what a parameter can't hold."""
    kept = "".join(each for each in label if each.isprintable() and each != '"')
    return f';TYPE="{kept}"' if kept else ""


def _escaped(value: str) -> str:
    text = value.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    text = text.replace(";", "\\;").replace(",", "\\,")
    return "".join(each for each in text if each >= " " or each == "\t")


def _folded(line: str) -> str:
    """At most 75 octets a line, never in the middle of a character."""
    if len(line) * 4 <= WIDEST or len(line.encode()) <= WIDEST:
        return line
    parts, part, width = [], "", 0
    for each in line:
        size = len(each.encode())
        if width + size > WIDEST:
            parts.append(part)
            part, width = "", 1  # the space that begins a folded line counts
        part, width = part + each, width + size
    return "\r\n ".join([*parts, part])


def _blocks(records: Iterable[list[str]]) -> Iterator[Block]:
    kept: list[str] = []
    size = rows = 0
    for lines in records:
        text = "\r\n".join(lines) + "\r\n"
        kept.append(text)
        size, rows = size + len(text), rows + 1
        if size >= BLOCK:
            yield Block("".join(kept).encode(), rows)
            kept, size, rows = [], 0, 0
    if kept:
        yield Block("".join(kept).encode(), rows)
