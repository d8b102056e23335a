"""Admin, Security: from where people may come in; and the way back for an owner who is shut out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import actions, allow_list, limits, ways_back
from accounts.forms import AllowListForm
from accounts.models import Account
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from accounts.visitors import address_of
from lib.forms import posted


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("allow_list.edit")
@reauthenticated
def edit(request: HttpRequest) -> HttpResponse:
    """The whole list, a line each. Whoever would shut themselves out has to say so."""
    firm, address = Account.objects.get(pk=request.account.pk), address_of(request)
    form = AllowListForm(posted(request), instance=firm, address=address)
    if form.is_valid():
        has_changed = actions.change_allow_list(firm, form.cleaned_data["lines"], expected_version=form.stored_version)
        messages.success(request, _saved(firm)) if has_changed else messages.info(request, "Nothing was changed.")
        owner = ways_back.owner_at(request.user, firm.slug)
        has_left = owner is not None and not allow_list.lets_in(owner, request)
        return redirect("way_back" if has_left else "accounts:security", firm.slug)
    status = 409 if form.conflict else 422 if form.is_bound else 200
    words = {"form": form, "address": address, "is_listed": allow_list.matches(firm.allow_list, address)}
    return render(request, "accounts/allow_list.html", words, status=status)


def _saved(firm: Account) -> str:
    if not firm.allow_list:
        return "Saved. People may come in from everywhere."
    places = "one place" if len(firm.allow_list) == 1 else f"{len(firm.allow_list)} places"
    return f"Saved. From now on people and programs come in from {places} only."


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def way_back(request: Any, slug: str) -> HttpResponse:
    """Ask for a link by mail: for an owner who stands outside."""
    owner = ways_back.owner_at(request.user, slug)
    if owner is None:
        raise Http404
    if allow_list.lets_in(owner, request):
        return redirect("accounts:security", slug)
    if request.method == "POST":
        try:
            limits.count(request, "way_back", key=f"{slug} {request.user.pk}")
        except limits.TooMany as too_many:
            return limits.page(too_many.wait)
        ways_back.send(owner)
    words = {"address": address_of(request), "email": request.user.email, "is_sent": request.method == "POST"}
    return render(request, "accounts/way_back.html", words)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def way_back_in(request: Any, token: str) -> HttpResponse:
    """The mailed link. Looking at it uses nothing up; the button lets in, once, from here."""
    owner = ways_back.meant_for(request.user, token)
    if owner is not None and request.method == "POST":
        until = ways_back.use(owner, token, address_of(request))
        if until is not None:
            allow_list.give_pass(request, owner.account, until.timestamp())
            return redirect("accounts:allow_list", owner.account.slug)
        owner = None
    words = {"owner": owner, "address": address_of(request)}
    response = render(request, "accounts/way_back_in.html", words, status=200 if owner else 410)
    response["Referrer-Policy"] = "same-origin"
    return response
