"""The staff's queues and requests. What is shown is what the request holds, and the account's name and standing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import normalise_email
from lib.addresses import query_of
from lib.forms import posted
from lib.keyset import page
from privacy.support_access import actions, prepared
from privacy.support_access.forms import AnswerForm, AssignForm, MoveForm, NoteForm, OnBehalfForm
from privacy.support_access.gate import staff_here, staff_only
from privacy.support_access.metadata import facts_of
from privacy.support_access.models import Call, Queue, StaffAction, Ticket, TicketMessage
from privacy.support_access.queries import grants, open_in_queues, staff
from tenancy.errors import Conflict

State = Ticket.State
LONGEST_WAIT_FIRST = ("-is_urgent", "touched_at", "id")
NEWEST_FIRST = ("-touched_at", "-id")
_NUMBER = re.compile(r"(?:t-?)?(\d{6})", re.IGNORECASE)


@dataclass(frozen=True)
class Choice:
    """One choice of the queue or the state."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


@staff_only
@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """Every queue with what waits in it; the chosen one, or all, those that wait longest first."""
    asked = request.GET
    if number := _NUMBER.fullmatch(asked.get("q", "").strip()):
        found = Ticket.objects.filter(number=int(number[1])).first()
        if found is not None:
            return redirect("support:ticket", found.public_id)
    queue = asked.get("queue", "") if asked.get("queue") in Queue.values else ""
    state = State(asked["state"]) if asked.get("state") in State.values else State.OPEN
    address = {"queue": queue, "state": state, "mine": asked.get("mine", ""), "q": asked.get("q", "")}
    order = LONGEST_WAIT_FIRST if state == State.OPEN else NEWEST_FIRST
    shown = page(_asked_for(request, queue, state), order=order, cursor=asked.get("page"))
    context = {
        "page": shown,
        "queues": _queues(address),
        "states": [Choice(each.label, _url(address, state=each), each is state) for each in State],
        "mine_url": _url(address, mine="" if address["mine"] else "1"),
        "asked": address,
        "next_url": shown.next and _url(address, page=shown.next),
        "previous_url": shown.previous and _url(address, page=shown.previous),
    }
    return render(request, "support/tickets.html", context)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def ticket_create(request: HttpRequest) -> HttpResponse:
    """Open a request for somebody who wrote or called."""
    form = OnBehalfForm(posted(request))
    if form.is_valid():
        opened = actions.open_for(**form.cleaned_data, by=staff_here(request))
        return redirect("support:ticket", opened.public_id)
    return render(request, "support/ticket_form.html", {"form": form}, status=422 if form.is_bound else 200)


@staff_only
@require_safe
def ticket(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One request with all that was said and done. ``?answer=look`` begins the answer with prepared words."""
    found = _ticket(public_id)
    if begun := prepared.ANSWERS.get(request.GET.get("answer", "")):
        return _page(request, found, answer=AnswerForm(initial={"seen": _said(found), "text": begun.text}))
    return _page(request, found)


@staff_only
@require_POST
def ticket_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Answer by mail; ``close`` ends the request with it."""
    found, form = _ticket(public_id), AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, found, answer=form, status=422)
    try:
        given, closes = form.cleaned_data, "close" in request.POST
        actions.answer(found, given["text"], by=staff_here(request), seen=given["seen"], closes=closes)
    except Conflict as conflict:
        fresh = AnswerForm({"text": form.cleaned_data["text"], "seen": _said(found)})
        return _page(request, found, answer=fresh, conflict=str(conflict), status=409)
    messages.success(request, f"Sent to {found.email}." if found.email else "Written down; there is no address.")
    return redirect("support:ticket", public_id)


