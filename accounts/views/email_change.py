"""Another address to sign in with: asked for in the Admin area, confirmed and undone by mailed links."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import cookies, limits
from accounts import email_change as changes
from accounts.forms import EmailForm
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("profile.edit")
@reauthenticated
def email_change(request: Any) -> HttpResponse:
    """Ask for another address, or take that back."""
    if "take_back" in request.POST:
        changes.take_back(request.user)
        messages.success(request, "Taken back: you sign in as before.")
        return redirect("accounts:email_change", request.account.slug)
    form = EmailForm(posted(request), request=request)
    if form.is_valid():
        changes.ask(request.user, form.cleaned_data["email"])
        return redirect("accounts:email_change", request.account.slug)
    words = {"form": form, "change": changes.open_change(request.user).first()}
    response = render(request, "accounts/email_change.html", words, status=422 if form.is_bound else 200)
    return limits.answer(response, form)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: Any, token: str) -> HttpResponse:
    """The link in the new address: its reader, signed in as before, makes it theirs."""
    try:
        change = changes.to_confirm(token)
        if change.user_id != request.user.pk:
            return _page(request, "somebody_else", 403)
        if request.method != "POST":
            return _page(request, "confirm", change=change)
        changes.confirm(request, token)
    except changes.Ended:
        return _page(request, "ended", 410)
    except changes.Taken:
        return _page(request, "taken", 409)
    messages.success(request, f"From now on you sign in as {change.new_email}.")
    response = redirect("enter")
    if cookies.remembered_email(request) == change.old_email:
        cookies.REMEMBERED.put(response, change.new_email)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def email_undo(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the old address: stop the change, or undo it and choose a new password at once."""
    try:
        change = changes.to_undo(token)
        if request.method != "POST":
            return _page(request, "undo", change=change)
        change = changes.undo(request, token)
    except changes.Ended:
        return _page(request, "ended", 410)
    except changes.Taken:
        return _page(request, "taken", 409)
    if change.confirmed_at is None:
        return _page(request, "stopped", change=change)
    user = type(change.user).objects.get(pk=change.user_id)
    return redirect("account_reset_password_from_key", user.public_id.hex, default_token_generator.make_token(user))


def _page(request: HttpRequest, state: str, status: int = 200, **words: Any) -> HttpResponse:
    return render(request, "accounts/email_link.html", {"state": state, **words}, status=status)
