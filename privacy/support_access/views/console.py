"""The staff's way to single records: ask, take up, look, suggest, end, and check what colleagues looked at.

A record is only ever the answer to a POST: no address shows it again, and nothing here lists, searches or counts.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.forms import posted
from privacy.support_access import actions, granting, kinds, looking, suggesting
from privacy.support_access.access_forms import AskForm, EmergencyForm, ReviewForm, SuggestionForm
from privacy.support_access.gate import staff_here, staff_only
from privacy.support_access.granting import NotPossible
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, Look, Ticket, TicketMessage
from privacy.support_access.queries import grants, unchecked
from privacy.support_access.reading import Refused

MOST_WAITING = 200


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the firm for a look at records that the request names."""
    ticket = get_object_or_404(Ticket.objects.select_related("account"), public_id=public_id, account__isnull=False)
    form = AskForm(posted(request), ticket=ticket, said=_said(ticket))
    if form.is_valid() and "show" not in request.POST:
        try:
            made = granting.ask(ticket, **form.cleaned_data, by=staff_here(request))
            return redirect("support:grant", made.public_id)
        except NotPossible as trouble:
            form.add_error(None, str(trouble))
    context = {"form": form, "ticket": ticket}
    return render(request, "support/ask.html", context, status=422 if form.is_bound else 200)


@staff_only
@require_safe
def grant(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where a grant stands, and its records by kind and id."""
    return _page(request, _grant(public_id))


@staff_only
@require_POST
def grant_take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take up what a firm offers."""
    return _did(request, public_id, granting.take)


@staff_only
@require_POST
def grant_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Done before its time is over."""
    return _did(request, public_id, granting.give_back)


@staff_only
@require_POST
def grant_second(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm a colleague's emergency."""
    return _did(request, public_id, granting.second)


@staff_only
@require_POST
def grant_review(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say what a check of a colleague's looks found."""
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, _grant(public_id), review=form, status=422)
    return _did(request, public_id, granting.review, **form.cleaned_data)


@staff_only
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes: emergencies to confirm, and grants to check."""
    emergencies = grants().filter(origin=Grant.Origin.EMERGENCY, steps=None).order_by("-asked_at")[:20]
    context = {
        "waiting": [
            (each, bool(each.began_at and granting.is_overdue(each.began_at)))
            for each in unchecked().annotate(number=Count("looks", distinct=True))[:MOST_WAITING]
            if not each.is_under_way
        ],
        "emergencies": [each for each in emergencies if each.state == Grant.State.ASKED],
    }
    return render(request, "support/reviews.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request: HttpRequest) -> HttpResponse:
    """Ask a colleague, not the firm: for the coded reasons alone."""
    form = EmergencyForm(posted(request))
    if form.is_valid():
        try:
            made = actions.begin_emergency(**form.cleaned_data, by=staff_here(request))
            return redirect("support:grant", made.public_id)
        except NotPossible as trouble:
            form.add_error(None, str(trouble))
    return render(request, "support/emergency.html", {"form": form}, status=422 if form.is_bound else 200)


# --- One look -------------------------------------------------------------------------------------


@staff_only
@require_POST
@transaction.non_atomic_requests
def look(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """Look at one of the granted records. It is on the firm's record before the database shows it."""
    found = _grant(public_id)
    if not 1 <= number <= len(found.granted):
        raise Http404
    record = Named.of(found.granted[number - 1])
    try:
        made, shown = looking.open_record(found, record, by=staff_here(request))
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("support:grant", public_id)
    context = {
        "grant": found, "look": made, "record": record, "shown": shown,
        "empty": [field for field in shown if not field.value], "seconds": looking.may_stay(made, found),
        "suggestion": _suggestion_form(None, record.kind, shown),
    }  # fmt: skip
    return render(request, "support/look.html", context)


@staff_only
@require_safe
def look_state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asked every few seconds by the open page: whether it may stay, and for how long."""
    found = _look(request, public_id)
    return JsonResponse({"seconds": looking.may_stay(found, grants().get(pk=found.grant_id))})


@staff_only
@require_POST
def look_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The page is left."""
    found = _look(request, public_id)
    looking.close(found)
    return redirect("support:grant", found.grant.public_id)


@staff_only
@require_POST
def look_suggest(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Propose a value for a field that was shown. The page with the record is over then."""
    found = _look(request, public_id)
    form = _suggestion_form(request.POST, found.kind, kinds.fields_of(found.kind))
    if form.is_valid():
        try:
            whole = grants().get(pk=found.grant_id)
            suggesting.suggest(found, whole, **form.cleaned_data, by=staff_here(request))
            messages.success(request, "Suggested. The firm sees the difference and decides.")
        except NotPossible as trouble:
            messages.error(request, str(trouble))
    else:
        messages.error(request, "Choose a field and say why. Nothing was suggested.")
    looking.close(found)
    return redirect("support:grant", found.grant.public_id)


# --- Shared ---------------------------------------------------------------------------------------


def _suggestion_form(data: Any, kind: str, shown: Any) -> SuggestionForm:
    return SuggestionForm(data, fields=suggesting.suggestable(kind, [field.key for field in shown]))


def _said(ticket: Ticket) -> str:
    """All words of a request, in which records stand as placeholders."""
    return "\n".join(TicketMessage.objects.filter(ticket_id=ticket.pk).values_list("text", flat=True))


def _grant(public_id: UUID) -> Grant:
    return get_object_or_404(grants(), public_id=public_id)


def _look(request: HttpRequest, public_id: UUID) -> Look:
    """A look of whoever asks; a colleague's is not there."""
    own = Look.objects.filter(staff_id=staff_here(request).pk).select_related("account", "staff", "grant__ticket")
    return get_object_or_404(own, public_id=public_id)


def _did(request: HttpRequest, public_id: UUID, action: Any, **given: Any) -> HttpResponse:
    try:
        action(_grant(public_id), by=staff_here(request), **given)
    except NotPossible as trouble:
        messages.error(request, str(trouble))
    return redirect("support:grant", public_id)


def _page(request: HttpRequest, found: Grant, *, review: ReviewForm | None = None, status: int = 200) -> HttpResponse:
    user = staff_here(request)
    looks = Look.objects.filter(grant_id=found.pk).order_by("opened_at")
    context = {
        "grant": found,
        "records": [Named.of(key) for key in found.granted or found.records],
        "is_mine": found.looker == user,
        "is_open": found.is_open and found.looker == user,
        "may_take": found.state == Grant.State.OFFERED,
        "may_second": found.origin == Grant.Origin.EMERGENCY
        and found.state == Grant.State.ASKED
        and found.staff != user,
        "may_review": found.began_at is not None
        and not found.is_under_way
        and not hasattr(found, "review")
        and user.pk not in found.involved,
        "looks": [(each, Named.of(each.record)) for each in looks],
        "review": review or ReviewForm(),
    }
    return render(request, "support/grant.html", context, status=status)
