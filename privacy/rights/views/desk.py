"""The staff's side of requests. Of what is held about anybody, nothing is shown here."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.forms import posted
from lib.keyset import page
from privacy.rights import correcting, intake, work
from privacy.rights.forms import PERMISSION, BecauseForm, DecisionForm, PassOnForm, ReachForm, StaffForm
from privacy.rights.models import Agent, Channel, Kind, RightsRequest
from privacy.rights.steps import Refused
from privacy.support_access.gate import staff_here, staff_only
from privacy.support_access.models import Ticket, TicketMessage


@staff_only
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits, the earliest first; or what ended, the latest first."""
    is_closed = request.GET.get("state") == "closed"
    found = RightsRequest.objects.filter(kind__in=Kind.values, closed_at__isnull=not is_closed)
    order = ("-arrived_at", "-id") if is_closed else ("arrived_at", "id")
    shown = page(found, order=order, cursor=request.GET.get("page"))
    own = "?state=closed&page={}" if is_closed else "?page={}"
    context = {
        "page": shown,
        "is_closed": is_closed,
        "next_url": shown.next and own.format(shown.next),
        "previous_url": shown.previous and own.format(shown.previous),
    }
    return render(request, "rights/desk.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def request_create(request: HttpRequest) -> HttpResponse:
    """Write down what somebody asked by post or telephone; ``?ticket=…`` makes one of a request for help."""
    ticket = _ticket(request.GET.get("ticket", ""))
    form = StaffForm(posted(request), initial=_known(ticket))
    if form.is_valid():
        given = form.cleaned_data
        kind, channel = Kind(given.pop("kind")), Channel(given.pop("channel"))
        opened = intake.open_request(kind, channel=channel, **given)
        intake.note(opened, f"Written down by staff{f', from {ticket}' if ticket else ''}", by=staff_here(request))
        return redirect("rights_desk:request", opened.public_id)
    return render(request, "rights/desk_form.html", {"form": form}, status=422 if form.is_bound else 200)


@staff_only
@require_safe
def request(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One request: its clock, what happened, and what can be done."""
    return _page(request, _found(public_id))


@staff_only
@require_POST
def step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Acknowledge, pause, take up again, extend."""
    found, form, by = _found(public_id), BecauseForm(request.POST), staff_here(request)
    why = form.cleaned_data["because"] if form.is_valid() else ""
    steps: dict[str, Callable[[], None]] = {
        "acknowledge": lambda: work.acknowledge(found, by=by),
        "pause": lambda: work.pause(found, why, by=by),
        "resume": lambda: work.resume(found, by=by),
        "extend": lambda: work.extend(found, why, by=by),
    }
    if step not in steps:
        raise Http404
    if step in ("pause", "extend") and not why:
        return _page(request, found, because=form, status=422)
    return _done(request, found, steps[step])


@staff_only
@require_POST
def pass_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give it to the firm that decides about the data."""
    found, form = _found(public_id), PassOnForm(request.POST)
    if not form.is_valid():
        return _page(request, found, pass_on=form, status=422)
    return _done(request, found, lambda: work.pass_on(found, form.cleaned_data["slug"], by=staff_here(request)))


@staff_only
@require_POST
def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Answer: fully, in part, or not."""
    found = _found(public_id)
    form = DecisionForm(request.POST, asked=found)
    if form.is_valid():
        try:
            work.decide(found, **form.decided(), by=staff_here(request))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("rights_desk:request", public_id)
    return _page(request, found, decision=form, status=422)


@staff_only
@require_POST
def reach(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write to somebody who asked without an address."""
    found, form = _found(public_id), ReachForm(request.POST)
    if not form.is_valid():
        return _page(request, found, reach=form, status=422)
    return _done(request, found, lambda: work.reach(found, form.cleaned_data["email"], by=staff_here(request)))


@staff_only
@require_POST
def write_to_new_address(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the link that makes another address theirs; the request ends once it was followed."""
    found = _found(public_id)
    return _done(request, found, lambda: work.write_to_new_address(found, by=staff_here(request)))


@staff_only
@require_safe
def permission(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """An agent's signed permission, as a file to save."""
    found = _found(public_id)
    agent = get_object_or_404(Agent, request=found)
    content = PERMISSION.open(agent.permission)
    if content is None:
        raise Http404
    response = HttpResponse(base64.b64decode(content), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="permission-{agent.digest[:8]}"'
    return response


def _done(request: HttpRequest, found: RightsRequest, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("rights_desk:request", found.public_id)


def _page(request: HttpRequest, found: RightsRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "asked": found,
        "steps": found.steps.select_related("by"),
        "comparisons": found.comparisons.order_by("pk"),
        "agent": Agent.objects.filter(request=found).first(),
        "asks_for_an_address": correcting.asks_for_an_address(found),
        "change": correcting.waits_for(found),
        "because": BecauseForm(),
        "pass_on": PassOnForm(),
        "reach": ReachForm(),
        "decision": DecisionForm(asked=found),
        **forms,
    }
    return render(request, "rights/desk_request.html", context, status=status)


def _found(public_id: UUID) -> RightsRequest:
    return get_object_or_404(RightsRequest, public_id=public_id)


def _ticket(number: str) -> Ticket | None:
    return Ticket.objects.filter(number=int(number)).first() if number.isdecimal() and len(number) == 6 else None


def _known(ticket: Ticket | None) -> dict[str, Any] | None:
    """What the request for help says already."""
    if ticket is None:
        return None
    said = TicketMessage.objects.filter(ticket_id=ticket.pk, kind=TicketMessage.Kind.THEIRS).first()
    return {
        "name": ticket.name, "email": ticket.email, "arrived_at": ticket.opened_at, "channel": Channel.MAIL,
        "words": said.text if said else "",
    }  # fmt: skip
