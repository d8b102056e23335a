"""Entering a card: on a page that holds nothing else, in a frame of the processor's that we can't look into."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import is_proven, reauthenticated
from billing import actions, queries
from billing.forms import ChoiceForm, SetupForm
from billing.gateway import Trouble
from billing.outcomes import DECLINED, DECLINES, Refused
from billing.views.shared import home, page, said, with_card_policy

ASK_AGAIN = "It is a while since you said who you are. Load the page again."


@require_safe
@allow("billing.manage")
@reauthenticated(to_look=True)  # type: ignore[untyped-decorator]
def card(request: Any) -> HttpResponse:
    """The page around the frame. Nothing is asked of the processor before the frame is."""
    if not queries.billing_account().name:
        return redirect(_with_choice(request, "billing:details"))
    context = {
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "script_url": settings.STRIPE_JS_URL,
        "done_url": _with_choice(request, "billing:card_done"),
        "has_card": queries.billing_account().card_summary is not None,
        "is_choosing": "seats" in request.GET,
    }
    return with_card_policy(page(request, "billing/card.html", context))


@require_POST
@open_when_read_only
@allow("billing.manage")
def card_start(request: Any) -> JsonResponse:
    """The secret with which the browser opens the frame. It is on no page, in no address and in no log."""
    if not is_proven(request):
        return JsonResponse({"error": ASK_AGAIN})
    try:
        return JsonResponse({"secret": actions.start_card().client_secret, "declines": DECLINES, "declined": DECLINED})
    except (Refused, Trouble) as trouble:
        return JsonResponse({"error": said(trouble)})


@open_when_read_only
@allow("billing.manage")
@reauthenticated
@require_POST
def card_done(request: Any) -> HttpResponse:
    """A card was entered: what became of it is asked of the processor, whatever the browser says."""
    form = SetupForm(request.POST)
    if not form.is_valid():
        return redirect(_with_choice(request, "billing:card"))
    try:
        kept = actions.card_done(form.cleaned_data["setup"])
    except (Refused, Trouble) as trouble:
        messages.error(request, said(trouble))
        return redirect(_with_choice(request, "billing:card"))
    if "seats" in request.GET:
        return redirect(_with_choice(request, "billing:start"))
    messages.success(request, f"From now on the card ending in {kept.last4} is charged.")
    return home(request)


def _with_choice(request: Any, name: str) -> str:
    """The address of a step, with the plan that somebody is choosing."""
    url = reverse(name, args=[request.account.slug])
    form = ChoiceForm.of(request.GET, people=1)
    return f"{url}?{form.query}" if "seats" in request.GET and form.is_valid() else url
