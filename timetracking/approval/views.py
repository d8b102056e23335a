"""Submitting hours, looking at a timesheet, approving many at once, and who stands in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.serving import respond
from accounts.history import history_of
from accounts.models import Membership, StoredFile
from accounts.permissions import allow, can, can_for_others
from lib.addresses import id_in
from lib.forms import posted
from lib.htmx import asks_for_part, page_or_part
from lib.seals import Seal
from tenancy.errors import Conflict
from timetracking.approval import actions
from timetracking.approval.approvers import Approvers
from timetracking.approval.forms import DecisionForm, DelegationForm
from timetracking.approval.listing import Listing
from timetracking.approval.queries import check, days_in_words, entries_of, goes_to, lines_of, may_look_at, summaries
from timetracking.errors import NotReady, Refused
from timetracking.expenses.queries import of_sheet
from timetracking.forms import parsed_day
from timetracking.models import Delegation, Expense, LateEdit, TimeSettings, Timesheet
from timetracking.queries import today_of
from timetracking.sheets import locks
from timetracking.sheets.periods import Period, period_for
from timetracking.summary import together
from timetracking.views.shared import UNDO_SECONDS, address, offer_undo, tabs, take_done

View = Callable[..., HttpResponse]
Refusals = list[tuple[Timesheet, Exception]]
UNDO = Seal("undo of approvals")
MOST_AT_ONCE = 50  # they are decided in one transaction, and whoever logs hours of these people waits


def refusals_in_words(view: View) -> View:
    """What is refused is said on the page that they came from."""

    @wraps(view)
    def answering(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except (Refused, Conflict) as refusal:
            back = reverse("timetracking:sheet", args=[request.account.slug, kwargs["public_id"]])
            return render(request, "timetracking/refused.html", {"words": refusal, "back_url": back}, status=422)

    return answering


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.log")
def submit(request: Any) -> HttpResponse:
    """Look at the period once more, and hand it in."""
    person = _whose(request)
    asked = request.POST or request.GET
    day = parsed_day(asked.get("day"), today_of(person))
    settings, no_hours = TimeSettings.current(), bool(asked.get("no_hours"))
    period, sheet = period_for(person, day, settings, request.account.first_weekday)
    refusal = "" if settings.is_approval_on else "Hours are not submitted here: nobody was set to approve them."
    if request.method == "POST" and not refusal:
        try:
            sheet = actions.submit(person, day, by=request.membership, no_hours=no_hours)
        except Refused as why:
            refusal = str(why)
        else:
            messages.success(request, "Submitted. You can withdraw it until it is approved.")
            return redirect("timetracking:sheet", request.account.slug, sheet.public_id)
    context = {
        "person": person, "period": period, "sheet": sheet, "check": check(person, period, no_hours=no_hours),
        "refusal": refusal, "day": day, "no_hours": no_hours, "goes_to": goes_to(person, period),
        "back_url": address(request, "week", person, week=period.first),
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "timetracking/approval/submit.html", context, status=status)


@require_safe
@allow("time.view")
def sheet(request: Any, public_id: UUID) -> HttpResponse:
    """One timesheet: its hours, what happened to it, and what this member may do."""
    return _sheet_page(request, _seen_sheet(request, public_id))


@require_safe
@allow("expense.view")
def expense_receipt(request: Any, public_id: UUID) -> FileResponse:
    """The receipt, for those who may see the expense, and for who approves its day."""
    found = get_object_or_404(Expense.objects.live().with_names(), public_id=public_id)
    return _receipt_of(found, found.receipt, request.membership)


@require_safe
@allow("expense.view")
def late_receipt(request: Any, public_id: UUID) -> FileResponse:
    """The receipt that stood there before another took its place late; for the same people."""
    kept = LateEdit.objects.exclude(former_receipt=None).select_related("person__user", "former_receipt")
    found = get_object_or_404(kept, public_id=public_id)
    return _receipt_of(found, found.former_receipt, request.membership)


def _receipt_of(record: Expense | LateEdit, receipt: StoredFile | None, reader: Membership) -> FileResponse:
    if not can(reader, "expense.view", record):
        sheets = Timesheet.objects.of(record.person).touching(record.day, record.day).with_names()
        if not any(may_look_at(sheet, reader) for sheet in sheets):
            raise Http404
    return respond(receipt)


@require_POST
@allow("time.log")
@refusals_in_words
def sheet_withdraw(request: Any, public_id: UUID) -> HttpResponse:
    """Take it back."""
    found = _seen_sheet(request, public_id)
    actions.withdraw(found, by=request.membership)
    messages.success(request, "Withdrawn. The hours can be changed again.")
    return redirect(address(request, "week", found.person, week=found.first_day))


@require_POST
@allow("time.approve")
@refusals_in_words
def sheet_approve(request: Any, public_id: UUID) -> HttpResponse:
    """Approve one."""
    found = actions.approve(_seen_sheet(request, public_id), by=request.membership)
    whose = f"your own hours, {days_in_words(found.first_day, found.last_day)}"
    what = str(found) if found.person_id != request.membership.pk else whose
    is_done = found.state == Timesheet.State.APPROVED
    _offer_undo(request, f"Approved {what}." if is_done else f"Approved your part of {what}.", [found])
    return redirect("timetracking:approvals", request.account.slug)


@require_POST
@allow("time.approve")
@refusals_in_words
def sheet_return(request: Any, public_id: UUID) -> HttpResponse:
    """Return one, or reopen it where it was approved."""
    found = _seen_sheet(request, public_id)
    form = DecisionForm(request.POST, sheet=found)
    if not form.is_valid():
        raise NotReady("These words are too long, or a day is not one of the timesheet.")
    if not form.cleaned_data["words"].strip():
        return _sheet_page(request, found, unsaid=f"Say what {found.person.user.get_short_name()} should look at.")
    actions.send_back(found, form.cleaned_data["words"], by=request.membership, days=form.cleaned_data["days"])
    messages.success(request, f"Returned to {found.person}.")
    return redirect("timetracking:approvals", request.account.slug)


@require_safe
@allow("time.approve")
def approvals(request: Any) -> HttpResponse:
    """The timesheets that wait for this member, those not submitted yet, and what was approved."""
    listing = Listing(request.membership, request.GET.get("show", ""), request.GET.get("page"))
    looked_at = listing.chosen(request.GET.get("sheet", ""))
    context = {"list": listing, "tabs": _tabs(request), "at": _details(request, looked_at, listing)}
    if not asks_for_part(request):
        context["done"] = take_done(request)
    if listing.show == "missing":
        context["period"], context["missing"] = listing.missing()
    return page_or_part(request, "timetracking/approval/approvals.html", "look", context)


@require_POST
@allow("time.approve")
def approvals_decide(request: Any) -> HttpResponse:
    """Approve or return all that were ticked."""
    ids = [found for found in map(id_in, request.POST.getlist("row")[:MOST_AT_ONCE]) if found]
    sheets = list(Timesheet.objects.with_names().filter(public_id__in=ids).order_by("first_day", "id"))
    approvers = Approvers()
    done, refusals = _one_by_one(sheets, lambda each: _decide(request, each, approvers))
    if request.POST.get("what") == "return":
        messages.success(request, f"{_counted(done)} returned.")
    elif done or not refusals:
        _offer_undo(request, f"{_counted(done)} approved.", done)
    for words in dict.fromkeys(f"{each.person}: {refusal}" for each, refusal in refusals):
        messages.warning(request, words)
    return redirect("timetracking:approvals", request.account.slug)


@require_POST
@allow("time.approve")
def approvals_undo(request: Any) -> HttpResponse:
    """Take back approvals that were just given, as far as nothing was made of them since."""
    versions = _read_undo(request)
    sheets = list(Timesheet.objects.with_names().filter(public_id__in=versions).order_by("first_day", "id"))
    done, refusals = _one_by_one(
        sheets, lambda each: actions.take_back(each, by=request.membership, version=versions[str(each.public_id)])
    )
    for _, refusal in refusals:
        messages.warning(request, str(refusal))
    if done:
        messages.success(request, f"Taken back: {_counted(done)} {'waits' if len(done) == 1 else 'wait'} again.")
    return redirect("timetracking:approvals", request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.approve")
def delegates(request: Any) -> HttpResponse:
    """Who approves in this member's place while they are away."""
    form = DelegationForm(posted(request), person=request.membership)
    if form.is_valid():
        named = actions.delegate(form.save(commit=False))
        messages.success(request, f"{named.delegate} approves in your place in that time.")
        return redirect("timetracking:delegates", request.account.slug)
    mine = Delegation.objects.filter(person=request.membership).select_related("delegate__user").order_by("first_day")
    context = {"form": form, "delegations": list(mine), "tabs": _tabs(request)}
    return render(request, "timetracking/approval/delegates.html", context, status=422 if form.is_bound else 200)


