"""Behind the door: the account's home page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts import checklist
from accounts import home as home_page
from accounts.permissions import allow, open_when_read_only


@require_safe
@allow("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """What opens first after sign-in."""
    steps = checklist.steps(request.membership)
    words = {
        "today": timezone.localdate(),
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "tiles": home_page.tiles(request),
        "main_panels": home_page.panels(request, "main"),
        "side_panels": home_page.panels(request, "side"),
    }
    return render(request, "accounts/home.html", words)


@require_POST
@open_when_read_only
@allow("home.view")
def first_steps_hide(request: HttpRequest) -> HttpResponse:
    """Put the checklist away, for this member."""
    request.membership.first_steps_hidden_at = timezone.now()
    request.membership.save(update_fields=["first_steps_hidden_at"])
    return redirect("accounts:home", request.account.slug)
