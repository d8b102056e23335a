"""The calendar's address: got, renewed and revoked by a member; read by whatever program knows it."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import allow_list, secret_links
from accounts.factors import policy
from accounts.members import actor_for, reads_as
from accounts.models import Membership
from accounts.permissions import allow, can, open_when_read_only
from accounts.reauthentication import reauthenticated
from crm.activities import feed_address
from tenancy.context import activate

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("activity.view")
@reauthenticated
def calendar_address(request: Any) -> HttpResponse:
    """What is known of the member's address; posted to, a new one in its place, shown this once."""
    url = ""
    if request.method == "POST":
        url = feed_address.make(request.membership)
    context = {"url": url, "present": feed_address.present(request.membership)}
    return render(request, "crm/activities/feed.html", context)


@require_POST
@open_when_read_only
@allow("activity.view")
def feed_revoke(request: Any) -> HttpResponse:
    """End the address at once."""
    feed_address.revoke(request.membership)
    messages.success(request, "The address leads nowhere any more.")
    return redirect("crm:feed_address", request.account.slug)


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar of whoever the secret stands for; without a session, and 404 for everything that is not right."""
    link = secret_links.found(feed_address.KIND, secret)
    if link is None or not _lets_in(link.membership, request):
        raise Http404
    try:
        body = _read(link.membership, as_todos=request.GET.get("as") == "todos")
    except Exception:  # nothing further up may write the address into a log
        logger.exception("The calendar of member %s could not be written", link.membership_id)
        response = HttpResponse("The calendar can’t be read right now.", status=503, content_type="text/plain")
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django would add the path
        return response
    link.note_use()
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="candor.ics"'
    response["Cache-Control"] = "private, no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _lets_in(member: Membership, request: HttpRequest) -> bool:
    """What the door asks of pages and programs."""
    if not can(member, "activity.view") or policy.locks_out(member, timezone.now()):
        return False
    return allow_list.lets_in(member, request)


def _read(member: Membership, *, as_todos: bool) -> bytes:
    from crm.activities import feed  # icalendar is loaded for the first calendar, not when a process starts

    with reads_as(member.user), activate(member.account, actor=actor_for(member)):
        return feed.calendar_of(member, as_todos=as_todos)
