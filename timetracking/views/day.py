"""The day of one person: its entries in a list, with plain forms; and the panel of one cell."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import Membership
from accounts.permissions import allow, can
from lib import formats
from lib.forms import posted
from lib.htmx import asks_for_part
from tenancy.errors import Conflict
from timetracking import actions
from timetracking.errors import Refused
from timetracking.finding import all_tags
from timetracking.forms import CellForm, EntryForm, PanelEntryForm, parsed_day
from timetracking.models import TimeEntry, work_value
from timetracking.queries import Cell, cell_of, today_of
from timetracking.sheets import locks
from timetracking.targets import days_of
from timetracking.views.cells import cell_state, checked, totals
from timetracking.views.shared import (
    address,
    ask_reason,
    frame,
    may_log,
    offer_undo,
    said,
    sign_undo,
    stored_from,
    whose,
    writable_entries,
    writable_person,
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
    shown = parsed_day(request.POST.get("day"), today_of(person))
    form = EntryForm(request.POST, person=person, account=request.account)
    ask_reason(request, form, person, shown)
    if form.is_valid() and stored_from(form, person):
        return redirect(address(request, "day", person, day=form.cleaned_data["day"]))
    return _day_page(request, person, shown, form)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.log")
def entry_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One entry, all of it."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    was_on = entry.day
    form = EntryForm(posted(request), instance=entry, person=entry.person, account=request.account)
    days = {was_on, parsed_day(request.POST.get("day"), was_on)}
    closed = " ".join(dict.fromkeys(ask_reason(request, form, entry.person, *sorted(days))))
    if can(request.membership, "rate.edit"):
        form.offer_rate()
    if form.is_valid() and _change(form):
        return redirect(_back_url(request, entry.person, form.cleaned_data["day"]))
    context = {
        "form": form,
        "entry": entry,
        "closed": closed,
        "all_tags": all_tags(),
        "back_url": _back_url(request, entry.person, form.initial["day"]),
    }
    return render(request, "timetracking/entry_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("time.log")
def entry_delete(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Delete an entry, and offer to take it back."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    back = address(request, "day", entry.person, day=entry.day)
    try:
        undo = actions.delete_entries([entry], reason=request.POST.get("reason", ""))
    except Refused as refusal:
        if asks_for_part(request):
            return _panel_refusing(request, entry, str(refusal))
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
    ask_reason(request, form, person, data["day"])
    if form.is_valid() and stored_from(form, person, project=project, task=task, day=data["day"]):
        form = None
    return _panel(request, cell_of(person, project, task, data["day"]), add_form=form)


@require_POST
@allow("time.log")
def cell_entry_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One entry of a cell, changed in the panel."""
    entry = get_object_or_404(writable_entries(request), public_id=public_id)
    cell = (entry.person, entry.project, entry.task, entry.day)
    form = PanelEntryForm(request.POST, instance=entry, person=entry.person, account=request.account)
    ask_reason(request, form, entry.person, entry.day)
    if form.is_valid() and _change(form):
        form = None
    return _panel(request, cell_of(*cell), edit_form=form)


def _back_url(request: HttpRequest, person: Membership, day: date) -> str:
    """The day's list, or the calendar where somebody came from there."""
    if request.GET.get("back") == "calendar":
        return address(request, "calendar", person, week=day, day=day)
    return address(request, "day", person, day=day)


def _change(form: PanelEntryForm) -> bool:
    """Store a changed entry; what refuses it becomes a sentence on the form."""
    stored = TimeEntry.objects.with_names().select_related("person__user").get(pk=form.instance.pk)
    try:
        actions.change_entry(stored, expected=form.stored_version, clock=form.clock, **form.values())
    except (Refused, Conflict) as refusal:
        form.add_error(None, str(refusal))
    return form.is_valid()


def _day_page(request: HttpRequest, person: Membership, shown: date, form: EntryForm | None) -> HttpResponse:
    closed = locks.why(person, shown, shown).get(shown, "")
    if closed and form is not None and not form.is_bound:
        ask_reason(request, form, person, shown)
        form = form if "reason" in form.fields else None
    entries = list(TimeEntry.objects.of(person).filter(day=shown).with_names().order_by("started_at", "id"))
    previous, following = shown - timedelta(days=1), shown + timedelta(days=1)
    context = {
        **frame(request, "day", person, shown),
        "day": shown,
        "closed": closed,
        "today": today_of(person),
        "lines": [(entry, entry.clock_words) for entry in entries],
        "total": sum(entry.minutes for entry in entries),
        "plan": days_of(person, shown, shown, reader=request.membership)[shown],
        "form": form,
        "all_tags": all_tags(),
        "previous_url": address(request, "day", person, day=previous),
        "next_url": address(request, "day", person, day=following),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "timetracking/day.html", context, status=status)


def _panel_refusing(request: HttpRequest, entry: TimeEntry, words: str) -> HttpResponse:
    """The panel as it was filled in, with why nothing was done."""
    form = PanelEntryForm(request.POST, instance=entry, person=entry.person, account=request.account)
    ask_reason(request, form, entry.person, entry.day)
    form.is_valid()
    form.add_error(None, words)
    return _panel(request, cell_of(entry.person, entry.project, entry.task, entry.day), edit_form=form)


def _panel(
    request: HttpRequest,
    cell: Cell,
    *,
    add_form: PanelEntryForm | None = None,
    edit_form: PanelEntryForm | None = None,
) -> HttpResponse:
    closed = locks.why(cell.person, cell.day, cell.day).get(cell.day, "")
    failed = add_form is not None or edit_form is not None
    late = bool(closed) and locks.may_be_late(cell.person, request.membership)
    writes = can(request.membership, "time.log") and may_log(request, cell.person) and (late or failed or not closed)

    def form_of(**entry: Any) -> PanelEntryForm:
        form = PanelEntryForm(person=cell.person, account=request.account, **entry)
        if late:
            form.ask_reason()
        return form

    def form_for(entry: TimeEntry) -> PanelEntryForm:
        if edit_form is not None and edit_form.instance.pk == entry.pk:
            return edit_form
        return form_of(instance=entry, auto_id=f"entry_{entry.public_id}_%s")

    context = {
        "cell": cell,
        "all_tags": all_tags(),
        "work": work_value(cell.project, cell.task),
        "closed": closed,
        "lines": [(entry, form_for(entry) if writes and not entry.is_locked else None) for entry in cell.entries],
        "add_form": (add_form or form_of()) if writes else None,
    }
    response = render(request, "timetracking/cell_panel.html", context, status=422 if failed else 200)
    if request.method == "POST" and not failed:
        state = {"cell": cell_state(cell), "totals": totals(request, cell)}
        trigger_client_event(response, "time:cell", state)
    return response
