"""The bin: what was deleted, by whom, until when it can be restored; and how it goes at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow, can, within_reach
from crm import actions, purging
from crm.activities import actions as activities
from crm.listing.tabs import tabs
from crm.models import Activity, Company, Contact, Deal
from crm.models.records import leaves_bin_on
from lib.addresses import id_in, query_of
from lib.keyset import page

# What lies in the bin: by the word in the address, the model and what it takes to get it out.
KINDS: dict[str, tuple[type[Any], str]] = {
    "contacts": (Contact, "contact.delete"),
    "companies": (Company, "company.delete"),
    "deals": (Deal, "deal.delete"),
    "activities": (Activity, "activity.edit"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.delete")
def bin(request: Any) -> HttpResponse:
    """Deleted contacts, or with ``?kind=`` those of another kind, the latest first; sent, the ticked ones go."""
    words = request.POST if request.method == "POST" else request.GET
    kind = words.get("kind", "") if words.get("kind") in KINDS else "contacts"
    model, action = KINDS[kind]
    rows = within_reach(model._default_manager.in_bin(), request.membership, action)
    if request.method == "POST":
        return _empty_or_restore(request, kind, rows)
    shown = page(rows.select_related("deleted_by__user"), order=("-deleted_at", "-id"), cursor=request.GET.get("page"))
    needed = purging.needed_by(model, [record.pk for record in shown.rows])
    for record in shown.rows:
        record.leaves_on = leaves_bin_on(record)
        record.needed_by = ", ".join(sorted(needed.get(record.pk, ())))
    context = {
        "page": shown,
        "kind": kind,
        "kinds": [name for name, (_, action) in KINDS.items() if can(request.membership, action)],
        "list_url": reverse(f"crm:{kind}", args=[request.account.slug]),
        "tabs": tabs(request, "Bin"),
        "days": purging.KEPT_FOR.days,
        "may_purge": can(request.membership, "record.purge"),
    }
    return render(request, "crm/bin.html", context)


def _empty_or_restore(request: Any, kind: str, rows: Any) -> HttpResponse:
    """Restore the ticked records, or remove them for good."""
    model = KINDS[kind][0]
    ticked = rows.filter(public_id__in=[row for row in request.POST.getlist("row") if id_in(row)])
    records = list(ticked.order_by("pk").select_for_update(of=("self",)))
    if request.POST.get("do") == "purge":
        if not can(request.membership, "record.purge"):
            raise PermissionDenied
        gone = len(purging.purge(records))
        said = f"{_counted(kind, gone)} removed for good."
        if stays := len(records) - gone:
            said += f" {stays} stay in the bin, because something else still names them."
    else:
        for record in records:
            (activities if model is Activity else actions).restore(record)
        said = f"{_counted(kind, len(records))} restored."
    messages.success(request, said)
    return redirect(reverse("crm:bin", args=[request.account.slug]) + query_of({"kind": kind}))


def _counted(kind: str, number: int) -> str:
    return f"{number} {KINDS[kind][0]._meta.verbose_name if number == 1 else kind}"
