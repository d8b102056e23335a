"""What staff decide for somebody, and the log of all that staff did."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lib import formats
from lib.forms import posted
from lib.keyset import page
from privacy.support_access import actions
from privacy.support_access.forms import OptOutForm, TrialForm
from privacy.support_access.gate import staff_here, staff_only
from privacy.support_access.models import StaffAction

NEWEST_FIRST = ("-done_at", "-id")


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest) -> HttpResponse:
    """Record that somebody told us to stop; known or unknown, the answer is the same."""
    form = OptOutForm(posted(request))
    if form.is_valid():
        given = form.cleaned_data
        actions.record_opt_out(
            given["email"], evidence=given["evidence"], purpose=given["purpose"], by=staff_here(request)
        )
        messages.success(request, "Recorded: it holds from now on, and a letter says so.")
        return redirect("support:opt_out")
    return render(request, "support/opt_out.html", {"form": form}, status=422 if form.is_bound else 200)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest) -> HttpResponse:
    """Give a firm more days to try, with a reason in its own log. ``?account=acme`` fills in the account."""
    form = TrialForm(posted(request), initial={"account": request.GET.get("account", "")})
    if form.is_valid():
        given = form.cleaned_data
        ends = actions.extend_trial(given["account"], given["days"], reason=given["reason"], by=staff_here(request))
        messages.success(request, f"The trial of {given['account']} now ends on {formats.day(ends, 'year')}.")
        return redirect("support:trial")
    return render(request, "support/trial.html", {"form": form}, status=422 if form.is_bound else 200)


@staff_only
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """All that staff did, the latest first."""
    done = StaffAction.objects.filter(kind__in=StaffAction.Kind.values)
    named = done.select_related("staff", "ticket", "call", "account")
    shown = page(named, order=NEWEST_FIRST, cursor=request.GET.get("page"))
    context = {
        "page": shown,
        "next_url": shown.next and f"?page={shown.next}",
        "previous_url": shown.previous and f"?page={shown.previous}",
    }
    return render(request, "support/log.html", context)
