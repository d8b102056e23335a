"""The public form and the parent's link; and the desk of those of us who decide. Of the child nothing is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.cookieless import CookielessForm, accepts_without_cookies
from lib.forms import posted
from lib.keyset import page
from privacy.children import actions
from privacy.children.emails import LINKS
from privacy.children.forms import ConsentForm, FindForm, FreezeForm
from privacy.children.freezing import Refused
from privacy.children.models import ChildReport, ParentalConsent
from privacy.support_access.forms import ChildForm
from privacy.support_access.gate import staff_here, staff_only
from privacy.support_access.models import Ticket, Topic
from privacy.support_access.views.contact import form_page, received


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def child(request: HttpRequest) -> HttpResponse:
    """Tell us of a child under 13 whose data is here."""
    form = ChildForm(posted(request))
    return received(request, form, actions.take) or form_page(request, "support/child.html", form, {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@accepts_without_cookies
def consent(request: HttpRequest, token: str) -> HttpResponse:
    """A parent's consent, by the link in our letter; there it is taken back. Looking changes nothing."""
    public_id = LINKS.read(token)
    found = get_object_or_404(ParentalConsent, public_id=public_id) if public_id else None
    if found is None:
        raise Http404
    form = CookielessForm(posted(request))
    if form.is_valid():
        actions.withdraw(found)
        return redirect("child_consent", token)
    return form_page(request, "children/consent.html", form, {"form": form, "consent": found})


@staff_only
@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What waits, the earliest first; or what ended, the latest first."""
    is_closed = request.GET.get("state") == "closed"
    found = ChildReport.objects.filter(outcome__in=["", *ChildReport.Outcome.values], closed_at__isnull=not is_closed)
    order = ("-arrived_at", "-id") if is_closed else ("arrived_at", "id")
    shown = page(found.select_related("ticket"), order=order, cursor=request.GET.get("page"))
    own = "?state=closed&page={}" if is_closed else "?page={}"
    context = {
        "page": shown,
        "is_closed": is_closed,
        "next_url": shown.next and own.format(shown.next),
        "previous_url": shown.previous and own.format(shown.previous),
    }
    return render(request, "children/reports.html", context)


@staff_only
@require_safe
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One report: its clocks, what is frozen, what was found, and what comes next."""
    return _page(request, _found(public_id))


@staff_only
@require_POST
def freeze(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say whom it is about; from now on it is kept and not used."""
    form = FreezeForm(request.POST)
    return _do(request, public_id, form, "freeze", lambda found, given, by: actions.freeze(
        found, given["address"], given["slug"], by=by))  # fmt: skip


@staff_only
@require_POST
def find(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The first word: what it is."""
    form = FindForm(request.POST)
    return _do(request, public_id, form, "find", lambda found, given, by: actions.find(
        found, given["finding"], given["ground"], by=by))  # fmt: skip


@staff_only
@require_POST
def note_consent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A parent was verified and agrees."""
    form = ConsentForm(request.POST)
    return _do(request, public_id, form, "parent", lambda found, given, by: actions.note_consent(
        found, form.save(commit=False), by=by))  # fmt: skip


@staff_only
@require_POST
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The second word, of somebody else."""
    found = _found(public_id)
    try:
        actions.confirm(found, by=staff_here(request))
    except Refused as refused:
        return _page(request, found, trouble=str(refused), status=422)
    return redirect("children:report", public_id)


def _do(
    request: HttpRequest, public_id: UUID, form: Any, name: str, act: Callable[[ChildReport, dict[str, Any], Any], None]
) -> HttpResponse:
    found = _found(public_id)
    if form.is_valid():
        try:
            act(found, form.cleaned_data, staff_here(request))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("children:report", public_id)
    return _page(request, found, **{name: form}, status=422)


def _page(request: HttpRequest, found: ChildReport, *, status: int = 200, **words: Any) -> HttpResponse:
    context = {
        "report": found,
        "ticket": found.ticket,
        "steps": found.ticket.steps.select_related("staff").order_by("done_at"),
        "consent": ParentalConsent.objects.filter(report=found).order_by("-given_at").first(),
        "is_mine": found.found_by == staff_here(request),
        "freeze": FreezeForm(),
        "find": FindForm(),
        "parent": ConsentForm(),
        **words,
    }
    return render(request, "children/report.html", context, status=status)


def _found(public_id: UUID) -> ChildReport:
    """By the id of its ticket, whichever way that came."""
    ticket = get_object_or_404(Ticket, public_id=public_id, topic=Topic.CHILD)
    return ChildReport.objects.select_related("ticket", "found_by", "decided_by").get(pk=actions.of_ticket(ticket).pk)
