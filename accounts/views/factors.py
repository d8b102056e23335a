"""A person's second factors. They stand before any account: staff belong to none, and an account may ask for one
before it lets somebody in. Admin, Security shows the same list and leads here.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.factors import actions, passkeys, policy
from accounts.factors.forms import AppForm, PasskeyForm, PasskeyNameForm
from accounts.factors.held import factors_of, passkey_of
from accounts.members import reads_as
from accounts.queries import memberships_of
from accounts.reauthentication import reauthenticated
from lib.agents import read as read_agent
from lib.forms import posted

View = Callable[..., HttpResponse]


def _own(view: View) -> View:
    """A page about the reader's own factors: signed in, kept by no cache, with times as they read them."""

    @wraps(view)
    def shown(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with reads_as(request.user):
            return view(request, *args, **kwargs)

    return login_required(never_cache(sensitive_post_parameters()(shown)))


@_own
@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """What the reader has, for whoever has no account's Security page, or is asked to set one up first."""
    locked = policy.locked_accounts(request.user)
    others = memberships_of(request.user).exclude(pk__in=[each.pk for each in locked]) if locked else []
    words = {"factors": factors_of(request.user), "locked": locked, "others": others}
    return render(request, "accounts/factors/page.html", words)


@_own
@require_http_methods(["GET", "HEAD", "POST"])
@reauthenticated(to_look=True)
def app_add(request: HttpRequest) -> HttpResponse:
    """Show the key to an app, and take its first code."""
    if factors_of(request.user).app:
        messages.info(request, "You have an authenticator app already. Remove it first to set up another.")
        return redirect(place_of(request))
    secret = get_totp_secret()
    form = AppForm(posted(request), secret=secret)
    if form.is_valid():
        codes = actions.add_app(request, secret, form.cleaned_data["code"])
        return _added(request, "Your app is set up: each sign-in asks for its code from now on.", codes)
    adapter = get_adapter()
    url = adapter.build_totp_url(request.user, secret)
    words = {
        "form": form,
        "picture": base64.b64encode(adapter.build_totp_svg(url).encode()).decode(),
        "app_url": url,
        "key": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
    return _page(request, "app", words)


@_own
@require_http_methods(["GET", "HEAD", "POST"])
@reauthenticated(to_look=True)
def app_remove(request: HttpRequest) -> HttpResponse:
    """Do without the app."""
    app = factors_of(request.user).app
    if app is None:
        return redirect(place_of(request))
    return _remove(request, app, "authenticator app")


@_own
@require_http_methods(["GET", "HEAD", "POST"])
@reauthenticated(to_look=True)
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Let the browser's device, or a key that is plugged in, make a passkey."""
    agent = read_agent(request.headers.get("User-Agent", ""))
    name = " on ".join(filter(None, [agent.browser, agent.system])) or "Passkey"
    form = PasskeyForm(posted(request), initial={"name": name})
    if form.is_valid():
        codes = actions.add_passkey(request, form.cleaned_data["name"], form.cleaned_data["credential"])
        return _added(request, "Your passkey is set up: it signs you in without a password, too.", codes)
    return _page(request, "passkey", {"form": form, "options": passkeys.options_to_add(request.user)})


@_own
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_rename(request: HttpRequest, mark: str) -> HttpResponse:
    """Call a passkey something else."""
    passkey = _passkey_or_404(request, mark)
    form = PasskeyNameForm(posted(request), initial={"name": passkey.data["name"]})
    if form.is_valid():
        actions.rename_passkey(passkey, form.cleaned_data["name"])
        messages.success(request, f"The passkey is called “{form.cleaned_data['name']}” now.")
        return redirect(place_of(request))
    return _page(request, "passkey_name", {"form": form})


@_own
@require_http_methods(["GET", "HEAD", "POST"])
@reauthenticated(to_look=True)
def passkey_remove(request: HttpRequest, mark: str) -> HttpResponse:
    """Do without a passkey."""
    passkey = _passkey_or_404(request, mark)
    return _remove(request, passkey, f"passkey “{passkey.data['name']}”")


@_own
@require_http_methods(["GET", "HEAD", "POST"])
@reauthenticated
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """How many are left; new ones are shown on the page that answers their making, and never again."""
    has = factors_of(request.user)
    if not has.is_on:
        messages.info(request, "Recovery codes come with your first second factor. Set one up.")
        return redirect(place_of(request))
    codes = actions.make_codes(request) if request.method == "POST" else []
    return _page(request, "codes", {"codes": codes, "factors": has})


def place_of(request: Any) -> str:
    """Where the reader's factors are listed: Security of the account they came from, or the page of their own."""
    where = memberships_of(request.user).filter(account_id=request.session.get("account", 0)).first()
    return reverse("accounts:security", args=[where.account.slug]) if where else reverse("second_factor")


def _page(request: HttpRequest, name: str, words: dict[str, Any]) -> HttpResponse:
    form = words.get("form")
    status = 422 if form is not None and form.is_bound else 200
    return render(request, f"accounts/factors/{name}.html", {**words, "back": place_of(request)}, status=status)


def _passkey_or_404(request: HttpRequest, mark: str) -> Any:
    passkey = passkey_of(request.user, mark)
    if passkey is None:
        raise Http404
    return passkey


def _added(request: HttpRequest, said: str, codes: list[str]) -> HttpResponse:
    """The first factor brings recovery codes, which are shown this once."""
    messages.success(request, said)
    if codes:
        return _page(request, "codes", {"codes": codes, "factors": factors_of(request.user)})
    return redirect(place_of(request))


def _remove(request: HttpRequest, factor: Any, name: str) -> HttpResponse:
    has = factors_of(request.user)
    if request.method == "POST":
        actions.remove(request, factor)
        messages.success(request, f"Removed: the {name}.")
        return redirect(place_of(request))
    is_last = bool(has.app) + len(has.passkeys) == 1
    return _page(request, "remove", {"name": name, "is_last": is_last})
