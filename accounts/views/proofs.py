"""Proving who sits there: the second step of signing in, a passkey in place of both, once more before what matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import limits, security
from accounts.factors import passkeys
from accounts.factors.forms import UNKNOWN_PASSKEY, PasskeySignInForm, ProofForm
from accounts.factors.held import factors_of
from accounts.models import User
from lib.forms import posted


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: Any) -> HttpResponse:
    """After the password: a code or a passkey."""
    stage = request._login_stage
    if security.was_shut_out_since(stage.login.user, stage.login.initiated_at):
        return stage.abort()
    form = _form(request, stage.login.user)
    if form.is_valid():
        form.save()
        return stage.exit()
    return _page(request, "account/second_step.html", form)


@login_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def reauthenticate(request: Any) -> HttpResponse:
    """Once more before a step that matters, in whichever way the person can; then on to that step."""
    form = _form(request, request.user, by_password=request.user.has_usable_password())
    if form.is_valid():
        form.save(again=True)
        return redirect(get_next_redirect_url(request) or "enter")
    words = {"next": get_next_redirect_url(request) or ""}
    return _page(request, "account/reauthenticate.html", form, **words)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey_sign_in(
    request: HttpRequest,
    *,
    door: str = "",
    entrance: str = "account_login",
    lets_in: Callable[[User], bool] = lambda _: True,
) -> HttpResponse:
    """Sign in with a passkey alone: GET says what to sign, POST brings it signed.

    An entrance of its own names its ``door``, which the signal of the sign-in carries, and whom it lets in.
    """
    try:
        limits.count(request, "login")
    except limits.TooMany as too_many:
        return limits.page(too_many.wait)
    if request.method != "POST":
        return JsonResponse(passkeys.options_to_prove())
    form = PasskeySignInForm(request.POST, request=request)
    if form.is_valid() and lets_in(form.passkey.user):
        said = {"door": door} if door else None
        login = Login(user=form.passkey.user, redirect_url=get_next_redirect_url(request), signal_kwargs=said)
        return perform_passwordless_login(request, form.passkey, login)
    for error in form.errors.get("credential", [UNKNOWN_PASSKEY]):
        messages.error(request, error)
    return redirect(entrance)


def _form(request: HttpRequest, user: User, *, by_password: bool = False) -> ProofForm:
    has = factors_of(user)
    return ProofForm(posted(request), request=request, user=user, has=has, by_password=by_password)


def _page(request: HttpRequest, template: str, form: ProofForm, **words: Any) -> HttpResponse:
    options = passkeys.options_to_prove(form.user) if "credential" in form.fields else None
    words |= {"form": form, "options": options}
    response = render(request, template, words, status=422 if form.is_bound else 200)
    return limits.answer(response, form)
