"""Billing, for whoever keeps it running: word that was given up, steps that hang, and where books differ.

What a firm pays stands on none of these pages.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from billing import desk
from lib import formats
from privacy.support_access import actions, queries
from privacy.support_access.forms import CompareForm, OverruleForm
from privacy.support_access.gate import staff_here, staff_only


@staff_only
@require_safe
def billing(request: HttpRequest) -> HttpResponse:
    """What waits for somebody's eyes first; ``?state=dead`` shows events of one state."""
    return _page(request)


@staff_only
@require_POST
def billing_retry(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Act on an event of the processor once more, from the beginning."""
    event = actions.retry_event(public_id, by=staff_here(request))
    if event is None:
        raise Http404
    messages.success(request, f"{event} is tried again now.")
    return redirect("support:billing")


@staff_only
@require_POST
def billing_compare(request: HttpRequest) -> HttpResponse:
    """Compare an account with the processor's books now; what is ours is mended from theirs."""
    form = CompareForm(request.POST)
    if not form.is_valid():
        return _page(request, compare=form)
    account = form.cleaned_data["account"]
    differences, trouble = actions.compare_billing(account, reason=form.cleaned_data["reason"], by=staff_here(request))
    if trouble:
        messages.error(request, trouble)
    else:
        number = len(differences)
        said = (
            "does not differ" if not number else f"differed in {number} place{'s' if number > 1 else ''}, shown below"
        )
        messages.success(request, f"Compared: our copy of {account.slug} {said}.")
    return redirect("support:billing")


@staff_only
@require_POST
def billing_seen(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody looked at a finding, and mended what was wrong."""
    actions.see_finding(number, by=staff_here(request))
    return redirect("support:billing")


@staff_only
@require_POST
def billing_overrule(request: HttpRequest) -> HttpResponse:
    """Let an account write, or only read, for some days whatever its payments say."""
    form = OverruleForm(request.POST, prefix="standing")
    if not form.is_valid():
        return _page(request, overrule=form)
    given = form.cleaned_data
    until = actions.overrule(
        given["account"], given["standing"], given["days"] or 0, reason=given["reason"], by=staff_here(request)
    )
    then = "stands as its payments say"
    if until and given["standing"]:
        then = f"stands so until {formats.day(until, 'year')}"
    messages.success(request, f"{given['account']} {then}.")
    return redirect("support:billing")


def _page(
    request: HttpRequest, *, compare: CompareForm | None = None, overrule: OverruleForm | None = None
) -> HttpResponse:
    """With a form that was refused, or none."""
    state = request.GET.get("state", "")
    context = {
        "form": compare or CompareForm(),
        "overrule": overrule or OverruleForm(prefix="standing"),
        "overruled": queries.overruled(),
        "state": state,
        "counts": desk.counts(),
        "words": desk.words(state),
        "steps": desk.hanging(),
        "findings": desk.findings(),
    }
    return render(request, "support/billing.html", context, status=422 if compare or overrule else 200)