@staff_only
@require_POST
def ticket_note(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A note for colleagues."""
    found, form = _ticket(public_id), NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _page(request, found, note=form, status=422)
    actions.note(found, form.cleaned_data["text"], by=staff_here(request))
    return redirect("support:ticket", public_id)


@staff_only
@require_POST
def ticket_assign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say who works on it."""
    found, form = _ticket(public_id), AssignForm(request.POST, staff=staff())
    if not form.is_valid():
        return _page(request, found, assign=form, status=422)
    actions.assign(found, form.cleaned_data["to"], by=staff_here(request))
    return redirect("support:ticket", public_id)


@staff_only
@require_POST
def ticket_move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put it into another queue."""
    found, form = _ticket(public_id), MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, found, move=form, status=422)
    actions.move(found, Queue(form.cleaned_data["queue"]), by=staff_here(request))
    return redirect("support:ticket", public_id)


@staff_only
@require_POST
def ticket_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End it without another answer."""
    actions.close(_ticket(public_id), by=staff_here(request))
    return redirect("support:ticket", public_id)


@staff_only
@require_POST
def ticket_reopen(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take it up again."""
    actions.reopen(_ticket(public_id), by=staff_here(request))
    return redirect("support:ticket", public_id)


# --- The list -------------------------------------------------------------------------------------


def _asked_for(request: HttpRequest, queue: str, state: State) -> QuerySet[Ticket]:
    """By queue and state; an address finds all that came from it, whatever its queue or state."""
    named = Ticket.objects.select_related("assignee", "account")
    if "@" in (email := normalise_email(request.GET.get("q", "").replace("\0", ""))):
        return named.filter(email=email)
    if email:
        return named.none()  # part of an address, or a number that nobody has
    found = named.filter(queue__in=[queue] if queue else Queue.values, state=state)
    return found.filter(assignee_id=request.user.pk) if request.GET.get("mine") else found


def _queues(address: dict[str, str]) -> list[Choice]:
    counts = open_in_queues()
    every = Choice("All", _url(address, queue=""), not address["queue"], sum(counts.values()))
    return [every, *(Choice(each.label, _url(address, queue=each), each == address["queue"], counts[each])
                     for each in Queue)]  # fmt: skip


def _url(address: dict[str, str], **changes: str) -> str:
    """The same list with something changed."""
    return query_of({**address, **changes})


# --- One request ----------------------------------------------------------------------------------


def _ticket(public_id: UUID) -> Ticket:
    return get_object_or_404(Ticket.objects.select_related("account", "user", "assignee"), public_id=public_id)


def _said(found: Ticket) -> int:
    """How many messages went to and fro: what an answer must have read."""
    return TicketMessage.objects.filter(ticket_id=found.pk).exclude(kind=TicketMessage.Kind.NOTE).count()


def _page(request: HttpRequest, found: Ticket, *, status: int = 200, conflict: str = "", **forms: Any) -> HttpResponse:
    """The page, with those of its forms that came back."""
    said = TicketMessage.objects.filter(ticket_id=found.pk).select_related("author").prefetch_related("files")
    done = StaffAction.objects.filter(ticket_id=found.pk).exclude(kind__in=_SHOWN_AS_WORDS).select_related("staff")
    context = {
        "ticket": found,
        "calls": Call.objects.filter(ticket_id=found.pk).order_by("-started_at"),
        "facts": facts_of(found.account, by=staff_here(request)) if found.account else [],
        "grants": grants().filter(ticket_id=found.pk).order_by("-asked_at"),
        "timeline": sorted([*said, *done], key=attrgetter("at")),
        "standing": found.account.standing() if found.account else None,
        "answer": AnswerForm(initial={"seen": _said(found)}),
        "prepared": prepared.ANSWERS.items(),
        "note": NoteForm(prefix="note"),
        "assign": AssignForm(staff=staff(), initial={"to": found.assignee and found.assignee.public_id}),
        "move": MoveForm(initial={"queue": found.queue}),
        "conflict": conflict,
        **forms,
    }
    return render(request, "support/ticket.html", context, status=status)


_SHOWN_AS_WORDS = (StaffAction.Kind.ANSWERED, StaffAction.Kind.NOTED)
