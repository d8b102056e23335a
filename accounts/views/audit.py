"""Admin, Audit log: what happened in the account, by whom; each event, and the proof that none was touched."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.history import NEWEST_FIRST, lines, numbers_of
from accounts.log import work
from accounts.log.filters import LogFilterForm
from accounts.models import LogJob, Membership
from accounts.permissions import allow, can
from audit.models import Event, Link
from audit.words import noun_of
from lib.htmx import page_or_part
from lib.keyset import page


@require_safe
@allow("audit.view")
def log(request: HttpRequest) -> HttpResponse:
    """The events that were asked for, the latest first."""
    form = LogFilterForm(request.GET, reader=request.membership)
    found = page(form.apply(Event.objects.all()), order=NEWEST_FIRST, cursor=request.GET.get("page"))
    shown, numbers = lines(found.rows, request.membership), numbers_of(found.rows)
    context = {
        "form": form,
        "lines": [(line, numbers.get(line.event.pk)) for line in shown],
        "chips": form.chips(next((line.record_name for line in shown if line.record_name), "")),
        "is_restarted": found.is_restarted,
        "next_url": found.next and form.address(page=found.next),
        "previous_url": found.previous and form.address(page=found.previous),
        **_seal(request),
    }
    return page_or_part(request, "accounts/audit_log.html", "events", context, status=200 if form.is_valid() else 422)


@require_safe
@allow("audit.view")
def event(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One event, all of it, as people read it and as it is stored."""
    found = get_object_or_404(Event, public_id=public_id)
    (line,) = lines([found], request.membership)
    link = Link.objects.filter(event_id=found.pk).first()
    context = {
        "line": line,
        "event": found,
        "noun": noun_of(found.record_type).noun,
        "person": _actor(request, found),
        "stored": json.dumps(line.data, indent=2, ensure_ascii=False),
        "utc": found.written_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "commitment": bytes(found.commitment).hex(),
        "link": link,
        "hash": bytes(link.hash).hex() if link else "",
    }
    return render(request, "accounts/audit_event.html", context)


def _seal(request: HttpRequest) -> dict[str, Any]:
    """How long the sealed log is, and what the last check said of it."""
    checks = LogJob.objects.filter(what=LogJob.What.CHECK, state=LogJob.State.DONE)
    return {
        "length": work.length_of(request.account.pk),
        "last_check": checks.order_by("-id").first(),
        "may_export": can(request.membership, "audit.export"),
    }


def _actor(request: HttpRequest, found: Event) -> Membership | None:
    """The member who acted."""
    if found.actor_kind != "member":
        return None
    return Membership.objects.filter(account_id=request.account.pk, pk=found.actor_id).first()
