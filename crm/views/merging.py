"""The pages about records that are there twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow, within_reach
from crm.listing.tabs import tabs
from crm.merging import actions, queries
from crm.merging.comparison import compare
from crm.merging.nouns import Noun
from crm.merging.parts import EVERY, parts_of
from crm.merging.similar import similar_companies, similar_to
from crm.models import Contact, Merge
from crm.models.merging import DAYS_TO_UNDO
from crm.views import shared
from lib.addresses import id_in
from lib.keyset import page
from tenancy.errors import Conflict


@require_POST
@allow("contact.edit")
def similar(request: Any, records: Noun) -> HttpResponse:
    """Who is there already, while somebody types. Not a GET: names do not belong into addresses."""
    typed = request.POST.dict()
    if records.model is Contact:
        return render(request, "crm/_similar.html", {"similar": similar_to(request.membership, typed)})
    names = {name: typed.get(name, "").replace("\0", "")[:300] for name in ("name", "domain")}
    return render(request, "crm/_similar_companies.html", {"similar": similar_companies(request.membership, **names)})


@require_http_methods(["GET", "POST"])
@allow("contact.merge")
def duplicates(request: Any, records: Noun) -> HttpResponse:
    """Groups that look alike, or with ``?apart`` what was said to be different. POST says so, or takes it back."""
    if request.method == "POST":
        return _tell_apart(request, records)
    by, cursor = request.GET.getlist("by"), request.GET.get("page", "")
    context = {
        "noun": records,
        "tabs": tabs(request, records.many.capitalize()),
        "criteria": [(each, each.name in by) for each in queries.CRITERIA[records.many]],
        "is_usual": not by,
    }
    if "apart" in request.GET:
        context["apart"] = _pairs(request, records, cursor)
    else:
        context["found"] = queries.look_for(records, request.membership, by, cursor)
    return render(request, "crm/merging/duplicates.html", context)


@require_http_methods(["GET", "POST"])
@allow("contact.merge")
def merge(request: Any, records: Noun) -> HttpResponse:
    """Two to five records side by side; POST makes them one. Rows ticked in a list are shown first."""
    if "row" in request.POST:
        return redirect(f"{request.path}?{urlencode({'id': request.POST.getlist('row')}, doseq=True)}")
    asked = request.POST if request.method == "POST" else request.GET
    chosen = _asked_records(request, records, asked.getlist("id"))
    if not chosen:
        messages.warning(request, f"Tick two to {actions.MOST} records to compare them.")
        return redirect("crm:duplicates", request.account.slug, records.many)
    survivor = next((each for each in chosen if str(each.public_id) == asked.get("survivor")), chosen[0])
    keep = _picked(asked, records, chosen)
    trouble = ""
    if request.method == "POST":
        try:
            return _merge(request, survivor, chosen, keep)
        except (actions.CannotMerge, Conflict) as refusal:
            trouble = str(refusal)
            chosen = _asked_records(request, records, asked.getlist("id"))
    shown = compare(chosen, survivor, keep, request.membership)
    context = {"noun": records, "shown": shown, "trouble": trouble, "days": DAYS_TO_UNDO}
    return render(request, "crm/merging/merge.html", context, status=409 if trouble else 200)


@require_http_methods(["GET", "POST"])
@allow("contact.merge")
def merges(request: Any) -> HttpResponse:
    """What was merged, the latest first. POST takes one back."""
    visible = queries.visible_merges(request.membership)
    if "merge" in request.POST:
        return _undo(request, get_object_or_404(visible, public_id=id_in(request.POST["merge"])))
    rows = visible.select_related("contact", "company", "by__user").prefetch_related("records")
    shown = page(rows, order=("-at", "-id"), cursor=request.GET.get("page"))
    context = {"page": shown, "tabs": tabs(request, "Merges"), "days": DAYS_TO_UNDO}
    return render(request, "crm/merging/merges.html", context)


def _asked_records(request: Any, noun: Noun, ids: list[str]) -> list[Any]:
    """Two to five that this member may merge, the oldest first; none for other numbers, 404 where one is not there."""
    wanted = {id_in(each) for each in ids}
    if not 2 <= len(wanted) <= actions.MOST:
        return []
    rows = noun.model._default_manager.live().filter(public_id__in=wanted).select_related("owner__user")  # type: ignore[attr-defined]
    if noun.model is Contact:
        rows = rows.select_related("company", "owner__user")
    found = list(within_reach(rows, request.membership, "contact.merge").order_by("id"))
    if len(found) != len(wanted):
        raise Http404
    return found


def _picked(asked: Any, noun: Noun, records: list[Any]) -> dict[str, Any]:
    by_id = {str(record.public_id): record for record in records}
    picked = {part.name: asked.get(f"keep.{part.name}", "") for part in parts_of(noun.model)}
    found = {name: by_id.get(value) for name, value in picked.items()}
    if picked.get("note") == EVERY:
        found["note"] = EVERY
    return found


def _merge(request: Any, survivor: Any, records: list[Any], keep: dict[str, Any]) -> HttpResponse:
    versions = {record.public_id: _number(request.POST.get(f"version-{record.public_id}", "")) for record in records}
    others = [record for record in records if record != survivor]
    seen = {public_id: version for public_id, version in versions.items() if version}
    actions.merge(survivor, others, keep=keep, versions=seen, by=request.membership)
    messages.success(request, f"Merged. You can undo it here for {DAYS_TO_UNDO} days.")
    return redirect(shared.page_of(request, survivor))


def _undo(request: Any, merge: Merge) -> HttpResponse:
    try:
        done = actions.undo(merge, by=request.membership)
    except actions.CannotUndo as refusal:
        messages.error(request, str(refusal))
        return redirect(shared.page_of(request, merge.survivor))
    names = " and ".join(str(each) for each in done.others)
    messages.success(request, f"{names} {'stand' if len(done.others) > 1 else 'stands'} alone again.")
    if done.kept:
        messages.warning(request, f"Not put back, because it was changed since: {'; '.join(done.kept)}.")
    return redirect(shared.page_of(request, done.survivor))


def _tell_apart(request: Any, noun: Noun) -> HttpResponse:
    if again := request.POST.get("again"):
        get_object_or_404(queries.pairs_apart(noun, request.membership), public_id=id_in(again)).delete()
        messages.success(request, "They are compared again.")
        return redirect(f"{request.path}?apart=1")
    wanted = {id_in(each) for each in request.POST.getlist("id")[: queries.LARGEST]} - {None}
    if actions.tell_apart(noun, wanted, by=request.membership):
        messages.success(request, "Noted: no duplicates. You can take that back under “Not duplicates”.")
    return redirect(request.get_full_path())


def _pairs(request: Any, noun: Noun, cursor: str) -> Any:
    shown = page(
        queries.pairs_apart(noun, request.membership).select_related("by__user"), order=("-id",), cursor=cursor
    )
    found: Any = noun.model._default_manager.in_bulk(
        {number for pair in shown.rows for number in (pair.first_id, pair.second_id)}
    )
    for pair in shown.rows:
        pair.records = [found[pair.first_id], found[pair.second_id]]
    return shown


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
