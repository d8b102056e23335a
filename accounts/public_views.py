"""Pages before the door."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.queries import memberships_of


@require_safe
@login_required
def enter(request: HttpRequest) -> HttpResponse:
    """After sign-in: straight into the only account, or a choice among several, or a word about none."""
    found = list(memberships_of(request.user))  # type: ignore[arg-type]
    if len(found) == 1:
        return redirect("accounts:home", found[0].account.slug)
    return render(request, "accounts/choose_account.html", {"memberships": found})
