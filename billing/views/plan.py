"""Choosing a plan, and changing it: always with what it costs before anything is charged."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from billing import actions, queries, seats
from billing.catalogue import CURRENCIES, MOST_SEATS, PLANS, Offer
from billing.forms import AtForm, ChangeForm, ChoiceForm
from billing.gateway import Trouble
from billing.outcomes import Refused
from billing.views.shared import after, page, said
from lib import formats

PAID_LATER = "A new seat can be used at once. It costs its share of the days that are left, on the next invoice."
PAID_AT_ONCE = "What is left of the period that you have paid is taken off."
KEPT = "Nothing is charged now. The seats that you gave back stay, and are paid with the next invoice as before."
GIVEN_BACK = "Fewer seats are paid from the next invoice on. Until then you have them."


@require_safe
@allow("billing.manage")
def plan(request: Any) -> HttpResponse:
    """How many people, paid how often, in which money: and the plan that costs least follows from it."""
    if queries.overview(request.account).is_paid:
        return redirect("billing:change", request.account.slug)
    form = _choice(request)
    found = form.offer() if form.is_valid() else None
    context = {
        "form": form,
        "offer": found,
        "plans": [(each, each.seat(found.currency, found.interval)) for each in PLANS] if found else [],
        "next_url": f"{reverse('billing:start', args=[request.account.slug])}?{form.query}" if found else "",
    }
    return page(request, "billing/plan.html", context, status=200 if found else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("billing.manage")
@reauthenticated
def start(request: Any) -> HttpResponse:
    """Everything once more before the first payment. What is missing is asked for first."""
    form, now = _choice(request), queries.overview(request.account)
    if now.is_paid and request.method != "POST":
        return redirect("billing:billing", request.account.slug)
    if not form.is_valid():
        return redirect("billing:plan", request.account.slug)
    if missing := _missing(now):
        return redirect(f"{reverse(missing, args=[request.account.slug])}?{form.query}")
    found = form.offer()
    if request.method == "POST":
        step = partial(actions.subscribe, found.plan, found.interval, found.currency, found.paid_seats)
        return after(request, step, f"You are on {found.plan.name} now. All that you did on trial is where it was.")
    return page(request, "billing/start.html", {"offer": found, "query": form.query, "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("billing.manage")
@reauthenticated
def change(request: Any) -> HttpResponse:
    """Other seats or another interval. Shown first, with the very amount that is then charged."""
    now = queries.overview(request.account)
    if not now.is_paid or now.plan is None:
        return redirect("billing:plan", request.account.slug)
    usual = {"seats": str(now.seats_next or now.seats_paid), "interval": str(now.interval)}
    form = ChangeForm.of(request.GET, usual=usual, people=seats.used(), in_currency=now.currency)
    found = _other(form, now)
    if request.method == "POST" and found:
        step = partial(actions.change, found.plan, found.interval, found.paid_seats, AtForm.read(request.POST))
        return after(request, step, f"Changed: {_words(found)}.", back="billing:change")
    context = {"form": form, "now": now, **(_shown(found, now) if found else {})}
    return page(request, "billing/change.html", context, status=200 if form.is_valid() else 422)


def _other(form: ChangeForm, now: queries.Overview) -> Offer | None:
    """What was chosen, if it is not what comes anyway."""
    found = form.offer() if form.is_valid() else None
    coming = now.seats_next or now.seats_paid
    same = found and (found.plan, found.interval, found.paid_seats) == (now.plan, now.interval, coming)
    return None if same else found


def _choice(request: Any) -> ChoiceForm:
    account, people = request.account, seats.used()
    wanted = min(max(people, account.wanted_people or 0), MOST_SEATS)  # as they chose when they signed up
    currency = account.currency if account.currency in CURRENCIES else CURRENCIES[0]
    usual = {"seats": str(wanted), "currency": currency}
    if account.wanted_interval:
        usual["interval"] = account.wanted_interval
    return ChoiceForm.of(request.GET, usual=usual, people=people)


def _missing(now: queries.Overview) -> str:
    """The page that asks for what is not there yet."""
    if not now.billing.name:
        return "billing:details"
    return "" if now.card else "billing:card"


def _shown(found: Offer, now: queries.Overview) -> dict[str, Any]:
    """What the change costs, as the processor reckons it; or why it can't be said."""
    more, is_other_interval = found.paid_seats - now.seats_paid, found.interval != now.interval
    try:
        preview = actions.preview(found.plan, found.interval, found.paid_seats)
    except (Refused, Trouble) as trouble:
        return {"offer": found, "trouble": said(trouble)}
    until = formats.day(now.next_on) if now.next_on else ""
    return {
        "offer": found,
        "preview": preview,
        "rest": preview.prorated,
        "rest_words": "Paid already" if is_other_interval else f"{_seats(more).capitalize()} more until {until}",
        "period": preview.subtotal - preview.prorated,
        "is_now": preview.charged_at <= timezone.now() + timedelta(hours=1),
        "hint": PAID_AT_ONCE if is_other_interval else _hint(more),
        "verb": f"Pay by the {found.interval}" if is_other_interval else _verb(more),
    }


def _hint(more: int) -> str:
    return PAID_LATER if more > 0 else GIVEN_BACK if more else KEPT


def _verb(more: int) -> str:
    if not more:
        return "Keep the seats"
    return f"Add {_seats(more)}" if more > 0 else f"Give back {_seats(-more)}"


def _words(found: Offer) -> str:
    return f"{found.plan.name}, {_seats(found.paid_seats)}, paid by the {found.interval}"


def _seats(number: int) -> str:
    return "one seat" if number == 1 else f"{number} seats"
