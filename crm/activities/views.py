"""The pages of activities."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.history import history_of
from accounts.permissions import allow, can
from crm.activities import actions, lists
from crm.activities.about import found_by_name, record_in
from crm.activities.calendar import VIEWS, days_with, span_of
from crm.activities.forms import ActivityForm, DoneForm
from crm.models import Activity
from crm.models.records import leaves_bin_on
from lib.addresses import page_within
from lib.forms import posted
from lib.htmx import asks_for_part, page_or_part, say


@require_safe
@allow("activity.view")
def activities(request: Any, tab: str = "today") -> HttpResponse:
    """One tab of the list: what is due today, was due, will be, and what is done."""
    asked = lists.asked_of(request)
    numbers = lists.counts(request.membership, asked)
    context = {
        "tab": tab,
        "label": lists.TABS[tab],
        "page": lists.listed(request, tab, asked),
        "tabs": lists.tabs(request, tab, numbers),
        "overdue": numbers["overdue"] if tab == "today" else 0,
        "may_edit": can(request.membership, "activity.edit"),
        **lists.filters(request, asked),
    }
    return page_or_part(request, "crm/activities/activities.html", "rows", context)


@require_safe
@allow("activity.view")
def calendar(request: Any) -> HttpResponse:
    """A month or a week, whichever was looked at last."""
    view = request.GET.get("view", "")
    if view in VIEWS and view != request.session.get("calendar_view", VIEWS[0]):
        request.session["calendar_view"] = view
    day = lists.day_in(request.GET.get("day", "")) or timezone.localdate()
    span = span_of(request.session.get("calendar_view", VIEWS[0]), day, request.account.first_weekday)
    asked = lists.asked_of(request)
    context = {
        "span": span,
        "days": days_with(request.membership, asked, span),
        "tabs": lists.tabs(request, "calendar", lists.counts(request.membership, asked)),
        "may_edit": can(request.membership, "activity.edit"),
        **lists.filters(request, asked),
    }
    return render(request, "crm/activities/calendar.html", context)


@require_safe
@allow("activity.view")
def activity(request: Any, public_id: Any) -> HttpResponse:
    """All about one."""
    record = _activity(request, public_id)
    context = {
        "record": record,
        "row": lists.rows_of([record], request.membership)[0],
        "history": history_of(record, request.membership, request.GET.get("older")),
        "leaves_bin_on": leaves_bin_on(record),
        "may_edit": can(request.membership, "activity.edit", record),
    }
    return render(request, "crm/activities/activity.html", context)


@require_http_methods(["GET", "POST"])
@allow("activity.edit")
def activity_create(request: Any) -> HttpResponse:
    """Plan one, or with ``?done=1`` log what was done; about the records that the address names."""
    is_done = bool(request.POST.get("done") or request.GET.get("done"))
    kind = request.GET.get("kind", "")
    new = Activity(kind=kind if kind in lists.ICONS else Activity.Kind.TASK)
    if request.method == "GET":
        for noun, record in record_in(request.GET, request.membership).items():
            setattr(new, noun, record)
        new.due_on = lists.day_in(request.GET.get("day", "")) or (timezone.localdate() if is_done else None)
    form = ActivityForm(posted(request), instance=new, member=request.membership, is_done=is_done)
    if form.is_bound and form.is_valid():
        record = actions.log(form.instance, by=request.membership) if is_done else form.save()
        messages.success(request, f"{record}: {'logged' if is_done else 'planned'}.")
        return redirect(_back(request) or _page(request, record))
    return _form_page(request, form)


@require_http_methods(["GET", "POST"])
@allow("activity.edit")
def activity_edit(request: Any, public_id: Any) -> HttpResponse:
    """Change one; if somebody else saved meanwhile, both values are shown."""
    record = _activity(request, public_id, in_bin=False)
    form = ActivityForm(posted(request), instance=record, member=request.membership)
    if form.is_bound and form.is_valid():
        form.save()
        return redirect(_back(request) or _page(request, record))
    return _form_page(request, form, record=_activity(request, public_id))


@require_POST
@allow("activity.edit")
def activity_complete(request: Any, public_id: Any) -> HttpResponse:
    """It is done: by one click, and taken back by another."""
    record = _activity(request, public_id, in_bin=False)
    form = DoneForm(request.POST)
    coming = None
    if form.is_valid() and not record.is_done:
        coming = actions.complete(record, by=request.membership, outcome=form.cleaned_data["outcome"])
    words = f"{record} is done." + (f" Next on {lists.day_words(coming)}." if coming else "")
    return _toggled(request, record, words, undo=reverse("crm:activity_reopen", args=[request.account.slug, public_id]))


@require_POST
@allow("activity.edit")
def activity_reopen(request: Any, public_id: Any) -> HttpResponse:
    """It is still to be done."""
    record = _activity(request, public_id, in_bin=False)
    if record.is_done:
        actions.reopen(record)
    return _toggled(request, record, f"{record} is open again.")


@require_POST
@allow("activity.edit")
def activity_delete(request: Any, public_id: Any) -> HttpResponse:
    """Into the bin: this one, or with ``scope=following`` what would come after it, too."""
    record = _activity(request, public_id, in_bin=False)
    actions.move_to_bin(record, by=request.membership, is_for_all=request.POST.get("scope") != "this")
    undo = reverse("crm:activity_restore", args=[request.account.slug, public_id])
    messages.success(request, f"{record} is in the bin for 30 days.", extra_tags=undo)
    return redirect(_back(request) or reverse("crm:activities", args=[request.account.slug]))


@require_POST
@allow("activity.edit")
def activity_restore(request: Any, public_id: Any) -> HttpResponse:
    """Out of the bin again."""
    record = actions.restore(_activity(request, public_id, in_bin=True))
    messages.success(request, f"{record} is back.")
    return redirect(_page(request, record))


@require_safe
@allow("activity.edit")
def record_names(request: Any) -> HttpResponse:
    """Names of records that begin as somebody types, for the list beside a field."""
    found = found_by_name(request.membership, request.GET.get("about", "")[:200])
    names = [str(each.record) for each in found if not getattr(each.record, "is_restricted", False)]
    return render(request, "crm/_company_names.html", {"names": names})


def _activity(request: Any, public_id: Any, *, in_bin: bool | None = None) -> Activity:
    """The activity, if this member may see it; one in the bin only if it is asked for (None: either)."""
    rows = Activity.objects.visible_to(request.membership).with_names().select_related("done_by__user")
    if in_bin is not None:
        rows = rows.filter(deleted_at__isnull=not in_bin)
    return get_object_or_404(rows, public_id=public_id)


def _page(request: Any, record: Activity) -> str:
    return reverse("crm:activity", args=[request.account.slug, record.public_id])


def _back(request: Any) -> str:
    """The page of this account that somebody came from, where a form says so."""
    url = request.POST.get("back", "")
    if not url:
        return ""
    if not page_within(url, request.account.slug):
        raise Http404
    return url


def _form_page(request: Any, form: ActivityForm, record: Activity | None = None) -> HttpResponse:
    status = 409 if form.conflict else 422 if form.is_bound else 200
    back = request.POST.get("back") or request.GET.get("back", "")
    context = {"form": form, "record": record, "back": page_within(back, request.account.slug)}
    return render(request, "crm/activities/form.html", context, status=status)


def _toggled(request: Any, record: Activity, words: str, undo: str = "") -> HttpResponse:
    """Where a script asked: the row as it is now, and a toast; else the page again, with a note."""
    if asks_for_part(request):
        row = lists.rows_of([record], request.membership)[0]
        response = render(request, "crm/activities/_row.html", {"row": row, "back": request.POST.get("back", "")})
        response["HX-Retarget"], response["HX-Reswap"] = f"#activity-{record.public_id}", "outerHTML"
        return say(response, words, undo=undo)
    messages.success(request, words, extra_tags=undo)
    return redirect(_back(request) or _page(request, record))
