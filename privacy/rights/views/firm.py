"""Admin, Privacy requests: what a firm's contacts and members asked, with the firm's own clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, open_when_read_only
from crm.models import Contact
from crm.search import matching
from lib.forms import posted
from lib.keyset import page
from privacy.rights import firm, held, touched
from privacy.rights.forms import BecauseForm, CorrectForm, DecisionForm, FirmRequestForm, NameContactForm
from privacy.rights.models import FirmRequest, Part
from privacy.rights.steps import Refused
from privacy.support_access.suggesting import put

MOST_FOUND = 20
CORRECTABLE = frozenset({Part.FIRST_NAME, Part.LAST_NAME, Part.EMAIL, Part.PHONE, Part.TITLE, Part.WEBSITE})


@require_safe
@allow("privacy.answer")
def requests(request: Any) -> HttpResponse:
    """What waits, the earliest first; or what ended."""
    is_closed = request.GET.get("state") == "closed"
    found = FirmRequest.objects.filter(closed_at__isnull=not is_closed).select_related("account")
    order = ("-arrived_at", "-id") if is_closed else ("arrived_at", "id")
    shown = page(found, order=order, cursor=request.GET.get("page"))
    own = "?state=closed&page={}" if is_closed else "?page={}"
    context = {
        "page": shown,
        "is_closed": is_closed,
        "next_url": shown.next and own.format(shown.next),
        "previous_url": shown.previous and own.format(shown.previous),
    }
    return render(request, "rights/board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("privacy.answer")
def request_create(request: Any) -> HttpResponse:
    """Write down what somebody asked the firm itself."""
    form = FirmRequestForm(posted(request))
    if form.is_valid():
        entered = firm.enter(form.save(commit=False), by=request.membership)
        return redirect("rights:request", request.account.slug, entered.public_id)
    return render(request, "rights/board_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_safe
@allow("privacy.answer")
def request(request: Any, public_id: UUID) -> HttpResponse:
    """One request: its clock, whom it is about, and the answer."""
    return _page(request, _found(public_id))


@require_POST
@open_when_read_only
@allow("privacy.answer")
def name_contact(request: Any, public_id: UUID) -> HttpResponse:
    """Say which contact it is. A use to which they object stops with it."""
    found = _found(public_id)
    form = NameContactForm(request.POST, found=_candidates(request, found))
    if not form.is_valid():
        return _page(request, found, naming=form, status=422)
    firm.name_contact(found, form.cleaned_data["contact"], by=request.membership)
    return redirect("rights:request", request.account.slug, public_id)


@require_POST
@open_when_read_only
@allow("privacy.answer")
def step(request: Any, public_id: UUID, step: str) -> HttpResponse:
    """Acknowledge, pause, take up again, extend."""
    found, form = _found(public_id), BecauseForm(request.POST)
    why = form.cleaned_data["because"] if form.is_valid() else ""
    steps: dict[str, Callable[[], None]] = {
        "acknowledge": lambda: firm.acknowledge(found),
        "pause": lambda: firm.pause(found, why),
        "resume": lambda: firm.resume(found),
        "extend": lambda: firm.extend(found, why),
    }
    if step not in steps:
        raise Http404
    if step in ("pause", "extend") and not why:
        return _page(request, found, because=form, status=422)
    try:
        steps[step]()
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("rights:request", request.account.slug, public_id)


@require_POST
@open_when_read_only
@allow("privacy.answer")
def decide(request: Any, public_id: UUID) -> HttpResponse:
    """Answer: fully, in part, or not. The answer goes to the person by mail."""
    found = _found(public_id)
    form = DecisionForm(request.POST, asked=found)
    if form.is_valid():
        try:
            firm.decide(found, **form.decided(), by=request.membership)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("rights:request", request.account.slug, public_id)
    return _page(request, found, decision=form, status=422)


@require_POST
@open_when_read_only
@allow("privacy.answer")
def correct(request: Any, public_id: UUID) -> HttpResponse:
    """Write into the contact what was asked for, as it stands in the form; that answers the request."""
    found, form = _found(public_id), CorrectForm(request.POST)
    contact = found.contact
    if contact is None or not found.is_open or found.part not in CORRECTABLE:
        messages.error(request, "There is nothing to correct here, or it was done meanwhile.")
        return redirect("rights:request", request.account.slug, public_id)
    if form.is_valid():
        trouble = put(contact, found.part, form.cleaned_data["value"], request)
        if not trouble:
            done = f"{found.get_part_display()}: corrected."
            firm.corrected(found, contact, answer=done, by=request.membership)
            return redirect("rights:request", request.account.slug, public_id)
        form.add_error("value", trouble)
    return _page(request, found, correction=form, status=422)


@require_safe
@allow("privacy.answer")
def contact_held(request: Any, public_id: UUID) -> HttpResponse:
    """Everything that the firm keeps about one contact, and who used it."""
    contact = get_object_or_404(Contact.objects.visible_to(request.membership), public_id=public_id)
    context = {"person": contact, "tables": list(held.of_contact(contact)), "uses": touched.of_contact(contact)}
    return render(request, "rights/contact_held.html", context)


def _found(public_id: UUID) -> FirmRequest:
    found: FirmRequest = get_object_or_404(FirmRequest.objects.select_related("account"), public_id=public_id)
    return found


def _page(request: Any, found: FirmRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    contact = found.contact
    context = {
        "asked": found,
        "contact": contact,
        "q": _words_sought(request),
        "because": BecauseForm(),
        "decision": DecisionForm(asked=found),
        "correction": CorrectForm(initial={"value": found.new_value}),
        "stands": getattr(contact, found.part) if contact and found.part in CORRECTABLE else None,
        "naming": NameContactForm(found=[] if contact else _candidates(request, found)),
        **forms,
    }
    return render(request, "rights/board_request.html", context, status=status)


def _candidates(request: Any, found: FirmRequest) -> list[Contact]:
    """Contacts who may be meant: by what was searched for, or by their address."""
    seen = Contact.objects.live().visible_to(request.membership)
    if words := _words_sought(request):
        return list(seen.filter(matching(Contact, words))[:MOST_FOUND])
    return list(seen.filter(email__iexact=found.email)[:MOST_FOUND]) if found.email else []


def _words_sought(request: Any) -> str:
    words: str = request.GET.get("q", "") or request.POST.get("q", "")
    return words.replace("\0", "").strip()[:200]
