"""Reports of hours: their sums, the entries behind them, files of both, and reports that are kept by a name."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import audit
from accounts.permissions import allow, can, can_for_others, open_when_read_only
from crm.listing import actions as views
from crm.listing.asked import given_in
from crm.listing.forms import SavedViewForm
from crm.models import SavedView
from lib import keyset
from lib.addresses import query_of
from lib.forms import posted
from timetracking.models import ReportUse, TimeSettings
from timetracking.rates.queries import bill_rates
from timetracking.reports import files, uses
from timetracking.reports.asked import KEPT_AS, Asked, asked_of, words_in
from timetracking.reports.chart import chart
from timetracking.reports.forms import ReportForm
from timetracking.reports.hours import MOST, Group, entries_of, report
from timetracking.streams import ORDER

SEEN = ReportUse.Report
TABS = (
    ("Hours", "reports", "report.view"),
    ("Utilisation", "report_utilisation", "report.people"),
    ("Budgets", "report_budgets", "report.people"),
    ("Missing and late", "report_missing", "report.people"),
)
OF_THE_SUMS = ("by", "then", "compare", "money")  # what a list of entries has no use for


@require_safe
@allow("report.view")
def reports(request: Any) -> HttpResponse:
    """Hours by whatever was asked."""
    asked = asked_of(request.GET, request.membership)
    found = report(asked, request.membership)
    uses.note(request.membership, found.people, SEEN.HOURS, asked.days_of_people)
    lead_to_entries(request, asked, found.total)
    context = {
        **frame(request, "reports"),
        "report": found,
        "groups": found.groups[:MOST],
        "left_out": max(0, len(found.groups) - MOST),
        "chart": chart(found.groups),
        "form": ReportForm(asked, request.membership),
        "asked": query_of(asked.words),
        "saved": saved_reports(request, asked),
        "sees_all": can_for_others(request.membership, "report.view"),
    }
    return render(request, "timetracking/reports/hours.html", context)


@require_safe
@allow("report.view")
def report_entries(request: Any) -> HttpResponse:
    """The entries behind a sum."""
    member = request.membership
    asked = asked_of(request.GET, member)
    found = entries_of(asked, member)
    rows = found.select_related("project__company", "task", "person__user")
    page = keyset.page(rows, order=ORDER, cursor=request.GET.get("page"))
    uses.note(member, {entry.person_id for entry in page.rows}, SEEN.ENTRIES, asked.period)
    rates = bill_rates(page.rows) if can(member, "rate.view") else {}
    words = asked.words
    context = {
        **frame(request, "reports"),
        "period": asked.period,
        "trouble": asked.trouble,
        "lines": [(entry, rates.get(entry.pk) if entry.billable else None) for entry in page.rows],
        "minutes": found.minutes(),
        "shows_rates": bool(rates),
        "next_url": query_of({**words, "page": page.next}) if page.next else "",
        "previous_url": query_of({**words, "page": page.previous}) if page.previous else "",
        "narrowed": [str(record or "none") for record in asked.chosen.values()],
        "asked": query_of(words),
    }
    return render(request, "timetracking/reports/entries.html", context)


@require_safe
@open_when_read_only
@allow("report.view")
def report_file(request: Any) -> HttpResponse:
    """The sums as they stand on the page, all of them."""
    asked = asked_of(request.GET, request.membership)
    found = report(asked, request.membership)
    uses.note(request.membership, found.people, SEEN.HOURS, asked.days_of_people, uses.FILE)
    _told(SEEN.HOURS, asked)
    return files.sums_file(found, _name(request, "hours", asked))


@require_safe
@open_when_read_only
@allow("report.view")
def report_entries_file(request: Any) -> HttpResponse:
    """The entries behind a sum, all of them."""
    asked = asked_of(request.GET, request.membership)
    people = entries_of(asked, request.membership).order_by().values_list("person_id", flat=True).distinct()
    uses.note(request.membership, people, SEEN.ENTRIES, asked.period, uses.FILE)
    _told(SEEN.ENTRIES, asked)
    return files.entries_file(asked, request.membership, _name(request, "entries", asked))


@require_http_methods(["GET", "HEAD", "POST"])
@allow("report.view")
def report_keep(request: Any) -> HttpResponse:
    """Keep a report under a name, for oneself or for everybody."""
    given = given_in((posted(request) or request.GET).get("asked", ""))
    words = words_in(given)
    view = SavedView(kind=KEPT_AS, owner=request.membership, asked=words)
    form = SavedViewForm(posted(request), instance=view, member=request.membership)
    del form.fields["is_pinned"]
    back = reverse("timetracking:reports", args=[request.account.slug]) + query_of(words)
    if form.is_valid():
        messages.success(request, f"Saved: {form.save()}.")
        return redirect(back)
    context = {"form": form, "asked": query_of(words), "back": back}
    return render(request, "timetracking/reports/keep.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("report.view")
def report_forget(request: Any, public_id: UUID) -> HttpResponse:
    """Forget a report that was kept; the hours stay."""
    kept = SavedView.objects.visible_to(request.membership).filter(kind=KEPT_AS)
    view = get_object_or_404(kept, public_id=public_id)
    if not views.may_change(request.membership, view):
        return get_object_or_404(SavedView.objects.none())
    views.delete_view(view)
    messages.success(request, f"{view} is not kept any more.")
    return redirect("timetracking:reports", request.account.slug)


@require_safe
@allow("profile.edit")
def my_uses(request: Any) -> HttpResponse:
    """Who used my hours: in which report, of which days, when."""
    mine = ReportUse.objects.filter(person=request.membership)
    page = keyset.page(mine.select_related("by__user"), order=("-at", "-id"), cursor=request.GET.get("page"))
    context = {
        "uses": page.rows,
        "next_url": query_of({"page": page.next}) if page.next else "",
        "previous_url": query_of({"page": page.previous}) if page.previous else "",
        "smallest_group": TimeSettings.current().smallest_group,
    }
    return render(request, "timetracking/reports/my_uses.html", context)


def frame(request: Any, current: str) -> dict[str, Any]:
    """The tabs above every report."""
    slug = request.account.slug
    tabs = [
        {"label": label, "url": reverse(f"timetracking:{name}", args=[slug]), "is_current": name == current}
        for label, name, action in TABS
        if can(request.membership, action)
    ]
    return {"tabs": tabs if len(tabs) > 1 else []}


def lead_to_entries(request: Any, asked: Asked, group: Group) -> None:
    """Let every sum open its entries."""
    address = reverse("timetracking:report_entries", args=[request.account.slug])
    words = {name: text for name, text in asked.words.items() if name not in OF_THE_SUMS}
    group.url = address + query_of({**words, **group.words})
    for part in group.parts:
        lead_to_entries(request, asked, part)


def saved_reports(request: Any, asked: Asked) -> list[dict[str, Any]]:
    """One's own, and those that are shared."""
    seen = SavedView.objects.visible_to(request.membership).filter(kind=KEPT_AS).order_by("name", "id")
    return [
        {
            "view": view,
            "url": request.path + query_of(view.asked),
            "is_current": view.asked == asked.words,
            "may_forget": views.may_change(request.membership, view),
        }
        for view in seen
    ]


def _told(which: str, asked: Asked) -> None:
    data = {"report": str(SEEN(which).label), "first": asked.period.first.isoformat()}
    audit.record("report.exported", None, data={**data, "last": asked.period.last.isoformat()})


def _name(request: Any, what: str, asked: Asked) -> str:
    return f"{request.account.slug}-{what}-{asked.period.first}-{asked.period.last}"
