"""Is it still you? A step that matters trusts a proof that is a few minutes old, and otherwise asks once more.

Nothing that was typed is lost: an interrupted form waits, sealed, in the session, and is done as it was sent once
the person has proven who they are.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from accounts.permissions import refused_to_write

View = Callable[..., HttpResponse]
_WAITING = "waiting_form"
_RESUME = "resume"


def is_proven(request: HttpRequest) -> bool:
    """Whether the person proved a few minutes ago, by signing in or since then, that it is them."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < settings.PROVEN_FOR.total_seconds()


def reauthenticated(view: View | None = None, *, to_look: bool = False) -> Any:
    """Do what matters only for whoever has just proven that it is them: put it below ``@allow``.

    It asks when something is sent; with ``to_look``, before the page is shown, too. The way back is a GET that
    becomes what was sent, so ``@require_POST`` goes below this.
    """
    if view is None:
        return lambda view: reauthenticated(view, to_look=to_look)

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        is_sent = request.method == "POST"
        if (is_sent or to_look) and not is_proven(request):
            return _ask(request, _set_aside(request) if is_sent else None)
        if not is_sent and _resume(request) and (refusal := refused_to_write(request, request.resolver_match.func)):
            return refusal  # the door saw somebody who only looks
        return view(request, *args, **kwargs)

    return guarded


def _ask(request: HttpRequest, word: str | None) -> HttpResponse:
    back = request.get_full_path()
    if word:
        back += f"{'&' if '?' in back else '?'}{urlencode({_RESUME: word})}"
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")


def _set_aside(request: HttpRequest) -> str:
    """Keep what was sent for the same browser, under a word that only its way back knows."""
    word = secrets.token_urlsafe(16)
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    request.session[_WAITING] = {"word": word, "path": request.path, "sent": sent.urlencode()}
    return word


def _resume(request: Any) -> bool:
    """Turn the way back into what was sent before the question. Once. False if there is nothing to resume."""
    word = request.GET.get(_RESUME)
    waiting = request.session.get(_WAITING)
    if not word or not waiting or not is_proven(request):
        return False
    if waiting["path"] != request.path or not secrets.compare_digest(waiting["word"].encode(), word.encode()):
        return False
    del request.session[_WAITING]
    request.method, request.POST = "POST", QueryDict(waiting["sent"])
    return True
