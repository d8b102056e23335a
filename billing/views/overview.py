"""The plan at a glance, its invoices, and to whom they go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import facts
from accounts.permissions import allow, open_when_read_only
from accounts.reauthentication import reauthenticated
from billing import actions, queries
from billing.catalogue import Interval, offer
from billing.forms import ChoiceForm, GrowthForm, ProfileForm
from billing.gateway import Trouble
from billing.outcomes import Refused
from billing.views.shared import after, home, page, said
from lib.forms import posted

SHOWN = 6  # invoices on the first page
NOT_CONFIRMED = "Your bank did not confirm the payment, so nothing was charged. Try again, or change the card."


@require_safe
@allow("billing.manage")
def billing(request: Any) -> HttpResponse:
    """How the firm stands with us: all from our own rows, so it is there when the processor is not."""
    found = queries.overview(request.account)
    invoices = queries.invoices()
    context = {
        "now": found,
        "address": facts.postal_address(found.billing),
        "invoices": invoices[:SHOWN],
        "has_more": invoices.count() > SHOWN,
        "yearly": _yearly(found),
        "growth": GrowthForm(initial={"most": found.billing.most_seats}),
    }
    return page(request, "billing/billing.html", context)


def _yearly(found: queries.Overview) -> Any:
    """What a year saves whoever pays by the month, at the present size."""
    if not found.is_paid or found.ends_on or found.owed or found.interval is not Interval.MONTH:
        return None
    return offer(found.seats_paid, found.currency, Interval.MONTH).total * 12 - (
        offer(found.seats_paid, found.currency, Interval.YEAR).total
    )


@require_safe
@allow("billing.manage")
def invoices(request: Any) -> HttpResponse:
    """Every invoice from us."""
    return page(request, "billing/invoices.html", {"invoices": queries.invoices()})


@require_safe
@allow("billing.manage")
def invoice_pdf(request: Any, public_id: UUID) -> HttpResponse:
    """The document itself lies at the processor, under an address that ends soon."""
    invoice = get_object_or_404(queries.invoices(), public_id=public_id)
    try:
        return redirect(actions.invoice_link(invoice).pdf)
    except (Refused, Trouble) as trouble:
        messages.error(request, said(trouble))
        return home(request)


@open_when_read_only
@allow("billing.manage")
@reauthenticated
@require_POST
def pay(request: Any) -> HttpResponse:
    """Charge the card for what is owed."""
    return after(request, actions.pay_now, "Paid. Thank you: everything works as before.")


@require_POST
@open_when_read_only
@allow("billing.manage")
def confirmed(request: Any) -> HttpResponse:
    """The bank has asked its question: the processor knows the answer."""
    try:
        actions.sync(request.account)
    except Trouble as trouble:
        messages.warning(request, said(trouble))
        return home(request)
    owed = queries.owed()
    if owed is None:
        messages.success(request, "Your bank has confirmed the payment.")
    else:
        messages.error(request, NOT_CONFIRMED)
    return home(request)


@require_http_methods(["GET", "HEAD", "POST"])
@open_when_read_only
@allow("billing.manage")
def details(request: Any) -> HttpResponse:
    """To whom our invoices go. ``?seats=…`` leads on to the card, for whoever is choosing a plan."""
    form = ProfileForm(
        posted(request), instance=queries.billing_account(), firm=request.account, email=request.user.email
    )
    choice = ChoiceForm.of(request.GET, people=1) if "seats" in request.GET else None
    if form.is_valid():
        actions.save_profile(form.instance.profile, form.stored_version, copies=form.instance.copies)
        if choice and choice.is_valid():
            return redirect(f"{reverse('billing:start', args=[request.account.slug])}?{choice.query}")
        messages.success(request, "Saved. Your next invoice goes there.")
        return home(request)
    context = {"form": form, "is_choosing": choice is not None}
    status = 409 if form.conflict else 422 if form.is_bound else 200
    return page(request, "billing/details.html", context, status=status)


@open_when_read_only
@allow("billing.manage")
@reauthenticated
@require_POST
def grow(request: Any) -> HttpResponse:
    """Up to how many seats are bought as people join, without asking again."""
    form = GrowthForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["most"].as_text().removeprefix("* "))
        return home(request)
    most = form.cleaned_data["most"]
    actions.let_grow_to(most)
    done = f"Seats are added as people join, up to {most}." if most else "You add each seat yourself."
    messages.success(request, done)
    return home(request)
