"""The cells of a week. A sheet has hundreds, so they are not a template of their own."""

from collections.abc import Sequence

from django import template
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from lib import formats
from lib.templatetags.look import icon
from timetracking.queries import Cell, DayColumn, Row

register = template.Library()


@register.simple_tag
def cells(row: Row, columns: Sequence[DayColumn], link: str) -> SafeString:
    """``{% cells row week.columns link %}``: each leads to the day's form; the link lacks the day alone."""
    link, places = escape(link), zip(columns, row.cells, strict=True)
    made = ((_filled if cell.entries else _empty)(column, cell, link) for column, cell in places)
    return format_html_join("", "{}", ((cell,) for cell in made))


def _empty(column: DayColumn, cell: Cell, link: str) -> SafeString:
    return format_html(
        '<td class="{0}" data-day="{1}"><a href="{2}&amp;day={1}" aria-label="{3}"></a></td>',
        column.classes, column.day, link, cell.label,
    )  # fmt: skip


def _filled(column: DayColumn, cell: Cell, link: str) -> SafeString:
    marks = (("note-dot", cell.has_note), ("many", cell.count > 1), ("lock", cell.is_locked))
    attributes = {
        "class": " ".join([column.classes, *(name for name, is_so in marks if is_so)]),
        "data-day": column.day,
        "data-minutes": cell.minutes,
        "data-version": cell.version,
        "data-count": cell.count,
        "data-n": cell.count if cell.count > 1 else None,
        "data-note": cell.has_note,
        "data-clock": cell.has_clock_times,
        "data-billable": cell.is_billable,
        "data-locked": cell.lock_reason or None,
        "title": cell.lock_reason or None,
    }
    return format_html(
        '<td{}>{}<a href="{}&amp;day={}" aria-label="{}"><span aria-hidden="true">{}</span></a></td>',
        flatatt(attributes), icon("lock") if cell.is_locked else "", link, column.day, cell.label,
        formats.hours(cell.minutes),
    )  # fmt: skip
