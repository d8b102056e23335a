"""Expenses: the list with its totals, one expense with its receipt, and the kinds."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import audit
from accounts.files.content import PICTURES
from accounts.models import Membership
from accounts.permissions import allow, can_for_others, within_reach
from lib import keyset
from lib.addresses import id_in
from lib.forms import posted
from lib.htmx import page_or_part
from timetracking.errors import Refused
from timetracking.expenses import actions
from timetracking.expenses.forms import CategoryForm, ExpenseFilterForm, ExpensePageForm
from timetracking.forms import parsed_day
from timetracking.kinds.views import Kinds
from timetracking.models import Expense
from timetracking.queries import today_of
from timetracking.sheets import locks
from timetracking.streams import csv_of
from timetracking.views.shared import ask_reason, people, whose

HEADER = ("Day", "Person", "Kind", "What for", "Client", "Project", "Task", "Amount", "Tax", "Currency", "Distance",
          "Unit", "Billable", "To be paid back", "Receipt")  # fmt: skip
KINDS = Kinds(
    CategoryForm,
    template="timetracking/expenses/categories.html",
    fields="timetracking/expenses/_category_fields.html",
    listed_at="timetracking:expense_categories",
    found_at="timetracking:expense_category",
)


@require_safe
@allow("expense.view")
def expenses(request: Any) -> HttpResponse:
    """The expenses that one may see, newest first, with their totals by currency."""
    form = ExpenseFilterForm(request.GET)
    found = form.apply(Expense.objects.live().visible_to(request.membership))
    page = keyset.page(
        found, order=("-day", "-id"), cursor=request.GET.get("page"), shape=lambda rows: rows.with_names()
    )
    sees_all = can_for_others(request.membership, "expense.view")
    context = {
        "form": form,
        "page": page,
        "totals": list(found.order_by("currency").values("currency").annotate(total=Sum("amount"), tax=Sum("tax"))),
        "people": people(request) if sees_all else [],
        "previous_url": form.address(page=page.previous) if page.previous else "",
        "next_url": form.address(page=page.next) if page.next else "",
        "query": form.address(),
        "deleted": _deleted(request),
    }
    return page_or_part(request, "timetracking/expenses/expenses.html", "list", context)


@require_safe
@allow("expense.view")
def expenses_export(request: Any) -> StreamingHttpResponse:
    """The same list as a file."""
    form, reader = ExpenseFilterForm(request.GET), request.membership

    def found() -> QuerySet[Expense]:
        return form.apply(Expense.objects.live().visible_to(reader)).with_names()

    audit.record("expense.exported", None, data={"number": found().count()})
    name = f"expenses-{timezone.localdate()}"
    return csv_of(HEADER, found, lambda rows: map(_row, rows), reader=reader, name=name)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("expense.edit")
def expense_create(request: Any) -> HttpResponse:
    """A new expense."""
    person = whose(request, "expense.edit")
    today = today_of(person)
    form = ExpensePageForm(
        posted(request), request.FILES or None, initial={"day": today}, person=person, by=request.membership
    )
    locked = _ask_reason(request, form, person, parsed_day(request.POST.get("day"), today))
    if form.is_valid() and form.save():
        messages.success(request, "Saved.")
        return redirect("timetracking:expenses", request.account.slug)
    context = {"form": form, "person": person, "locked": locked}
    return render(request, "timetracking/expenses/expense.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("expense.view")
def expense(request: Any, public_id: UUID) -> HttpResponse:
    """One expense with its receipt; a form for who may change it."""
    found = get_object_or_404(_visible(request), public_id=public_id)
    locked = locks.why(found.person, found.day, found.day, what=locks.EXPENSES).get(found.day, "")
    is_open = not locked or locks.may_be_late(found.person, request.membership)
    may_edit = is_open and _mine(request).filter(pk=found.pk).exists()
    if request.method == "POST" and not may_edit:
        return render(request, "timetracking/expenses/expense.html", _shown(found, None, locked), status=422)
    form = None
    if may_edit:
        given = (posted(request), request.FILES or None)
        form = ExpensePageForm(*given, instance=found, person=found.person, by=request.membership)
        locked = _ask_reason(request, form, found.person, found.day, parsed_day(request.POST.get("day"), found.day))
    if form and form.is_valid() and form.save():
        messages.success(request, "Saved.")
        return redirect("timetracking:expenses", request.account.slug)
    status = (409 if form.conflict else 422) if form and form.is_bound else 200
    return render(request, "timetracking/expenses/expense.html", _shown(found, form, locked), status=status)


@require_POST
@allow("expense.edit")
def expense_delete(request: Any, public_id: UUID) -> HttpResponse:
    """Delete an expense, and offer to bring it back."""
    found = get_object_or_404(_mine(request), public_id=public_id)
    try:
        late = actions.delete(found, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("timetracking:expense", request.account.slug, public_id)
    if not late:
        request.session[f"deleted_expense.{request.account.pk}"] = str(public_id)
    return redirect("timetracking:expenses", request.account.slug)


@require_POST
@allow("expense.edit")
def expense_restore(request: Any, public_id: UUID) -> HttpResponse:
    """Bring a deleted expense back."""
    reach = within_reach(Expense.objects.with_names(), request.membership, "expense.edit")
    found = get_object_or_404(reach.exclude(deleted_at=None), public_id=public_id)
    try:
        actions.restore(found)
        messages.success(request, f"Back: {found}.")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("timetracking:expenses", request.account.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def expense_categories(request: Any) -> HttpResponse:
    """The kinds of expenses; posted is a new one."""
    return KINDS.page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("time.settings")
def expense_category(request: Any, public_id: UUID) -> HttpResponse:
    """One kind of expense."""
    return KINDS.page_of(request, public_id)


@require_POST
@allow("time.settings")
def expense_category_archive(request: Any, public_id: UUID) -> HttpResponse:
    """Offer a kind no more, or again."""
    return KINDS.archive(request, public_id)


def _ask_reason(request: Any, form: ExpensePageForm, person: Membership, *days: date) -> str:
    """Why one of these days is locked; the form asks this member why they write to it all the same."""
    words = ask_reason(request, form, person, *sorted(days), what=locks.EXPENSES)
    return " ".join(dict.fromkeys(words))


def _visible(request: Any) -> Any:
    return Expense.objects.live().visible_to(request.membership).with_names()


def _mine(request: Any) -> Any:
    """What this member may change."""
    return within_reach(Expense.objects.live().with_names(), request.membership, "expense.edit")


def _shown(found: Expense, form: ExpensePageForm | None, locked: str) -> dict[str, Any]:
    is_picture = found.receipt is not None and found.receipt.media_type in PICTURES
    return {"expense": found, "person": found.person, "form": form, "locked": locked, "is_picture": is_picture}


def _deleted(request: Any) -> Expense | None:
    """What was deleted a moment ago, to bring it back."""
    public_id = id_in(request.session.pop(f"deleted_expense.{request.account.pk}", "") or "")
    reach = within_reach(Expense.objects.with_names(), request.membership, "expense.edit")
    return reach.exclude(deleted_at=None).filter(public_id=public_id).first() if public_id else None


def _row(each: Expense) -> tuple[str, ...]:
    yes = {True: "yes", False: "no"}
    return (
        each.day.isoformat(), str(each.person), str(each.category), each.note, each.client, str(each.project or ""),
        str(each.task or ""), str(each.amount), str(each.tax or ""), each.currency, str(each.distance or ""), each.unit,
        yes[each.billable], yes[each.reimbursable], each.receipt.name if each.receipt else "",
    )  # fmt: skip
