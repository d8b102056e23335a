"""How a deal's next step is marked, wherever a deal is shown."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.activities.queries import NONE, Next
from lib import formats
from lib.templatetags.look import icon

# Colour is never the only sign: each state has its icon and its words.
_MARKS = {
    "none": ("", "calendar-off", "No next step"),
    "planned": (" planned", "calendar-event", "Next {}"),
    "today": (" today", "calendar-event", "Due today"),
    "overdue": (" late", "alert-circle", "Late since {}"),
}


def mark_of(step: Next | None) -> SafeString:
    """None, planned, today or overdue, with its day."""
    state, day = step or NONE
    classes, name, words = _MARKS[state]
    words = words.format(formats.day(day)) if day else "Planned" if state == "planned" else words
    return format_html(
        '<span class="next{} truncate">{}<span class="truncate">{}</span></span>', classes, icon(name), words
    )
