"""The pages of a bulk edit: what is to be done, how far it is, and how it is taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow
from crm.bulk import work
from crm.bulk.chosen import Chosen, may
from crm.bulk.forms import BulkForm, settable
from crm.listing.asked import address_of, asked_of, given_in, kind_or_404
from crm.listing.kinds import KINDS
from crm.listing.rows import narrowed
from crm.models import BulkEdit, Tag
from lib import formats
from lib.addresses import id_in
from lib.htmx import page_or_part

What = BulkEdit.What


@require_http_methods(["GET", "HEAD", "POST"])
@allow("contact.edit")
def bulk(request: Any) -> HttpResponse:
    """What to do with the ticked rows, or with all of the list; then, sent with ``sure``, doing it."""
    words = request.POST if request.method == "POST" else request.GET
    kind, query = kind_or_404(request.membership, words.get("list", "")), words.get("asked", "")
    ids = None if words.get("all") else [row for row in words.getlist("row") if id_in(row)]
    if ids == []:
        messages.warning(request, f"Tick the {kind.many} that are to be changed, or all of them.")
        return redirect(address_of(kind, request.account.slug, given_in(query)))
    chosen = Chosen(kind, request.membership, asked_of(kind, given_in(query)), ids)
    what, name = _what(kind, words.get("what", ""))
    if what and not may(request.membership, kind.noun, what):
        what = ""
    form = BulkForm(
        request.POST if "sure" in words else None, kind=kind, member=request.membership, what=what, name=name
    )
    if what and form.is_valid():
        return _started(request, work.start(chosen, what=what, value=form.stored, words=form.words), query)
    context = {
        "kind": kind, "form": form, "what": what, "what_name": words.get("what", ""), "ids": ids, "asked": query,
        "number": chosen.found.count(), "left_out": chosen.found.count() - chosen.to_change(what).count(),
        "fields": settable(kind), "may_delete": may(request.membership, kind.noun, What.BIN),
        "may_give_away": may(request.membership, kind.noun, What.OWNER),
        "is_all": ids is None, "chips": narrowed(kind, request.membership, chosen.asked).chips if ids is None else [],
        "all_tags": Tag.objects.order_by("name_key")[:300],
        "back": address_of(kind, request.account.slug, given_in(query)),
    }  # fmt: skip
    return render(request, "crm/bulk.html", context, status=422 if form.is_bound and form.errors else 200)


@require_safe
@allow("contact.edit")
def bulk_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far it is, and what became of the records."""
    return page_or_part(request, "crm/bulk_edit.html", "state", {"job": _job(request, public_id)})


@require_POST
@allow("contact.edit")
def bulk_undo(request: Any, public_id: UUID) -> HttpResponse:
    """Give every record back what it had before."""
    job = _job(request, public_id)
    if not may(request.membership, KINDS[job.kind].noun, job.what):
        raise PermissionDenied
    if job.may_be_undone:
        work.take_back(job, by=request.membership)
    return redirect("crm:bulk_edit", request.account.slug, job.public_id)


def _job(request: Any, public_id: UUID) -> BulkEdit:
    jobs = BulkEdit.objects.visible_to(request.membership).select_related("by__user")
    job: BulkEdit = get_object_or_404(jobs, public_id=public_id)
    kind_or_404(request.membership, job.kind)
    return job


def _what(kind: Any, asked: str) -> tuple[str, str]:
    """What is to be done, and the field that it is about."""
    if asked in settable(kind):
        return What.FIELD, asked
    return (asked, "") if asked in What.values and asked != What.FIELD else ("", "")


def _started(request: Any, job: BulkEdit, query: str) -> HttpResponse:
    """Back to the list when it is done; else the page that tells how far it is."""
    if job.is_at_work:
        return redirect("crm:bulk_edit", request.account.slug, job.public_id)
    kind = KINDS[job.kind]
    noun = kind.noun if job.changed == 1 else kind.many
    number = formats.number(job.changed)
    is_binned = job.what == What.BIN
    said = f"{number} {noun} moved to the bin." if is_binned else f"{job.words}. {number} {noun} changed."
    if job.left_out:
        said += f" {formats.number(job.left_out)} left out, because their use is restricted."
    undo = reverse("crm:bulk_undo", args=[request.account.slug, job.public_id]) if job.changed else ""
    messages.success(request, said, extra_tags=undo)
    return redirect(address_of(kind, request.account.slug, given_in(query)))