@require_POST
@allow("time.approve")
def delegation_end(request: Any, public_id: UUID) -> HttpResponse:
    """Approve oneself again."""
    mine = Delegation.objects.filter(person=request.membership).select_related("delegate__user")
    actions.end_delegation(get_object_or_404(mine, public_id=public_id))
    messages.success(request, "Taken back.")
    return redirect("timetracking:delegates", request.account.slug)


def _decide(request: Any, found: Timesheet, approvers: Approvers) -> Timesheet:
    if request.POST.get("what") == "return":
        return actions.send_back(found, request.POST.get("words", ""), by=request.membership, approvers=approvers)
    return actions.approve(found, by=request.membership, approvers=approvers)


def _one_by_one(sheets: list[Timesheet], act: Callable[[Timesheet], Timesheet]) -> tuple[list[Timesheet], Refusals]:
    """Those that could be acted on, and why the others could not. Their hours are counted at the end, at once."""
    done, refusals = list[Timesheet](), Refusals()
    locks.decide_in_turn()
    locks.hold_all((each.person for each in sheets), alone=True)
    with together():
        for each in sheets:
            try:
                with transaction.atomic(), together():
                    acted_on = act(each)
                done.append(acted_on)
            except (Refused, Conflict) as refusal:
                refusals.append((each, refusal))
    return done, refusals


