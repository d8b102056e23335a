"""The timer on pages: its own, and the bar that every page has. Its forms work in both, with scripts or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from accounts.permissions import allow
from lib import formats
from lib.addresses import page_within
from lib.htmx import asks_for_part, say
from tenancy.errors import Conflict
from timetracking.errors import NothingRuns, Refused, UnderAMinute
from timetracking.finding import all_tags
from timetracking.models import RunningTimer, TimeEntry
from timetracking.queries import zone_of
from timetracking.timer import actions
from timetracking.timer.actions import Back, Started, Stopped
from timetracking.timer.bar import Bar, bar_of
from timetracking.timer.forms import ChangeForm, StartForm, StopForm
from timetracking.timer.queries import OFFERED, SUGGESTED, running_timer, to_resume

View = Callable[..., HttpResponse]


def refusals_in_words(view: View) -> View:
    """What is refused is said where the form was, and nothing of it is stored."""

    @wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except UnderAMinute as question:
            return _panel_again(request, question=str(question))
        except (Refused, Conflict) as refusal:
            return _panel_again(request, refusal=str(refusal))

    return answering


@require_safe
@allow("time.log")
def timer(request: HttpRequest) -> HttpResponse:
    """The timer's own page."""
    return render(request, "timetracking/timer.html", _panel(request))


@require_safe
@allow("time.log")
def timer_bar(request: HttpRequest) -> HttpResponse:
    """The bar as it is now, for a page that stood open. ``here``: somebody came back to it."""
    return _bar(request, bar_of(request, is_here="here" in request.GET))


@require_safe
@allow("time.log")
def timer_panel(request: HttpRequest) -> HttpResponse:
    """What opens below the bar."""
    return render(request, "timetracking/_timer_panel.html", {**_panel(request), "in_bar": True})


@require_POST
@allow("time.log")
@refusals_in_words
def timer_start(request: HttpRequest) -> HttpResponse:
    """Start on what was picked; what runs is stopped at the same second."""
    form = StartForm(request.POST)
    if not form.is_valid():
        return _panel_again(request, start_form=form)
    try:
        started = actions.start(request.membership, **form.values())
    except UnderAMinute:
        raise
    except Refused as refusal:  # what was typed stays
        form.add_error(None, str(refusal))
        return _panel_again(request, start_form=form)
    return _started(request, started)


@require_POST
@allow("time.log")
@refusals_in_words
def timer_stop(request: HttpRequest) -> HttpResponse:
    """Stop now, at a typed time, or when they were last here."""
    running = running_timer(request.membership)
    form = StopForm(request.POST, zone=running.zone if running else zone_of(request.membership))
    if not form.is_valid():
        return _panel_again(request, stop_form=form)
    data = form.cleaned_data
    if data["seen"]:
        stopped = actions.stop_when_last_seen(request.membership)
    else:
        stopped = actions.stop(request.membership, at=data["until"] or data["at"], keep=data["keep"])
    return _done(request, stopped_words(stopped), back_of(stopped))


@require_POST
@allow("time.log")
@refusals_in_words
def timer_change(request: HttpRequest) -> HttpResponse:
    """Change what runs, or since when."""
    running = running_timer(request.membership)
    if running is None:
        raise NothingRuns
    form = ChangeForm(request.POST, instance=running)
    if not form.is_valid():
        return _panel_again(request, change_form=form)
    actions.change(request.membership, expected=form.stored_version, **form.values())
    return _done(request, "Timer changed.")


@require_POST
@allow("time.log")
@refusals_in_words
def timer_discard(request: HttpRequest) -> HttpResponse:
    """Forget the time, and offer to take that back."""
    gone = actions.discard(request.membership)
    return _done(request, f"Discarded the timer on {gone.name}.", back_of(gone))


@require_POST
@allow("time.log")
@refusals_in_words
def timer_keep(request: HttpRequest) -> HttpResponse:
    """They still work on it."""
    actions.keep_running(request.membership)
    return _done(request, "The timer goes on.")


