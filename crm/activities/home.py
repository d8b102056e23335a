"""What a member means to do today, overdue ones first, and the deals for which nothing is planned."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.home import Panel, register
from accounts.permissions import can
from crm.activities.deal_lists import has_next
from crm.activities.lists import Asked, counts, rows_of
from crm.activities.queries import IN_ORDER, here
from crm.models import Activity, Deal
from crm.models.activities import due_before, due_between

SHOWN = 8


def today(request: HttpRequest) -> dict[str, Any]:
    """The member's own: what was due and what is."""
    member = request.membership  # type: ignore[attr-defined]
    day, zone = timezone.localdate(), here()
    is_due = due_before(day, zone) | due_between(day, day, zone)
    due = Activity.objects.open().filter(is_due, owner=member)
    numbers = counts(member, Asked(member, "", ""))
    rows = rows_of(due.with_names().order_by(*IN_ORDER)[:SHOWN], member)
    number = numbers["overdue"] + numbers["today"]
    return {"rows": rows, "number": number, "overdue": numbers["overdue"], "more": number - len(rows)}


def without_next_step(request: HttpRequest) -> dict[str, Any]:
    """The member's own open deals for which nothing is planned; the list behind it holds the same."""
    member = request.membership  # type: ignore[attr-defined]
    mine = Deal.objects.live().filter(has_next("none", member), owner=member, status=Deal.Status.OPEN)
    found = list(mine.select_related("company").order_by("-updated_at", "-id")[: SHOWN + 1])
    asked = {"next": "none", "owner": member.public_id, "pipeline": "all"}
    return {
        "lines": [(deal, can(member, "company.view", deal.company)) for deal in found[:SHOWN]],
        "has_more": len(found) > SHOWN,
        "list_url": reverse("crm:deals", args=[member.account.slug], query=asked),
    }


register(Panel("crm/activities/_without_next_step.html", "deal.edit", 20, "side", without_next_step))
register(Panel("crm/activities/_today.html", "activity.edit", 15, "main", today))
