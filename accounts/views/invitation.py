"""The page behind an invitation's link: what it is, and how to come in. Looking at it uses nothing up."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import perform_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import logos
from accounts.actions import OLD_ENOUGH
from accounts.documents import Arrival
from accounts.models import Invitation, Membership, User
from accounts.people import invitations
from accounts.people.errors import Refused
from accounts.people.forms import ComeInForm
from lib.forms import posted

State = invitations.State


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """For somebody new a form, for a known user a button, for anybody else a sentence."""
    found, state = invitations.find(token)
    if found is None or state != State.OPEN:
        return _page(request, "accounts/invitation_ended.html", {"state": state, "invitation": found}, status=410)
    if request.user.is_authenticated:
        return _join(request, token, found)
    user = User.objects.filter(email=found.email).first()
    if user is not None and user.is_confirmed:
        return _page(request, "accounts/invitation_sign_in.html", {"invitation": found})
    return _come_in(request, token, found, user or User(email=found.email))


def _join(request: Any, token: str, found: Invitation) -> HttpResponse:
    """Somebody is signed in: the right one, or not."""
    if request.user.email != found.email or request.user.is_staff:
        return _page(request, "accounts/invitation_wrong.html", {"invitation": found}, status=403)
    if request.method != "POST":
        return _page(request, "accounts/invitation_join.html", {"invitation": found})
    try:
        member = invitations.accept(token, request.user)
    except Refused:
        return redirect(request.path)
    return redirect("accounts:home", member.account.slug)


def _come_in(request: HttpRequest, token: str, found: Invitation, user: User) -> HttpResponse:
    """Nobody knows this person yet: a name and a password, and they are in."""
    form = ComeInForm(posted(request), user=user, name=found.name)
    if form.is_valid():
        try:
            member = _let_in(request, token, form)
        except Refused:
            return redirect(request.path)
        home = reverse("accounts:home", args=[member.account.slug])
        return perform_login(request, member.user, redirect_url=home, email=member.user.email)
    status = 422 if form.is_bound else 200
    return _page(request, "accounts/invitation_come_in.html", {"invitation": found, "form": form}, status=status)


def _let_in(request: HttpRequest, token: str, form: ComeInForm) -> Membership:
    given = form.cleaned_data
    return invitations.come_in(
        token,
        first_name=given["first_name"],
        last_name=given["last_name"],
        password=given["password1"],
        stated=OLD_ENOUGH,
        arrival=Arrival.of(request),
    )


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The link is a key: no proxy keeps the page, and no other site hears its address."""
    found = context["invitation"]
    logo_url = logos.link_for_guests(found.account) if found else ""
    response = render(request, template, {**context, "logo_url": logo_url}, status=status)
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "same-origin"
    return response
