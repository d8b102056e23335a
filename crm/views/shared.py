"""What the pages of companies, contacts and deals do alike."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.history import looks_at
from accounts.permissions import can
from crm import actions, panels
from crm.facts import facts_of
from crm.forms import RecordForm
from crm.lists import tags_of
from crm.models import Company, Contact, Deal, Note, Record, Tag
from crm.models.records import Mergeable, leaves_bin_on
from crm.restricted import refuse_change
from crm.timeline.forms import NoteForm
from crm.timeline.pages import timeline_of
from crm.timeline.timeline import pinned_on
from lib import cards, formats
from lib.addresses import id_in
from lib.forms import posted
from lib.text import fold

AnyRecord = TypeVar("AnyRecord", bound=Record)


def record_or_404(
    request: Any,
    model: type[AnyRecord],
    public_id: Any,
    *,
    in_bin: bool | None = False,
    may_be_restricted: bool = False,
) -> AnyRecord:
    """The record, if this member may see it; one in the bin only if it is asked for (None: either).

    Whoever sends something to a restricted one is refused.
    """
    records: Any = model._default_manager.visible_to(request.membership).select_related("owner__user")  # type: ignore[attr-defined]
    if in_bin is not None:
        records = records.in_bin() if in_bin else records.live()
    if issubclass(model, Mergeable):
        records = records.filter(merged_into=None)
    if model is not Company:
        records = records.select_related("company", "owner__user", *(["stage__pipeline"] if model is Deal else []))
    record: AnyRecord = get_object_or_404(records, public_id=public_id)
    if request.method == "POST" and not may_be_restricted:
        refuse_change(record)
    return record


def asked_record(request: Any) -> Record | None:
    """The record that ``?contact=``, ``?company=`` or ``?deal=`` names, as far as this member may see it.

    None where the address names none.
    """
    for noun, model in (("contact", Contact), ("company", Company), ("deal", Deal)):
        if noun in request.GET:
            return record_or_404(request, model, id_in(request.GET[noun]))
    return None


def record_context(request: Any, record: Record) -> dict[str, Any]:
    """What all record pages show: tags, timeline, panels, and what this member may do."""
    noun = record._meta.model_name
    member = request.membership
    is_restricted = getattr(record, "is_restricted", False)
    return {
        "record": record,
        "record_url": page_of(request, record),
        "tags": tags_of(record),
        "facts": facts_of(record, member),
        **middle(request, record),
        "panels": panels.panels_for(request, record),
        "head_actions": panels.actions_for(request, record),
        "may_edit": not record.is_in_bin and not is_restricted and can(member, f"{noun}.edit", record),
        "may_delete": not is_restricted and can(member, f"{noun}.delete", record),
        "leaves_bin_on": leaves_bin_on(record),
        "record_kind": record._meta.label_lower,
        "looks": looks_at(record, member),
    }


def middle(request: Any, record: Record) -> dict[str, Any]:
    """What stands in the middle of a record's page: what to write, what is pinned, and what happened."""
    member, noun = request.membership, str(record._meta.model_name)
    is_open = not record.is_in_bin and not getattr(record, "is_restricted", False)
    may_write = is_open and can(member, "note.edit")
    return {
        "timeline": timeline_of(request, record),
        "pinned": pinned_on(record, member),
        "composer": NoteForm(instance=Note(**{noun: record}), member=member) if may_write else None,
        "asks_for_it": f"?{noun}={record.public_id}",
    }


def form_context(request: Any, form: RecordForm, **more: Any) -> dict[str, Any]:
    """What all forms need beside themselves."""
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


def page_of(request: Any, record: Record) -> str:
    return reverse(f"crm:{record._meta.model_name}", args=[request.account.slug, record.public_id])


def edit(
    request: Any, model: type[Record], form_class: type[RecordForm], public_id: Any, template: str
) -> HttpResponse:
    """Change a record; if somebody else saved meanwhile, both values are shown."""
    record = record_or_404(request, model, public_id)
    refuse_change(record)
    form = form_class(
        posted(request),
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


def change_tags(request: Any, record: Record) -> HttpResponse:
    """Add the tag in ``add``, or take off the one in ``remove``."""
    before = [tag.name for tag in tags_of(record)]
    added = cards.hide(" ".join(request.POST.get("add", "").replace(",", " ").replace("\0", "").split()))[:60]
    after = [name for name in before if name != request.POST.get("remove")]
    if added and fold(added) not in map(fold, after):
        after.append(added)
    if after != before:
        actions.retag(record, before, after)
    return redirect(page_of(request, record))
