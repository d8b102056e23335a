"""What the pages of companies and contacts do alike."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.history import history_of
from accounts.permissions import can
from crm import actions, panels
from crm.forms import RecordForm
from crm.lists import tags_of
from crm.models import Company, Contact, Record, Tag
from lib import formats
from lib.text import fold

DAYS_IN_BIN = 30
AnyRecord = TypeVar("AnyRecord", bound=Record)


def record_or_404(request: Any, model: type[AnyRecord], public_id: Any, *, in_bin: bool | None = False) -> AnyRecord:
    """The record, if this member may see it; one in the bin only if it is asked for (None: either)."""
    records: Any = model._default_manager.visible_to(request.membership).select_related("owner__user")  # type: ignore[attr-defined]
    if in_bin is not None:
        records = records.in_bin() if in_bin else records.live()
    if model is Contact:
        records = records.select_related("company", "owner__user")
    return get_object_or_404(records, public_id=public_id)


def tabs(request: Any, current: str) -> list[dict[str, Any]]:
    """Contacts, Companies, Bin: those that this member may open."""
    entries = [
        ("Contacts", "crm:contacts", "contact.view"),
        ("Companies", "crm:companies", "company.view"),
        ("Bin", "crm:bin", "contact.delete"),
    ]
    return [
        {
            "label": label,
            "url": reverse(name, args=[request.account.slug]),
            "is_current": label == current,
            "count": None,
        }
        for label, name, action in entries
        if can(request.membership, action)
    ]


def record_context(request: Any, record: Record) -> dict[str, Any]:
    """What both record pages show: tags, history, panels, and what this member may do."""
    noun = record._meta.model_name
    member = request.membership
    return {
        "record": record,
        "record_url": page_of(request, record),
        "tags": tags_of(record),
        "history": history_of(record, member, request.GET.get("older")),
        "panels": panels.panels_for(request, record),
        "may_edit": not record.is_in_bin and can(member, f"{noun}.edit", record),
        "may_delete": can(member, f"{noun}.delete", record),
        "leaves_bin_on": leaves_bin_on(record),
    }


def form_context(request: Any, form: RecordForm, **more: Any) -> dict[str, Any]:
    """What both forms need beside themselves."""
    return {
        "form": form,
        "record": None if form.is_new else form.instance,
        "all_tags": Tag.objects.order_by("name_key")[:300],
        **more,
    }


def form_status(form: RecordForm) -> int:
    """409 when somebody else saved first, 422 when there is something to mend."""
    if form.conflict:
        return 409
    return 422 if form.is_bound else 200


def leaves_bin_on(record: Record) -> Any:
    """The day on which a record in the bin is removed for good."""
    return record.deleted_at and record.deleted_at + timedelta(days=DAYS_IN_BIN)


def page_of(request: Any, record: Record) -> str:
    return reverse(f"crm:{record._meta.model_name}", args=[request.account.slug, record.public_id])


def edit(
    request: Any, model: type[Record], form_class: type[RecordForm], public_id: Any, template: str
) -> HttpResponse:
    """Change a record; if somebody else saved meanwhile, both values are shown."""
    record = record_or_404(request, model, public_id)
    form = form_class(
        request.POST if request.method == "POST" else None,
        instance=record, member=request.membership, tags=[tag.name for tag in tags_of(record)],
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        return save(request, form)
    return render(request, template, form_context(request, form), status=form_status(form))


def save(request: Any, form: RecordForm) -> HttpResponse:
    """Store what was typed and show the record."""
    record = form.save() if form.is_changed else form.instance
    if form.is_changed and not form.is_new:
        number = len(form.changes())
        messages.success(request, f"Saved. {number or 'No'} field{'' if number == 1 else 's'} changed.")
    return redirect(page_of(request, record))


def delete(request: Any, record: Record, to: str) -> HttpResponse:
    """Move the record to the bin and offer to take that back."""
    actions.move_to_bin(record, by=request.membership)
    words = f"{record} is in the bin until {formats.day(leaves_bin_on(record), 'year')}."
    undo = reverse(f"crm:{record._meta.model_name}_restore", args=[request.account.slug, record.public_id])
    messages.success(request, words, extra_tags=undo)
    return redirect(to, request.account.slug)


def restore(request: HttpRequest, record: Record) -> HttpResponse:
    """Take the record out of the bin and show it."""
    actions.restore(record)
    messages.success(request, f"{record} is back.")
    return redirect(page_of(request, record))


def change_tags(request: Any, record: Company | Contact) -> HttpResponse:
    """Add the tag in ``add``, or take off the one in ``remove``."""
    before = [tag.name for tag in tags_of(record)]
    added = " ".join(request.POST.get("add", "").replace(",", " ").replace("\0", "").split())[:60]
    after = [name for name in before if name != request.POST.get("remove")]
    if added and fold(added) not in map(fold, after):
        after.append(added)
    if after != before:
        actions.retag(record, before, after)
    return redirect(page_of(request, record))
