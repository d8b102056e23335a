"""The day of one person: its entries in a list, with plain forms; and the panel of one cell."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from accounts.permissions import allow, can
from lib import formats
from lib.htmx import asks_for_part
from tenancy.errors import Conflict
from timetracking import actions
from timetracking.errors import Refused
from timetracking.forms import CellForm, EntryForm, PanelEntryForm, parsed_day
from timetracking.models import TimeEntry, work_value
from timetracking.queries import Cell, cell_of
from timetracking.targets import target
from timetracking.views.cells import cell_state, checked, totals
from timetracking.views.shared import (
    address,
    clock_words,
    frame,
    may_log,
    offer_undo,
    said,
    sign_undo,
    today_of,
    whose,
    writable_entries,
    writable_person,
    zone_of,
)


@require_safe
@allow("time.view")
def day(request: HttpRequest) -> HttpResponse:
    """The entries of one day, and a form for the next one."""
    person = whose(request)
    shown = parsed_day(request.GET.get("day"), today_of(person))
    form = None
    if may_log(request, person):
        initial = {"day": shown, "work": request.GET.get("work", "")}
        form = EntryForm(initial=initial, person=person, account=request.account)
    return _day_page(request, person, shown, form)


@require_POST
@allow("time.log")
def entry_create(request: HttpRequest) -> HttpResponse:
    """A new entry, from the form beside the day."""
    person = writable_person(request)
    form = EntryForm(request.POST, person=person, account=request.account)
    if form.is_valid() and _log(form, person):
        return redirect(address(request, "day", person, day=form.cleaned_data["day"]))
    return _day_page(request, person, parsed_day(request.POST.get("day"), today_of(person)), form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.log")
def entry_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One entry, all of it."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    form = EntryForm(request.POST or None, instance=entry, person=entry.person, account=request.account)
    if form.is_valid() and _change(form):
        return redirect(address(request, "day", entry.person, day=form.cleaned_data["day"]))
    context = {
        "form": form,
        "entry": entry,
        "back_url": address(request, "day", entry.person, day=form.initial["day"]),
    }
    return render(request, "timetracking/entry_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("time.log")
def entry_delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete an entry, and offer to take it back."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    back = address(request, "day", entry.person, day=entry.day)
    try:
        undo = actions.delete_entries([entry])
    except Refused as refusal:
        return render(request, "timetracking/refused.html", {"words": refusal, "back_url": back}, status=422)
    token = sign_undo(request, entry.person, undo)
    words = f"Deleted {formats.hours(entry.minutes)}: {said(entry)}."
    if asks_for_part(request):
        response = _panel(request, cell_of(entry.person, entry.project, entry.task, entry.day))
        return trigger_client_event(response, "time:deleted", {"words": words, "undo": token})
    offer_undo(request, words, token, back)
    return redirect(back)


@require_safe
@allow("time.view")
def cell_panel(request: HttpRequest) -> HttpResponse:
    """The entries of one cell, to be changed where they are."""
    person, data = whose(request), checked(CellForm(request.GET)).cleaned_data
    return _panel(request, cell_of(person, *data["work"], data["day"]))


@require_POST
@allow("time.log")
def cell_entry_add(request: HttpRequest) -> HttpResponse:
    """One more entry in a cell."""
    person, data = writable_person(request), checked(CellForm(request.POST)).cleaned_data
    project, task = data["work"]
    entry = TimeEntry(project=project, task=task, day=data["day"])
    form = PanelEntryForm(request.POST, instance=entry, person=person, account=request.account)
    if form.is_valid() and _log(form, person, project=project, task=task, day=data["day"]):
        form = None
    return _panel(request, cell_of(person, project, task, data["day"]), add_form=form)


@require_POST
@allow("time.log")
def cell_entry_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One entry of a cell, changed in the panel."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    cell = (entry.person, entry.project, entry.task, entry.day)
    form = PanelEntryForm(request.POST, instance=entry, person=entry.person, account=request.account)
    if form.is_valid() and _change(form):
        form = None
    return _panel(request, cell_of(*cell), edit_form=form)


def _log(form: PanelEntryForm, person: Membership, **place: object) -> bool:
    """Store a new entry; what refuses it becomes a sentence on the form."""
    try:
        actions.log_time(person, **{**form.values(), **place}, clock=form.clock(zone_of(person)))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return form.is_valid()


def _change(form: PanelEntryForm) -> bool:
    """Store a changed entry; what refuses it becomes a sentence on the form."""
    stored = TimeEntry.objects.with_names().select_related("person__user").get(pk=form.instance.pk)
    clock = form.clock(zone_of(stored.person)) if "time" in form.changed_data else None
    try:
        actions.change_entry(stored, expected=form.stored_version, clock=clock, **form.values())
    except (Refused, Conflict) as refusal:
        form.add_error(None, str(refusal))
    return form.is_valid()


def _day_page(request: HttpRequest, person: Membership, shown: date, form: EntryForm | None) -> HttpResponse:
    entries = list(TimeEntry.objects.of(person).filter(day=shown).with_names().order_by("started_at", "id"))
    previous, following = shown - timedelta(days=1), shown + timedelta(days=1)
    context = {
        **frame(request, "day", person, shown),
        "day": shown,
        "today": today_of(person),
        "lines": [(entry, clock_words(entry)) for entry in entries],
        "total": sum(entry.minutes for entry in entries),
        "target": target(shown),
        "form": form,
        "previous_url": address(request, "day", person, day=previous),
        "next_url": address(request, "day", person, day=following),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "timetracking/day.html", context, status=status)


def _panel(
    request: HttpRequest,
    cell: Cell,
    *,
    add_form: PanelEntryForm | None = None,
    edit_form: PanelEntryForm | None = None,
) -> HttpResponse:
    writes = can(request.membership, "time.log") and may_log(request, cell.person)

    def form_for(entry: TimeEntry) -> PanelEntryForm:
        if edit_form is not None and edit_form.instance.pk == entry.pk:
            return edit_form
        ids = f"entry_{entry.public_id}_%s"
        return PanelEntryForm(instance=entry, person=cell.person, account=request.account, auto_id=ids)

    context = {
        "cell": cell,
        "work": work_value(cell.project, cell.task),
        "lines": [(entry, form_for(entry) if writes and not entry.is_locked else None) for entry in cell.entries],
        "add_form": (add_form or PanelEntryForm(person=cell.person, account=request.account)) if writes else None,
    }
    failed = add_form is not None or edit_form is not None
    response = render(request, "timetracking/cell_panel.html", context, status=422 if failed else 200)
    if request.method == "POST" and not failed:
        state = {"cell": cell_state(cell), "totals": totals(request, cell)}
        trigger_client_event(response, "time:cell", state)
    return response
