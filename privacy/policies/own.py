"""Admin, Agreements: what the firm and its people agreed to with us."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import documents
from accounts.documents import TITLES
from accounts.models import Acceptance
from accounts.permissions import allow, open_when_read_only
from privacy.policies import actions
from privacy.policies.models import Agreement


@require_safe
@allow("account.view")
def agreements(request: Any) -> HttpResponse:
    """The agreement in force, whether the firm accepted it, and what this member agreed to."""
    current = documents.current(actions.KIND)
    mine = Acceptance.objects.filter(user=request.membership.user).order_by("-accepted_at")
    words = {
        "current": current,
        "accepted": Agreement.objects.select_related("member__user"),
        "is_accepted": Agreement.objects.filter(digest=current.digest, effective_on=current.version).exists(),
        "mine": [(TITLES[row.document], row) for row in mine],
    }
    return render(request, "privacy/agreements.html", words)


@require_POST
@open_when_read_only
@allow("account.edit")
def agreement_accept(request: Any) -> HttpResponse:
    """Accept exactly the words that were on the page."""
    if actions.accept(request.membership, digest=request.POST.get("digest", "")):
        messages.success(request, "Accepted. Your log keeps it with the hash of its words.")
    else:
        messages.error(request, "There is a newer version by now: read it, then accept it.")
    return redirect("agreements:agreements", request.account.slug)
