"""The pages of lists: their rows, their columns, and the views that are kept of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.serving import respond
from accounts.permissions import allow, can, can_for_others, open_when_read_only
from crm.listing import actions, export
from crm.listing.asked import ALL, Wish, address_of, asked_of, columns_of, given_in, kind_or_404, wish_of
from crm.listing.filters import Panel
from crm.listing.forms import SavedViewForm
from crm.listing.kinds import COMPANIES, CONTACTS, KINDS, ListKind
from crm.listing.rows import Listing, listing
from crm.listing.tabs import tabs
from crm.models import ListExport, SavedView
from lib.addresses import id_in, query_of, version_in
from lib.forms import posted
from lib.htmx import asks_for_part, page_or_part


def list_page(request: Any, kind: ListKind) -> HttpResponse:
    """A list: found, narrowed, sorted, page by page."""
    wish = wish_of(kind, request.membership, request.GET)
    if address := opening(request, wish):
        return redirect(address)
    context = list_context(request, wish, listing(kind, request.membership, request.GET, wish.columns))
    context["tabs"] = tabs(request, kind.label, wish)
    is_imported = kind in (CONTACTS, COMPANIES)
    context["import_url"] = reverse("imports:imports", args=[request.account.slug]) if is_imported else ""
    return page_or_part(request, "crm/list.html", "rows", context)


def opening(request: Any, wish: Wish) -> str:
    """Where an address leads that is better said otherwise: one with empty words to what it says, a bare one to the
    view that the member's list opens with."""
    if not all(request.GET.values()) and not asks_for_part(request):
        words = {name: text for name, text in request.GET.items() if text} or ({"view": ALL} if wish.opens_with else {})
        return f"{request.path}{query_of(words) if words else ''}"
    if request.GET or wish.opens_with is None:
        return ""
    return address_of(wish.kind, request.account.slug, wish.opens_with.words)


def list_context(request: Any, wish: Wish, rows: Listing) -> dict[str, Any]:
    """What the page of a list shows beside its frame."""
    member, given, kind = request.membership, request.GET, wish.kind
    return {
        "list": rows,
        "wish": wish,
        "may_edit": can(member, f"{kind.noun}.edit"),
        "may_give_away": can_for_others(member, f"{kind.noun}.edit"),
        "may_export": can(member, "record.export"),
        "may_change_view": wish.view and actions.may_change(member, wish.view),
        "filters": Panel(kind.filters(), given, member) if given.get("panel") == "filters" else None,
        "all_columns": _in_order(wish) if given.get("panel") == "columns" else None,
    }


@require_POST
@allow("contact.view")
def columns(request: Any) -> HttpResponse:
    """Keep which columns are shown, and in which order; ``up`` and ``down`` move one and ask on."""
    kind, given = kind_or_404(request.membership, request.POST.get("list", "")), given_in(request.POST.get("asked", ""))
    order = _moved(request.POST.getlist("order"), request.POST.get("up", ""), request.POST.get("down", ""))
    ticked = set(request.POST.getlist("column"))
    chosen = columns_of(kind, ",".join(key for key in order if key in ticked))
    if "usual" in request.POST:
        chosen = []
    if given.get("view"):
        given["columns"] = ",".join(chosen)
    else:
        given.pop("columns", None)
        actions.choose_columns(request.membership, kind.many, chosen)
    given["panel"] = "columns" if {"up", "down"} & request.POST.keys() else ""
    return redirect(address_of(kind, request.account.slug, given))


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.view")
def view_create(request: Any) -> HttpResponse:
    """Keep a list under a name."""
    words = request.POST if request.method == "POST" else request.GET
    kind, given = kind_or_404(request.membership, words.get("list", "")), given_in(words.get("asked", ""))
    view = SavedView(kind=kind.many, owner=request.membership, asked=asked_of(kind, given))
    view.columns = columns_of(kind, given.get("columns", "")) or wish_of(kind, request.membership, {}).columns
    form = SavedViewForm(posted(request), instance=view, member=request.membership)
    if form.is_valid():
        messages.success(request, f"Saved: {form.save()}.")
        return redirect(address_of(kind, request.account.slug, view.words))
    back = address_of(kind, request.account.slug, given)
    context = {"form": form, "kind": kind, "back": back, "asked": words.get("asked", "")}
    return render(request, "crm/saved_view.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.view")
