"""Activities are found by their subject."""

from __future__ import annotations

from crm.models import Activity
from crm.search import SearchKind, register
from lib import formats
from lib.text import words

register(
    SearchKind(
        "activity", Activity, "Activities", "checkbox", "activity.view", "crm:activity",
        words=lambda activity: words(activity.subject),
        visible=lambda member: Activity.objects.live().visible_to(member).order_by("-id"),
        detail=lambda activity: " · ".join(
            filter(None, [
                activity.get_kind_display(),
                "done" if activity.is_done else f"due {formats.day(activity.due_on)}" if activity.due_on else "",
            ])
        ),
    )
)  # fmt: skip
