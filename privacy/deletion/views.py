"""Closing the account: what goes and what stays, who agrees once more, and how to keep it after all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import lifecycle
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from accounts.standing import closing_ends
from lib.forms import posted
from privacy.deletion import holds, preview
from privacy.deletion.forms import CloseForm


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("account.close")
@reauthenticated
def close(request: Any) -> HttpResponse:
    """What is erased and what stays; then, once more asked who they are, the beginning of the last days."""
    form = CloseForm(posted(request), account=request.account)
    if form.is_valid():
        lifecycle.ask_to_close(request.account, form.cleaned_data["days"], reason=form.cleaned_data["reason"])
        return redirect("deletion:close", request.account.slug)
    context = {
        "form": form,
        "preview": preview.of_account(request.account),
        "ends": closing_ends(request.account) if request.account.closing_at else None,
        "holds": holds.shown(request.account.pk),
    }
    return render(request, "privacy/deletion/close.html", context, status=422 if form.is_bound else 200)


@require_POST
@open_when_read_only
@allow("account.close")
def keep(request: Any) -> HttpResponse:
    """The account stays, with everything in it."""
    if lifecycle.keep_open(request.account):
        messages.success(request, f"{request.account.name} stays open. Every owner is told.")
    return redirect("accounts:account", request.account.slug)