def _counted(sheets: list[Timesheet]) -> str:
    return f"{len(sheets)} {'timesheet' if len(sheets) == 1 else 'timesheets'}"


def _offer_undo(request: Any, words: str, sheets: list[Timesheet]) -> None:
    """Only who approved, and only as long as the timesheets are as this left them, takes it back."""
    data = {"by": request.membership.pk, "sheets": {str(each.public_id): each.version for each in sheets}}
    offer_undo(request, words, UNDO.close(json.dumps(data)) if sheets else "", by="approvals_undo")


def _read_undo(request: Any) -> dict[str, int]:
    opened = UNDO.open(request.POST.get("token", ""), max_age=timedelta(seconds=UNDO_SECONDS))
    data = json.loads(opened) if opened else {}
    if data.get("by") != request.membership.pk:
        messages.warning(request, "This can't be taken back any more.")
        return {}
    versions: dict[str, int] = data["sheets"]
    return versions


def _seen_sheet(request: Any, public_id: UUID) -> Timesheet:
    """The timesheet, for its person, its approvers and who sees everybody's hours; 404 for others."""
    found = get_object_or_404(Timesheet.objects.with_names(), public_id=public_id)
    if not may_look_at(found, request.membership):
        raise Http404
    return found


def _sheet_page(request: Any, found: Timesheet, *, unsaid: str = "") -> HttpResponse:
    late = LateEdit.objects.filter(person=found.person, day__range=(found.first_day, found.last_day))
    context = {
        "at": _details(request, found),
        "unsaid": unsaid,
        "expenses": of_sheet(found, request.membership),
        "late": list(late.select_related("by__user").order_by("-created_at")[:50]),
        "history": history_of(found, request.membership, request.GET.get("older")),
        "tabs": _tabs(request),
    }
    return render(request, "timetracking/approval/sheet.html", context, status=422 if unsaid else 200)


def _details(request: Any, found: Timesheet | None, listing: Listing | None = None) -> dict[str, Any]:
    """What is shown of the one that is looked at: sums, lines with their notes, and what may be done."""
    if found is None:
        return {}
    approvers = listing.approvers if listing else Approvers()
    summary = listing.sums[found.pk] if listing else summaries([found])[found.pk]
    entries = entries_of(found.person, Period(found.first_day, found.last_day))
    verbs = actions.verbs_of(found, request.membership, approvers, summary.projects)
    return {
        "sheet": found, "summary": summary, "lines": lines_of(entries), "verbs": {str(verb) for verb in verbs},
        "signatures": list(found.signatures.select_related("by__user", "on_behalf_of__user", "project").order_by("id")),
    }  # fmt: skip


def _tabs(request: Any) -> list[dict[str, Any]]:
    return tabs(request, "approvals", request.membership, today_of(request.membership))


def _whose(request: Any) -> Membership:
    """The person whose hours are handed in: oneself, or the one named, for those who log time for others."""
    public_id = id_in((request.POST or request.GET).get("person", ""))
    if public_id in (None, request.membership.public_id):
        return request.membership
    if not can_for_others(request.membership, "time.log"):
        raise PermissionDenied
    people = Membership.objects.select_related("user", "account").filter(account_id=request.account.pk)
    return get_object_or_404(people, public_id=public_id)