@require_POST
@allow("time.log")
@refusals_in_words
def timer_resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Go on with what an entry of theirs was about."""
    mine = TimeEntry.objects.of(request.membership).with_names()
    return _resume(request, get_object_or_404(mine, public_id=public_id))


@require_POST
@allow("time.log")
@refusals_in_words
def timer_again(request: HttpRequest) -> HttpResponse:
    """Go on with the last one."""
    last = to_resume(request.membership)[:1]
    if not last:
        raise Refused("There is nothing to go on with yet. Pick a project to start.")
    return _resume(request, last[0])


@require_POST
@allow("time.log")
@refusals_in_words
def timer_undo(request: HttpRequest) -> HttpResponse:
    """Let run again what was just stopped or discarded."""
    kept = request.session.pop(_back_key(request), None)
    running = actions.take_back(request.membership, Back(**kept)) if kept else None
    if running is None:
        raise Refused("This can't be taken back any more.")
    return _done(request, f"{running} runs again.")


def _resume(request: HttpRequest, entry: TimeEntry) -> HttpResponse:
    kept = {"note": entry.note, "tags": entry.tag_names, "billable": entry.billable}
    return _started(request, actions.start(request.membership, entry.project, entry.task, **kept))


def _started(request: HttpRequest, started: Started) -> HttpResponse:
    if started.stopped is None:
        return _done(request, f"Started {started.timer}.")
    return _done(request, stopped_words(started.stopped), back_of(started.stopped, instead=started.timer))


def stopped_words(stopped: Stopped) -> str:
    """Stopped Website relaunch (0:42)."""
    if stopped.entries:
        return f"Stopped {stopped.name} ({formats.hours(stopped.minutes)})."
    return f"{stopped.name} ran for less than a minute, which is not kept."


def back_of(stopped: Stopped, *, instead: RunningTimer | None = None) -> Back:
    """What takes it back."""
    entries = [str(entry.public_id) for entry in stopped.entries]
    return Back(stopped.was, entries, str(instead.public_id) if instead else "")


def _done(request: HttpRequest, words: str, back: Back | None = None) -> HttpResponse:
    """The page they came from, or its bar; with what was done, and the way back."""
    undo = ""
    if back is not None:
        request.session[_back_key(request)] = asdict(back)
        undo = reverse("timetracking:timer_undo", args=[request.account.slug])
    if asks_for_part(request) and not _shows_time(request):
        return say(_bar(request, bar_of(request)), words, undo)
    messages.success(request, words, extra_tags=undo)
    return HttpResponseClientRefresh() if asks_for_part(request) else redirect(_came_from(request))


def _panel_again(request: HttpRequest, **said: Any) -> HttpResponse:
    """The panel with what stands in the way."""
    panel = {**_panel(request, **said), "in_bar": asks_for_part(request)}
    if asks_for_part(request):
        return _bar(request, bar_of(request), status=422, **panel)
    return render(request, "timetracking/timer.html", panel, status=422)


def _panel(request: HttpRequest, **said: Any) -> dict[str, Any]:
    """The forms of the panel: for what runs, and for what could run next. A page may hold it twice, so ids differ."""
    person = request.membership
    running = running_timer(person)
    place = "page" if request.resolver_match.url_name == "timer" else "bar"
    start_form = said.get("start_form") or StartForm()
    start_form.auto_id = f"{place}_start_%s"
    start_form.offer_to(person, place)
    recent = to_resume(person, but=running, most=SUGGESTED)
    found = {"running": running, "start_form": start_form, "recent": recent, "resumable": recent[:OFFERED], **said}
    found |= {"all_tags": all_tags(), "tags_list": f"{place}_tags"}
    if running is not None:
        change_form = said.get("change_form") or ChangeForm(instance=running)
        change_form.auto_id = f"{place}_change_%s"
        change_form.offer_to(person, place)
        stop_form = said.get("stop_form") or StopForm(zone=running.zone)
        found |= {"change_form": change_form, "stop_form": stop_form, "bar": bar_of(request)}
    return found


def _bar(request: HttpRequest, shown: Bar, status: int = 200, **panel: Any) -> HttpResponse:
    context = {"timer_bar": shown, "panel": bool(panel), **panel}
    response = render(request, "timetracking/_timer.html", context, status=status)
    return reswap(retarget(response, "#timer"), "outerHTML")


def _shows_time(request: HttpRequest) -> bool:
    """Whether the page below the bar shows hours, which have changed."""
    path = request.htmx.current_url_abs_path or ""
    home = reverse("accounts:home", args=[request.account.slug])
    return path == home or path.startswith(reverse("timetracking:week", args=[request.account.slug]))


def _came_from(request: HttpRequest) -> str:
    own = reverse("timetracking:timer", args=[request.account.slug])
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    path = page_within(urlsplit(came_from)._replace(scheme="", netloc="").geturl(), request.account.slug)
    return path if is_ours and path and not path.startswith(own) else own


def _back_key(request: HttpRequest) -> str:
    return f"timer_back.{request.account.pk}"
