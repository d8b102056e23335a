"""How often one may try: by what was typed, by the sender's address and network. allauth counts, for all web
processes together; here stands how long to wait, and that what was typed stays in the form.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import CacheEntry
from lib.errors import error_page
from tenancy.sweeping import sweeps

APP = "allauth.account"
NETWORKS = {4: 24, 6: 48}


class TooMany(ValidationError):
    """One try too many; ``wait`` are the seconds until the next."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        super().__init__(f"That was tried too often in a short time. Wait {in_words(wait)}, then try again.")


def count(request: HttpRequest, action: str, key: str | None = None) -> ratelimit.RateLimitUsage:
    """Count one try; raise TooMany if it must wait. What comes back can be taken back, when the try was a good one."""
    usage = ratelimit.consume(request, app=APP, action=action, key=key, limit_get=True)
    if usage is None:
        raise TooMany(_seconds_to_wait(request, action, key))
    return usage


def network_of(request: HttpRequest) -> str:
    """The neighbourhood that a sender's address belongs to."""
    return network_around(get_adapter().get_client_ip(request))


def network_around(text: str) -> str:
    """The same of an address in words: 203.0.113.7 → 203.0.113.0/24."""
    address = ipaddress.ip_address(text)
    return str(ipaddress.ip_network(f"{address}/{NETWORKS[address.version]}", strict=False))


def says_wait(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 429 with Retry-After when the view's form was sent once too often; the form keeps what was typed."""

    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        form = (getattr(response, "context_data", None) or {}).get("form")
        return answer(response, form) if form is not None else response

    return told


def answer(response: HttpResponse, form: BaseForm) -> HttpResponse:
    """The same response, as 429 if the form must wait."""
    errors = [error for errors in form.errors.as_data().values() for error in errors]
    if wait := max((error.wait for error in errors if isinstance(error, TooMany)), default=0):
        response.status_code = 429
        response["Retry-After"] = str(wait)
    return response


@sweeps()
def forget_old() -> None:
    """Drop counted tries that no longer count. (A Redis does so by itself.)"""
    CacheEntry.objects.filter(expires__lt=timezone.now()).delete()


def page(wait: int) -> HttpResponse:
    """The calm page for where there is no form to come back to."""
    response = error_page(429, wait=in_words(wait))
    response["Retry-After"] = str(wait)
    return response


def in_words(seconds: int) -> str:
    """90 → "2 minutes"."""
    unit, name = (3600, "hour") if seconds > 3600 else (60, "minute")
    number = ceil(seconds / unit)
    return f"{number} {name}{'' if number == 1 else 's'}"


def _seconds_to_wait(request: HttpRequest, action: str, key: str | None) -> int:
    """Until the oldest try that still counts is forgotten, by the strictest rate; a moment if none says so."""
    waits = [1.0]
    for rate in ratelimit.get_rates(app=APP, action=action):
        history = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])
        if len(history) >= rate.amount:
            waits.append(history[rate.amount - 1] + rate.duration - time.time())
    return ceil(max(waits))
