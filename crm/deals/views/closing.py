"""What happens to a deal: moved, won, lost, reopened. Each is a page of its own, and a dialog on the board."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import allow
from crm.deals import actions
from crm.deals.forms import LostForm, MoveForm, WonForm
from crm.deals.offers import offers_for
from crm.models import Deal
from crm.views import shared
from lib import formats
from lib.addresses import page_within
from lib.forms import posted
from lib.htmx import page_or_part


@require_http_methods(["GET", "POST"])
@allow("deal.edit")
def deal_move(request: Any, public_id: Any) -> HttpResponse:
    """Choose another stage; one that is posted is gone to at once."""
    record = shared.record_or_404(request, Deal, public_id)
    form = MoveForm(posted(request), deal=record)
    if form.is_valid():
        moved = actions.move(record, form.cleaned_data["stage"], by=request.membership)
        undo = _undo(request, "move_back", record)
        messages.success(request, f"{moved} is in {moved.stage} now.", extra_tags=undo)
        return back(request, moved)
    return _ask(request, record, form, "move")


@require_POST
@allow("deal.edit")
def deal_move_back(request: Any, public_id: Any) -> HttpResponse:
    """Take the last move back."""
    record = actions.move_back(shared.record_or_404(request, Deal, public_id), by=request.membership)
    messages.success(request, f"{record} is in {record.stage} again.")
    return back(request, record)


@require_http_methods(["GET", "POST"])
@allow("deal.edit")
def deal_won(request: Any, public_id: Any) -> HttpResponse:
    """Ask on which day the work was won."""
    return _close(request, public_id, WonForm, "won")


@require_http_methods(["GET", "POST"])
@allow("deal.edit")
def deal_lost(request: Any, public_id: Any) -> HttpResponse:
    """Ask why it was not."""
    return _close(request, public_id, LostForm, "lost")


@require_POST
@allow("deal.edit")
def deal_reopen(request: Any, public_id: Any) -> HttpResponse:
    """Put a decided deal on the board again."""
    record = actions.reopen(shared.record_or_404(request, Deal, public_id))
    messages.success(request, f"{record} is open again, in {record.stage}.")
    return back(request, record)


def asked_back(request: Any) -> str:
    """The page of this account that asked; nothing where none did."""
    asked: str = request.POST.get("back") or request.GET.get("back", "")
    return page_within(asked, request.account.slug)


def back(request: Any, record: Deal) -> HttpResponse:
    """To the page that asked, or to the deal's own."""
    return redirect(asked_back(request) or shared.page_of(request, record))


def _close(request: Any, public_id: Any, form_class: type[WonForm | LostForm], verb: str) -> HttpResponse:
    record = shared.record_or_404(request, Deal, public_id)
    form, offers = form_class(posted(request), deal=record), offers_for(request.membership)
    if form.is_valid():
        closed = form.apply(record)
        undo = _undo(request, "reopen", record)
        worth = f", {formats.money(closed.value, closed.currency)}" if closed.value is not None else ""
        messages.success(request, f"{closed} is {verb}{worth.removesuffix('.')}.", extra_tags=undo)  # 10 kr.
        offer = next((offer for offer in offers if offer.view == request.POST.get("then")), None)
        return redirect(offer.url(request.account.slug, closed)) if offer else back(request, record)
    return _ask(request, record, form, verb)


def _undo(request: Any, verb: str, record: Deal) -> str:
    back = {"back": asked_back(request)} if asked_back(request) else None
    return reverse(f"crm:deal_{verb}", args=[request.account.slug, record.public_id], query=back)


def _ask(request: Any, record: Deal, form: Any, step: str) -> HttpResponse:
    context = {
        "record": record,
        "record_url": shared.page_of(request, record),
        "form": form,
        "step": step,
        "back": asked_back(request),
        "offers": offers_for(request.membership) if step == "won" else [],
    }
    status = 422 if form.is_bound else 200
    return page_or_part(request, "crm/deals/ask.html", "ask", context, status=status)
