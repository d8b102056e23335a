"""Ownership changes hands: offered by one side, answered by the other, each with a fresh proof of who they are."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people import owners
from accounts.people.errors import Refused
from accounts.people.forms import OwnershipForm
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from accounts.views.people import do_and_say, managed_or_404
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("people.own")
@reauthenticated
def ownership_offer(request: Any, public_id: UUID) -> HttpResponse:
    """Offer the ownership to a colleague."""
    member = managed_or_404(request, public_id)
    form = OwnershipForm(posted(request))
    if form.is_valid():
        try:
            owners.offer(member, by=request.membership, stays_owner=form.stays_owner)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{member} has a letter now. Nothing changes until they accept.")
            return redirect("accounts:people", request.account.slug)
    context = {"form": form, "member": member}
    return render(request, "accounts/ownership_offer.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("ownership.answer")
@reauthenticated
def ownership(request: Any) -> HttpResponse:
    """The offer as the one to whom it was made reads it, and their yes."""
    offer = _my_offer(request)
    if offer and request.method == "POST":
        is_done = do_and_say(request, partial(owners.accept, offer), f"You own {request.account} now.")
        return redirect("accounts:people" if is_done else "accounts:ownership", request.account.slug)
    return render(request, "accounts/ownership.html", {"offer": offer})


@require_POST
@open_when_read_only
@allow("ownership.answer")
def ownership_decline(request: Any) -> HttpResponse:
    """The colleague's no."""
    offer = _my_offer(request)
    if offer is None:
        messages.info(request, owners.GONE)
    else:
        do_and_say(request, partial(owners.decline, offer), "Declined. Everything stays as it is.")
    return redirect("accounts:home", request.account.slug)


@require_POST
@open_when_read_only
@allow("people.own")
def ownership_revoke(request: Any) -> HttpResponse:
    """An owner takes the offer back."""
    offer = owners.open_offer()
    if offer is None:
        messages.info(request, owners.GONE)
    else:
        do_and_say(request, partial(owners.revoke, offer), f"The offer to {offer.offered_to} is taken back.")
    return redirect("accounts:people", request.account.slug)


def _my_offer(request: Any) -> owners.OwnershipOffer | None:
    offer = owners.open_offer()
    return offer if offer and offer.offered_to_id == request.membership.pk else None
