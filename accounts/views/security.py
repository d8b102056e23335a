"""Admin, Security: where the reader is signed in, and what happened to their sign-in."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

import audit
from accounts import sessions
from accounts.factors.held import factors_of
from accounts.models import SecurityEvent
from accounts.permissions import allow, can, open_when_read_only
from accounts.security import KEPT, note
from accounts.visitors import address_of

SHOWN = 20
Kind = SecurityEvent.Kind
NEWS = (Kind.FAILED, Kind.FACTOR_FAILED, Kind.NEW_DEVICE, Kind.CODE_USED, Kind.EMAIL_CHANGED, Kind.WARNED)


@require_safe
@allow("session.view")
def security(request: HttpRequest) -> HttpResponse:
    """Every browser that is signed in as the reader, this one first."""
    words = {
        "browsers": sessions.browsers_of(request.user, this=request.session.session_key),
        "may_set_policy": can(request.membership, "security.policy"),
        "factors": factors_of(request.user),
        "events": SecurityEvent.objects.filter(user_id=request.user.pk).order_by("-happened_at", "-pk")[:SHOWN],
        "may_edit_allow_list": can(request.membership, "allow_list.edit"),
        "here": address_of(request),
        "news": NEWS,
        "shown": SHOWN,
        "kept_days": KEPT.days,
        "idle_hours": settings.SESSION_IDLE // timedelta(hours=1),
    }
    return render(request, "accounts/security.html", words)


@require_POST
@open_when_read_only
@allow("session.end")
def session_end(request: HttpRequest) -> HttpResponse:
    """Sign out one other browser of the reader's."""
    key = request.POST.get("browser", "")
    others = sessions.browsers_of(request.user, this=request.session.session_key)
    return _ended(request, sessions.end([each.key for each in others if each.key == key and not each.is_this]))


@require_POST
@open_when_read_only
@allow("session.end")
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """Sign out every browser of the reader's but this one."""
    return _ended(request, sessions.end_others(request.user, but=request.session.session_key))


def _ended(request: HttpRequest, number: int) -> HttpResponse:
    if number:
        note(Kind.SESSIONS_ENDED, request, request.user)
        audit.record("member.sessions_ended", request.membership, data={"number": number})
        browsers = "One browser is" if number == 1 else f"{number} browsers are"
        messages.success(request, f"{browsers} signed out.")
    else:
        messages.info(request, "Nothing was ended: that browser was signed out already.")
    return redirect("accounts:security", request.account.slug)