def view_edit(request: Any, public_id: UUID) -> HttpResponse:
    """Give a view another name, share it, pin it."""
    view = _own_or_404(request, public_id)
    form = SavedViewForm(posted(request), instance=view, member=request.membership)
    if form.is_valid():
        form.save()
        return redirect(address_of(KINDS[view.kind], request.account.slug, view.words))
    status = (409 if form.conflict else 422) if form.is_bound else 200
    back = address_of(KINDS[view.kind], request.account.slug, view.words)
    context = {"form": form, "view": view, "kind": KINDS[view.kind], "back": back}
    return render(request, "crm/saved_view.html", context, status=status)


@require_POST
@allow("contact.view")
def view_keep(request: Any, public_id: UUID) -> HttpResponse:
    """Let the view hold what the list shows now."""
    view, given = _own_or_404(request, public_id), given_in(request.POST.get("asked", ""))
    kind = KINDS[view.kind]
    view.asked, view.columns = asked_of(kind, given), columns_of(kind, given.get("columns", ""))
    actions.keep_view(view, expected=version_in(request.POST, view))
    messages.success(request, f"{view} is kept as it stands here.")
    return redirect(address_of(kind, request.account.slug, view.words))


@require_POST
@allow("contact.view")
def view_delete(request: Any, public_id: UUID) -> HttpResponse:
    """Remove a view. The records in it stay."""
    view = _own_or_404(request, public_id)
    actions.delete_view(view)
    messages.success(request, f"The view {view} is gone; its {view.kind} are all there.")
    return redirect(address_of(KINDS[view.kind], request.account.slug, {"view": ALL}))


@require_POST
@allow("contact.view")
def opens_with(request: Any) -> HttpResponse:
    """Let the list open with a view, or as a whole again."""
    kind = kind_or_404(request.membership, request.POST.get("list", ""))
    seen = SavedView.objects.visible_to(request.membership).filter(kind=kind.many)
    view = get_object_or_404(seen, public_id=id_in(request.POST["view"])) if request.POST.get("view") else None
    actions.open_with(request.membership, kind.many, view)
    messages.success(request, f"{kind.label} open with {view}." if view else f"{kind.label} open as a whole again.")
    return redirect(address_of(kind, request.account.slug, view.words if view else {"view": ALL}))


@require_POST
@open_when_read_only
@allow("record.export")
def export_create(request: Any) -> HttpResponse:
    """The list as a file, as it stands on the screen: at once when it is short."""
    kind, given = kind_or_404(request.membership, request.POST.get("list", "")), given_in(request.POST.get("asked", ""))
    wish = wish_of(kind, request.membership, given)
    form = ListExport.Form.XLSX if request.POST.get("form") == "xlsx" else ListExport.Form.CSV
    job = export.start(kind, by=request.membership, asked=wish.asked, columns=wish.columns, form=form)
    if job.is_at_work:
        return redirect("crm:export", request.account.slug, job.public_id)
    return respond(job.file)


@require_safe
@allow("record.export")
def export_page(request: Any, public_id: UUID) -> HttpResponse:
    """How far an export is; then its file."""
    return page_or_part(request, "crm/export.html", "state", {"job": _export_or_404(request, public_id)})


@require_safe
@allow("record.export")
def export_file(request: Any, public_id: UUID) -> FileResponse:
    """The file, as long as it is kept."""
    return respond(_export_or_404(request, public_id).file)


def _export_or_404(request: Any, public_id: UUID) -> ListExport:
    """One's own export: a colleague may see other records."""
    jobs = ListExport.objects.visible_to(request.membership).select_related("file", "by__user")
    job: ListExport = get_object_or_404(jobs, public_id=public_id)
    return job


def _own_or_404(request: Any, public_id: UUID) -> SavedView:
    """A view that this member may change."""
    view: SavedView = get_object_or_404(SavedView.objects.visible_to(request.membership), public_id=public_id)
    kind_or_404(request.membership, view.kind)
    if not actions.may_change(request.membership, view):
        return get_object_or_404(SavedView.objects.none())
    return view


def _in_order(wish: Any) -> list[tuple[Any, bool]]:
    """All columns but the name: those shown, as they stand, and then the others."""
    shown = wish.kind.chosen(wish.columns)[1:]
    others = [each for each in wish.kind.columns().values() if each.key not in {one.key for one in shown}]
    return [*((each, True) for each in shown), *((each, False) for each in others[1:])]


def _moved(order: list[str], up: str, down: str) -> list[str]:
    """The same keys with one of them a place further."""
    for key, step in ((up, -1), (down, 1)):
        if key in order:
            place = order.index(key)
            order.insert(max(0, place + step), order.pop(place))
    return order
