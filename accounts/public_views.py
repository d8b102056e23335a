"""Pages before the door: signing up, the first link, choosing an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts import actions, emails, limits, places
from accounts.cookieless import accepts_without_cookies
from accounts.documents import Arrival, kept_in
from accounts.forms import AgainForm, FirstPasswordForm, SignUpForm, TrialForm
from accounts.links import opens
from accounts.queries import memberships_of, user_by_public_id
from accounts.standing import CLOSING_DAYS, READ_ONLY_DAYS
from lib.forms import posted


@require_safe
@login_required
def enter(request: HttpRequest) -> HttpResponse:
    """After sign-in: into the only account, or the one used last; a choice of new ones, or a word about none.

    ``?to=admin`` leads on to the Admin area, for pages that stand outside of any account; ``?to=choice`` always asks
    which, for somebody whom the account used last does not let in. Staff go to their own area.
    """
    if request.user.is_staff:  # type: ignore[union-attr]
        return redirect(settings.STAFF_AREA)
    to = request.GET.get("to")
    place = "accounts:admin" if to == "admin" else "accounts:home"
    found = list(memberships_of(request.user))  # type: ignore[arg-type]
    seen = sorted((each for each in found if each.last_seen_at), key=lambda each: each.last_seen_at)
    if to != "choice" and (seen or len(found) == 1):
        return redirect(place, (seen or found)[-1].account.slug)
    return render(request, "accounts/choose_account.html", {"memberships": found, "place": place})


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def trial(request: HttpRequest) -> HttpResponse:
    """Start a free trial."""
    return _sign_up(request, {"title": "Start your free trial"})


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def signup(request: HttpRequest) -> HttpResponse:
    """The same beginning for those who know already that they will stay: they choose a plan, and pay nothing yet."""
    return _sign_up(request, {"title": "Create your account", "stays": True}, SignUpForm)


def _sign_up(request: HttpRequest, words: dict[str, Any], form_class: type[TrialForm] = TrialForm) -> HttpResponse:
    country = places.country_of(request.headers.get("Accept-Language", ""))
    form = form_class(posted(request), initial={"country": country})
    days = {"trial_days": settings.TRIAL_DAYS, "read_only_days": READ_ONLY_DAYS, "closing_days": CLOSING_DAYS}
    words = {**words, **days, "form": form, "kept_in": kept_in()}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "accounts/trial.html", words, status=status)
    try:
        limits.count(request, "signup", key=form.cleaned_data["email"])
    except limits.TooMany as too_many:
        form.add_error(None, too_many)
        response = render(request, "accounts/trial.html", words)
        return limits.answer(response, form)
    with transaction.atomic():
        if form.arrives_first(form.cleaned_data["email"]):
            wishes = form.cleaned_data["mail"]
            arrival = Arrival.of(request)
            actions.register(person=form.person(), firm=form.firm(), wishes=wishes, arrival=arrival)
    return render(request, "accounts/check_mail.html", {"email": form.cleaned_data["email"]})


@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest, user_id: UUID, token: str) -> HttpResponse:
    """The first link: choose a password, and the door opens."""
    user = user_by_public_id(user_id)
    if user is None or not opens(user, token):
        return _link_ended(request, user_id)
    form = FirstPasswordForm(posted(request), user=user)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        response = render(request, "accounts/welcome.html", {"form": form, "email": user.email}, status=status)
        response["Referrer-Policy"] = "same-origin"
        return response
    try:
        user = actions.confirm(user, token=token, password=form.cleaned_data["password1"])
    except actions.LinkUsed:
        return _link_ended(request, user_id)
    return perform_login(request, user, redirect_url=reverse("enter"), email=user.email)


def _link_ended(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """The same page for every link that does not work, so it tells nothing about whose it was."""
    words = {"form": AgainForm(), "user_id": user_id}
    return render(request, "accounts/link_ended.html", words, status=410)


@require_http_methods(["POST"])
@accepts_without_cookies
def welcome_again(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Another letter to the same address. The long id in the link is known to its reader alone."""
    try:
        limits.count(request, "confirm_email", key=str(user_id))
    except limits.TooMany as too_many:
        return limits.page(too_many.wait)
    form = AgainForm(request.POST)
    if not form.is_valid():
        words = {"form": form, "user_id": user_id}
        return render(request, "accounts/link_ended.html", words, status=422)
    user = user_by_public_id(user_id)
    with transaction.atomic():
        if user and user.is_active and form.arrives_first():
            emails.way_in(user)
    return render(request, "accounts/check_mail.html")
