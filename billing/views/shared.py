"""What the pages about money have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.permissions import way_to_close, way_to_export
from billing.gateway import Trouble
from billing.outcomes import Ending, Outcome, Refused, sentence

# Whom the real processor asks for its frames and from them; see its own notes on content policies.
ITS_OWN = {
    "https://js.stripe.com": {
        "frame-src": ["https://js.stripe.com", "https://hooks.stripe.com"],
        "connect-src": ["https://api.stripe.com"],
    }
}


def page(request: Any, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page about money says so where no money is real."""
    takes_payments = bool(settings.STRIPE_API_KEY)
    words = {"takes_payments": takes_payments, "is_test": takes_payments and not settings.STRIPE_LIVEMODE}
    ways = {"export_url": way_to_export(request.membership), "close_url": way_to_close(request.membership)}
    return render(request, template, {**words, **ways, "operator": settings.OPERATOR, **context}, status=status)


def home(request: Any) -> HttpResponse:
    return redirect("billing:billing", request.account.slug)


def with_card_policy(response: HttpResponse) -> HttpResponse:
    """Nothing but our own words, one script of ours and the processor's frame runs where cards are entered."""
    script = urlsplit(settings.STRIPE_JS_URL)
    origin = f"{script.scheme}://{script.netloc}"
    more = ITS_OWN.get(origin, {})
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'", origin],
        "frame-src": more.get("frame-src", [origin]),
        "connect-src": ["'self'", *more.get("connect-src", [])],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    response._csp_config = policy  # type: ignore[attr-defined]  # what the decorator of django-csp sets
    response["Cache-Control"] = "no-store, private"
    return response


def after(request: Any, step: Callable[[], Outcome], done: str, *, back: str = "billing:billing") -> HttpResponse:
    """Take a step with the processor, and go on: to where it says so, or to the bank's question.

    Always an answer that is no error, so that what is known about the step stays written down.
    """
    try:
        outcome = step()
    except (Refused, Trouble) as trouble:
        messages.error(request, said(trouble))
        return redirect(back, request.account.slug)
    if outcome.ending is Ending.CONFIRM:
        return confirm(request, outcome)
    if outcome.is_done:
        messages.success(request, done)
        return home(request)
    if outcome.ending is Ending.UNKNOWN:
        messages.warning(request, outcome.sentence)
        return home(request)
    messages.error(request, outcome.sentence)
    return redirect(back, request.account.slug)


def confirm(request: Any, outcome: Outcome) -> HttpResponse:
    """The bank asks the payer something: in the processor's frame, on a page of its own."""
    context = {
        "client_secret": outcome.client_secret,
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "script_url": settings.STRIPE_JS_URL,
        "back_url": reverse("billing:billing", args=[request.account.slug]),
    }
    return with_card_policy(page(request, "billing/confirm.html", context))


def said(trouble: Refused | Trouble) -> str:
    return str(trouble) if isinstance(trouble, Refused) else sentence(trouble)
