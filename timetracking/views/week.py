"""The week of one person: the grid, and the small answers that its script asks for."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import allow
from lib.addresses import page_within
from lib.weeks import start_of_week
from timetracking import actions
from timetracking.errors import Refused
from timetracking.finding import find_work
from timetracking.first_rows import FirstRowsForm
from timetracking.forms import CellForm, CopyForm, RowForm, parsed_day
from timetracking.models import work_name, work_value
from timetracking.queries import Cell, cell_of, today_of, week_of
from timetracking.timer.bar import timer_of
from timetracking.views.cells import cell_state, checked, refusals_as_json, saved, totals
from timetracking.views.shared import (
    address,
    frame,
    offer_undo,
    read_undo,
    sign_undo,
    whose,
    writable_person,
)


@require_safe
@allow("time.view")
def week(request: HttpRequest) -> HttpResponse:
    """The weekly grid."""
    person = whose(request)
    today = today_of(person)
    day = parsed_day(request.GET.get("week"), today)
    shown_day = parsed_day(request.GET.get("day"), day)
    shown = week_of(
        person,
        day,
        account=request.account,
        today=today,
        shown_day=shown_day,
        timer=timer_of(request, person),
        reader=request.membership,
    )
    context = {
        "week": shown,
        **frame(request, "week", person, shown.first),
        "previous_url": address(request, "week", person, week=shown.previous),
        "next_url": address(request, "week", person, week=shown.next),
    }
    if not shown.rows and context["may_log"]:
        context["first_rows"] = FirstRowsForm(initial={"week": shown.first}, person=person)
    return render(request, "timetracking/week.html", context)


@require_POST
@allow("time.log")
@refusals_as_json
def cell_save(request: HttpRequest) -> JsonResponse:
    """What was typed into one cell."""
    person, form = writable_person(request), checked(CellForm(request.POST))
    data = form.cleaned_data
    cell, undo = actions.save_cell(
        Cell(person, *data["work"], data["day"]),
        data["text"],
        expected=data["version"],
        unit=request.account.plain_number_unit,
        confirmed=data["confirmed"],
    )
    return saved(request, cell, undo=sign_undo(request, person, undo))


@require_POST
@allow("time.log")
@refusals_as_json
def cell_billable(request: HttpRequest) -> JsonResponse:
    """Bill all of a cell's entries, or none."""
    person, form = writable_person(request), checked(CellForm(request.POST))
    data = form.cleaned_data
    cell = Cell(person, *data["work"], data["day"])
    cell = actions.set_billable(cell, data["billable"], expected=data["version"])
    return saved(request, cell)


@require_POST
@allow("time.log")
def rows_begin(request: HttpRequest) -> HttpResponse:
    """Put the first rows on a sheet that has none."""
    person = writable_person(request)
    form = checked(FirstRowsForm(request.POST, person=person))
    first = start_of_week(form.cleaned_data["week"], request.account.first_weekday)
    for project, task in form.rows():
        try:
            actions.keep_row(person, first, project, task)
        except Refused as refusal:  # archived, or its team changed, since the page was shown
            messages.warning(request, str(refusal))
    return redirect(address(request, "week", person, week=first))


@require_POST
@allow("time.log")
@refusals_as_json
def row_add(request: HttpRequest) -> JsonResponse:
    """Put a row on the week, and show it."""
    person, form = writable_person(request), checked(RowForm(request.POST))
    project, task = form.cleaned_data["work"]
    first = start_of_week(form.cleaned_data["week"], request.account.first_weekday)
    actions.keep_row(person, first, project, task)
    return JsonResponse({"work": work_value(project, task)})


@require_POST
@allow("time.log")
@refusals_as_json
def row_hide(request: HttpRequest) -> JsonResponse:
    """Take a row off the week; with hours in it, once that is confirmed."""
    person, form = writable_person(request), checked(RowForm(request.POST))
    data = form.cleaned_data
    first = start_of_week(data["week"], request.account.first_weekday)
    change = actions.remove_row(person, first, *data["work"], confirmed=data["confirmed"])
    sums = totals(request, Cell(person, *data["work"], first))
    return JsonResponse({"undo": sign_undo(request, person, change), "totals": sums})


@require_POST
@allow("time.log")
@refusals_as_json
def row_star(request: HttpRequest) -> JsonResponse:
    """Let a row appear each week, or not any more."""
    person, form = writable_person(request), checked(RowForm(request.POST))
    actions.star_row(person, *form.cleaned_data["work"], form.cleaned_data["starred"])
    return JsonResponse({})


@require_safe
@allow("time.log")
def row_search(request: HttpRequest) -> JsonResponse:
    """Projects and tasks for the box that adds a row."""
    found = find_work(whose(request, "time.log"), request.GET.get("q", ""), and_others=True)
    options = [
        {"work": work_value(project, task), "name": work_name(project, task), "client": project.client}
        for project, task in found
    ]
    return JsonResponse({"options": options})


@require_POST
@allow("time.log")
def copy(request: HttpRequest) -> HttpResponse:
    """Copy an earlier week into this one."""
    person, form = writable_person(request), checked(CopyForm(request.POST))
    data, weekday = form.cleaned_data, request.account.first_weekday
    target_week = start_of_week(data["week"], weekday)
    source = start_of_week(data["source"] or target_week - timedelta(days=7), weekday)
    what = data["what"]
    copied = actions.copy_week(person, source, target_week, hours=what != "rows", notes=what == "notes")
    back = address(request, "week", person, week=target_week)
    offer_undo(request, copied_words(copied), sign_undo(request, person, copied.undo), back)
    return redirect(back)


@require_POST
@allow("time.log")
def undo(request: HttpRequest) -> HttpResponse:
    """Take back a deletion or a copied week."""
    asks_for_json = request.headers.get("Accept") == "application/json"
    try:
        public_id, change = read_undo(request, request.POST.get("token", ""))
    except signing.BadSignature:
        too_late = "This can't be taken back any more."
        if asks_for_json:
            return JsonResponse({"error": too_late}, status=422)
        messages.warning(request, too_late)
        return redirect("timetracking:week", request.account.slug)
    person = writable_person(request, public_id)
    try:
        moved = actions.undo(person, change)
    except Refused as refusal:
        if asks_for_json:
            return JsonResponse({"error": str(refusal)}, status=422)
        back = address(request, "week", person)
        return render(request, "timetracking/refused.html", {"words": refusal, "back_url": back}, status=422)
    if asks_for_json:
        places = {(e.project_id, e.task_id, e.day): (e.project, e.task, e.day) for e in moved}
        cells = [cell_of(person, *place) for place in places.values()]
        answer = [{"cell": cell_state(cell), "totals": totals(request, cell)} for cell in cells]
        return JsonResponse({"cells": answer})
    back = page_within(request.POST.get("back", ""), request.account.slug)
    return redirect(back or address(request, "week", person))


def copied_words(copied: actions.Copied) -> str:
    """9 rows added, 3 already there, 2 cells skipped (they hold time)."""
    parts = [
        counted(copied.rows, "row") + " added",
        f"{copied.rows_there} already there" if copied.rows_there else "",
        counted(copied.entries, "entry", "entries") + " copied" if copied.entries else "",
        counted(copied.cells_skipped, "cell") + " skipped (they hold time)" if copied.cells_skipped else "",
        counted(copied.cells_locked, "cell") + " skipped (locked)" if copied.cells_locked else "",
        counted(copied.rows_closed, "row") + " skipped (closed to new time)" if copied.rows_closed else "",
    ]
    return ", ".join(filter(None, parts)) + "."


def counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
