"""Admin, Help and calls: what a member asked us, and what we talked about on the telephone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.permissions import allow, can_for_others, open_when_read_only
from lib.keyset import page
from privacy.support_access import actions
from privacy.support_access.forms import WordsForm
from privacy.support_access.models import TicketMessage
from privacy.support_access.queries import calls_of, colleagues_tickets, own_tickets, tickets_of
from privacy.support_access.views.contact import may_send

NEWEST_FIRST = ("-touched_at", "-id")


@require_safe
@allow("help.view")
def help_and_calls(request: Any) -> HttpResponse:
    """The reader's own requests, or those of colleagues for whoever may read them; and the reader's calls."""
    may_see_others = can_for_others(request.membership, "help.view")
    is_others = may_see_others and request.GET.get("of") == "colleagues"
    found = colleagues_tickets(request.membership) if is_others else own_tickets(request.membership)
    shown = page(found.select_related("user"), order=NEWEST_FIRST, cursor=request.GET.get("page"))
    own = "?of=colleagues&page={}" if is_others else "?page={}"
    context = {
        "page": shown,
        "is_others": is_others,
        "tabs": _tabs(request.path, is_others=is_others) if may_see_others else [],
        "calls": [] if is_others else calls_of(request.user),
        "next_url": shown.next and own.format(shown.next),
        "previous_url": shown.previous and own.format(shown.previous),
    }
    return render(request, "support/own.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("help.view")
def ticket(request: Any, public_id: UUID) -> HttpResponse:
    """One request, and a field to write more."""
    found = get_object_or_404(tickets_of(request.membership).select_related("user"), public_id=public_id)
    form = WordsForm(request.POST or None)
    if form.is_valid() and may_send(request, form, f"member {request.membership.pk}"):
        actions.add_words(found, form.cleaned_data["text"], member=request.membership)
        return redirect("help:ticket", request.account.slug, public_id)
    said = TicketMessage.objects.filter(ticket_id=found.pk).exclude(kind=TicketMessage.Kind.NOTE)
    context = {"ticket": found, "messages_said": said.select_related("author"), "form": form}
    response = render(request, "support/own_ticket.html", context, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


def _tabs(path: str, *, is_others: bool) -> list[dict[str, Any]]:
    """For whoever may read what colleagues asked."""
    return [
        {"label": "Yours", "url": path, "is_current": not is_others},
        {"label": "Colleagues’", "url": "?of=colleagues", "is_current": is_others},
    ]
