"""The staff's telephone log: note a call, find it, open it, listen to a recording and say why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import normalise_email
from lib import formats, phones
from lib.addresses import id_in, query_of
from lib.forms import posted
from lib.keyset import page
from privacy.support_access import actions
from privacy.support_access.forms import CallForm, ListenForm
from privacy.support_access.gate import staff_here, staff_only
from privacy.support_access.models import Call, Ticket
from privacy.support_access.queries import listenings_of

NEWEST_FIRST = ("-started_at", "-id")


@staff_only
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """All calls, the latest first, found by a name, a number or the address with which somebody signs in."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = Call.objects.filter(purpose__in=Call.Purpose.values).select_related("staff", "account")
    if words:
        named = Q(person__icontains=words) | Q(user__email=normalise_email(words))
        found = found.filter(named | Q(phone=number) if (number := phones.e164(words)) else named)
    shown = page(found, order=NEWEST_FIRST, cursor=request.GET.get("page"))
    context = {
        "page": shown,
        "q": words,
        "next_url": shown.next and query_of({"q": words, "page": shown.next}),
        "previous_url": shown.previous and query_of({"q": words, "page": shown.previous}),
    }
    return render(request, "support/calls.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def call_create(request: HttpRequest) -> HttpResponse:
    """Note a call; ``?ticket=…`` fills in what the request knows."""
    ticket = _ticket(request.GET.get("ticket", ""))
    form = CallForm(posted(request), ticket=ticket)
    if form.is_valid():
        call = actions.log_call(form.instance, by=staff_here(request))
        messages.success(request, f"Noted. It goes on {formats.day(call.kept_until, 'year')}.")
        return redirect("support:call", call.public_id)
    words = {"form": form, "ticket": ticket}
    return render(request, "support/call_form.html", words, status=422 if form.is_bound else 200)


@staff_only
@require_safe
def call(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One call. Where its recording is says only the page that comes after the reason."""
    return _page(request, _call(public_id))


@staff_only
@require_POST
def call_listen(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say why, and get the recording's reference."""
    found, form = _call(public_id), ListenForm(request.POST)
    if not form.is_valid():
        return _page(request, found, listen=form, status=422)
    return _page(request, found, reference=actions.listen(found, form.cleaned_data["why"], by=staff_here(request)))


@staff_only
@require_POST
def recording_delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The recording is gone from the telephone system; forget where it was."""
    actions.delete_recording(_call(public_id), by=staff_here(request))
    messages.success(request, "The reference is deleted.")
    return redirect("support:call", public_id)


def _page(request: HttpRequest, found: Call, *, status: int = 200, **words: Any) -> HttpResponse:
    context = {"call": found, "listenings": listenings_of(found), "listen": ListenForm(), **words}
    return render(request, "support/call.html", context, status=status)


def _call(public_id: UUID) -> Call:
    return get_object_or_404(Call.objects.select_related("account", "user", "staff", "ticket"), public_id=public_id)


def _ticket(text: str) -> Ticket | None:
    """The request that an address names, if it names one."""
    wanted = id_in(text)
    if wanted is None:
        return None
    return Ticket.objects.select_related("account", "user").filter(public_id=wanted).first()
