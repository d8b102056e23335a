"""Start and stop that were pressed without a connection: kept by the browser, told in order once it is back.

A browser's clock may be wrong, so what counts is how long ago each was pressed by that clock. A start brings the id
that its timer will have, so telling it twice does nothing more.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest, JsonResponse, RawPostDataException
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import Membership
from accounts.permissions import allow
from crm.inputs import TagsField
from lib import cards, formats
from timetracking.errors import Refused
from timetracking.forms import OneWorkField
from timetracking.models import TimeEntry
from timetracking.queries import zone_of
from timetracking.timer import actions
from timetracking.timer.queries import begun_after, running_timer

MOST = 50
OLDEST = timedelta(days=3)
LATEST = 10**13  # milliseconds: the year 2286


class PressForm(forms.Form):
    """One press: what, of which timer, and when by the browser's clock in milliseconds."""

    kind = forms.ChoiceField(choices=[("start", "start"), ("stop", "stop")])
    id = forms.UUIDField()
    at = forms.IntegerField(min_value=0, max_value=LATEST)
    work = forms.CharField(required=False)
    note = forms.CharField(required=False, max_length=500)
    tags = TagsField()

    def clean_work(self) -> Any:
        return OneWorkField().clean(self.cleaned_data["work"]) if self.cleaned_data.get("kind") == "start" else None


@require_POST
@allow("time.log")
def timer_presses(request: HttpRequest) -> JsonResponse:
    """Do what was pressed, as if it had been heard at once; answers a sentence for each."""
    presses, browser_now = _read(request)
    person, now = request.membership, timezone.now()  # type: ignore[attr-defined]
    words = []
    for press in presses:
        form = PressForm({**press, "note": cards.hide(str(press.get("note") or ""))})
        if not form.is_valid():
            words.append("A press on the timer was kept without a connection, and its project is not there any more.")
            continue
        ago = timedelta(
            milliseconds=min(max(browser_now - form.cleaned_data["at"], 0), OLDEST // timedelta(milliseconds=1))
        )
        try:
            words.append(_do(person, form.cleaned_data, now - ago))
        except Refused as refusal:
            words.append(str(refusal))
    return JsonResponse({"words": list(filter(None, words))})


def _read(request: HttpRequest) -> tuple[list[Any], int]:
    try:
        body = orjson.loads(request.body)
        presses, now = body["presses"], int(body["now"])
    except (orjson.JSONDecodeError, RawPostDataException, KeyError, TypeError, ValueError) as error:
        raise BadRequest from error
    if not 0 <= now <= LATEST:
        raise BadRequest
    if not isinstance(presses, list) or len(presses) > MOST or not all(isinstance(press, dict) for press in presses):
        raise BadRequest
    return presses, now


def _do(person: Membership, press: dict[str, Any], at: datetime) -> str:
    with_clock = formats.clock(at.astimezone(zone_of(person)))
    if press["kind"] == "stop":
        return _stop(person, press, at, with_clock)
    return _start(person, press, at, with_clock)


def _start(person: Membership, press: dict[str, Any], at: datetime, clock: str) -> str:
    running = running_timer(person)
    if (running and running.public_id == press["id"]) or TimeEntry.objects.filter(public_id=press["id"]).exists():
        return ""
    (project, task), kept = press["work"], {"note": press["note"], "tags": press["tags"]}
    later = begun_after(person, at)
    if later is None:
        timer = actions.start(person, project, task, **kept, at=at, public_id=press["id"]).timer
        return f"Started {timer} at {clock}, when there was no connection."
    logged = actions.log_between(person, project, task, at, later, **kept, public_id=press["id"])
    hours = formats.hours(logged.minutes)
    return f"{logged.name}, started at {clock} without a connection, ended when the next timer began: {hours} logged."


def _stop(person: Membership, press: dict[str, Any], at: datetime, clock: str) -> str:
    running = running_timer(person)
    if running is None or running.public_id != press["id"]:
        return "The timer that was stopped without a connection had been stopped before, in another window."
    stopped = actions.stop(person, at=max(at, running.started_at), keep=False)
    return f"Stopped {stopped.name} at {clock}, when there was no connection ({formats.hours(stopped.minutes)})."
