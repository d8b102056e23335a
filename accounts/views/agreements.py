"""A click that agrees to new terms or a new policy."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import agreements
from accounts.documents import Arrival
from accounts.permissions import allow, open_when_read_only


@require_POST
@open_when_read_only
@allow("home.view")
def agree(request: HttpRequest) -> HttpResponse:
    """To all that is new; kept apart from agreeing by going on."""
    agreements.agree(request.membership.user, Arrival.of(request))
    messages.success(request, "Thank you. Kept with the day and the exact words.")
    return redirect("accounts:home", request.account.slug)
