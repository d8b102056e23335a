"""The rows of a week. A sheet has hundreds of cells, so they are put together here and not by templates.

What people wrote is escaped where it is put in; all other words are ours.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from lib import formats
from lib.templatetags.look import icon, pill
from timetracking.queries import Cell, Row, Week, spoken_day

register = template.Library()

RUNNING = "Stop the timer to edit."
PULSE = '<span class="pulse"></span>'


@register.simple_tag
def sheet_rows(week: Week, day_url: str, person_query: str) -> SafeString:
    """``{% sheet_rows week day_url person_query %}``: each cell leads to the day's form."""
    heads = [(column.classes, column.day.isoformat(), spoken_day(column.day)) for column in week.columns]
    return SafeString("".join(_row(row, heads, f"{day_url}?work={row.work}{person_query}") for row in week.rows))


Head = tuple[str, str, str]  # of a day: its classes, the day, and its name in words


def _row(row: Row, heads: list[Head], link: str) -> str:
    link, place = escape(link), escape(row.spoken)
    cells = "".join(
        _filled(head, cell, link) if _says_more(cell) else _empty(head, place, link)
        for head, cell in zip(heads, row.cells, strict=True)
    )
    attributes = {"class": "idle" if row.is_idle else None, "data-work": row.work, "data-name": row.name}
    return (
        f"<tr{_attributes({**attributes, 'data-starred': row.is_starred})}>"
        f'<th scope="row"><span class="row-flex"><span class="truncate">{_name(row)}</span></span></th>'
        f'{cells}<td class="sum">{formats.hours(row.minutes) if row.minutes else "–"}</td></tr>\n'
    )


def _name(row: Row) -> str:
    """Website relaunch · Design, and whom for; whether it is billed; the tags."""
    task = f' <span class="muted">· {escape(row.task)}</span>' if row.task else ""
    sample = f" {pill('Sample', 'sample')}" if row.project.is_sample else ""
    billing = "" if row.is_billable else " · not billable"
    tags = "".join(f' <span class="tag">{escape(tag)}</span>' for tag in row.tags)
    return (
        f'<span class="d-block truncate">{escape(row.project)}{task}{sample}</span>'
        f'<span class="meta d-block truncate">{escape(row.project.client)}{billing}{tags}</span>'
    )


def _says_more(cell: Cell) -> bool:
    return bool(cell.entries or cell.is_running or cell.closed)


def _empty(head: Head, place: str, link: str) -> str:
    classes, day, words = head
    return (
        f'<td class="{classes}" data-day="{day}">'
        f'<a href="{link}&amp;day={day}" aria-label="{place}, {words}, empty"></a></td>'
    )


def _filled(head: Head, cell: Cell, link: str) -> str:
    classes, day, _ = head
    marks = (
        ("note-dot", cell.has_note), ("many", cell.count > 1), ("lock", cell.is_locked), ("run", cell.is_running),
        ("flag", cell.is_marked),
    )  # fmt: skip
    attributes = {
        "class": " ".join([classes, *(name for name, is_so in marks if is_so)]),
        "data-day": day,
        "data-minutes": cell.minutes,
        "data-version": cell.version,
        "data-count": cell.count,
        "data-n": cell.count if cell.count > 1 else None,
        "data-note": cell.has_note,
        "data-clock": cell.has_clock_times,
        "data-billable": cell.is_billable,
        "data-locked": cell.lock_reason,
        "data-running": cell.is_running,
        "title": cell.lock_reason or (RUNNING if cell.is_running else None),
    }
    return (
        f'<td{_attributes(attributes)}>{_mark(cell)}<a href="{link}&amp;day={day}" aria-label="{escape(cell.label)}">'
        f'<span aria-hidden="true">{formats.hours(cell.minutes) if cell.entries else ""}</span></a></td>'
    )


def _attributes(values: dict[str, Any]) -> str:
    """Those that say something: a flag by its name alone."""
    return "".join(
        f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in values.items() if value
    )


def _mark(cell: Cell) -> str:
    """What stands before the figure."""
    if cell.is_running:
        return PULSE
    return icon("lock") if cell.is_locked and (cell.entries or not cell.closed) else ""
