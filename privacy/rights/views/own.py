"""Admin, Your data: what is held about the reader, their consents, and what they asked for."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import limits
from accounts.consents import Further, Purpose
from accounts.models import Consent
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from lib.forms import posted
from privacy.exports import holders
from privacy.rights import firm, held, intake, ledger, restricting, touched
from privacy.rights.forms import OwnForm
from privacy.rights.models import Channel, FirmRequest, Kind, RightsRequest

ALL_ROWS = 100_000


@require_safe
@allow("profile.edit")
def my_data(request: Any) -> HttpResponse:
    """Everything that we and this firm hold about the reader, field by field, as it stands now."""
    member = request.membership
    context = {
        "ours": list(held.of_user(request.user)),
        "firms": list(held.of_member(member)),
        "uses": touched.of_member(member),
        "tabs": _tabs(request),
    }
    return render(request, "rights/my_data.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("profile.edit")
@reauthenticated
def my_copy(request: Any) -> HttpResponse:
    """The same as one signed archive: for the reader alone, at once, and lying nowhere."""
    if request.method != "POST":
        return redirect("rights:my_data", request.account.slug)
    try:
        limits.count(request, "my_copy", key=str(request.user.public_id))
    except limits.TooMany as trouble:
        return limits.page(trouble.wait)
    told = {
        "controller": held.controller(),
        "categories": held.categories(request.user),
        "candor": held.as_data(held.of_user(request.user, ALL_ROWS)),
        "firm": held.as_data(held.of_member(request.membership, ALL_ROWS)),
    }
    in_words = {"my-data.json": json.dumps(told, indent=1, ensure_ascii=False) + "\n"}
    response = HttpResponse(b"".join(holders.archive_of(request.user, in_words)), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{timezone.now():%Y-%m-%dT%H%MZ}.zip"'
    response["Cache-Control"], response["X-Content-Type-Options"] = "no-store, private", "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("profile.edit")
def my_consents(request: Any) -> HttpResponse:
    """Every consent with its history; each is taken back as it was given, by one click."""
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        if purpose in (*Purpose.values, *Further.values):
            ledger.turn(request.user, purpose, is_given="give" in request.POST)
        return redirect("rights:my_consents", request.account.slug)
    context = {"entries": ledger.entries_of(request.user), "tabs": _tabs(request)}
    return render(request, "rights/my_consents.html", context)


@require_safe
@allow("profile.edit")
def consent_receipt(request: Any, public_id: UUID) -> HttpResponse:
    """The signed record of one consent."""
    event = get_object_or_404(Consent, public_id=public_id, user_id=request.user.pk)
    response = HttpResponse(ledger.receipt(event), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="consent-{str(public_id)[:8]}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("profile.edit")
@reauthenticated
def my_requests(request: Any) -> HttpResponse:
    """What the reader asked for, and the form that asks."""
    form = OwnForm(posted(request), account=request.account)
    if form.is_valid():
        _ask(request, **form.cleaned_data)
        messages.success(request, "Asked. You find it here, with the day by which you have an answer.")
        return redirect("rights:my_requests", request.account.slug)
    ours = RightsRequest.objects.filter(user_ref=request.user.public_id).order_by("-arrived_at")
    context = {
        "form": form,
        "ours": [(each, intake.LINKS.make(each.public_id.hex)) for each in ours],
        "firms": FirmRequest.objects.filter(person_ref=request.membership.public_id).select_related("account"),
        "tabs": _tabs(request),
    }
    return render(request, "rights/my_requests.html", context, status=422 if form.is_bound else 200)


@require_POST
@open_when_read_only
@allow("profile.edit")
def my_request_stop(request: Any, public_id: UUID) -> HttpResponse:
    """The reader doesn't want it any more."""
    intake.give_up(get_object_or_404(RightsRequest, public_id=public_id, user_ref=request.user.public_id))
    return redirect("rights:my_requests", request.account.slug)


@require_POST
@open_when_read_only
@allow("profile.edit")
def use_again(request: Any) -> HttpResponse:
    """The reader's data may be used again, as far as they agreed to it."""
    restricting.lift(request.user)
    messages.success(request, "Your data is used again, as far as you agreed to it.")
    return redirect("rights:my_requests", request.account.slug)


def _tabs(request: Any) -> list[dict[str, Any]]:
    """The three pages of one's own data."""
    pages = [("What we hold", "rights:my_data"), ("Consents", "rights:my_consents"), ("Requests", "rights:my_requests")]
    found = [(label, reverse(name, args=[request.account.slug])) for label, name in pages]
    return [{"label": label, "url": url, "is_current": url == request.path} for label, url in found]


def _ask(request: Any, kind: str, to: str, **told: str) -> None:
    user, name = request.user, request.user.get_full_name()
    facts = {"name": name, "email": user.email, "country": user.country, **told}
    if to == "firm":
        asked = FirmRequest(kind=kind, channel=Channel.APP, person_ref=request.membership.public_id, **facts)
        firm.enter(asked, by=request.membership)
        return
    population = RightsRequest.Population.HOLDER
    intake.open_request(Kind(kind), population=population, channel=Channel.APP, user=user, **facts)
