"""Invoices: the list, what is open, one invoice from draft to payment, and how the firm's invoices look."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.history import history_of
from accounts.permissions import allow, can, within_reach
from crm.models import Company
from invoicing import actions
from invoicing.errors import Refused
from invoicing.forms import (
    EmptyForm,
    InvoiceFilterForm,
    InvoiceForm,
    LinesForm,
    OpenTimeForm,
    PaymentForm,
    SettingsForm,
    VoidForm,
    may_choose_clients,
)
from invoicing.models import Invoice, InvoicePayment, InvoiceSettings
from invoicing.open_time import open_clients, open_entries
from lib import keyset
from lib.addresses import id_in
from lib.forms import posted
from lib.htmx import page_or_part
from tenancy.errors import Conflict
from timetracking.queries import today_of

GONE_ON = "Somebody else changed this invoice meanwhile. Look at it as it is now, and do it again."


@require_safe
@allow("invoice.view")
def invoices(request: Any) -> HttpResponse:
    """All invoices, the newest first, with what is open of them by currency."""
    form, today = InvoiceFilterForm(request.GET), today_of(request.membership)
    found = form.apply(Invoice.objects.visible_to(request.membership), today)
    page = keyset.page(
        found,
        order=("-created_at", "-id"),
        cursor=request.GET.get("page"),
        shape=lambda rows: rows.select_related("company"),
    )
    open_sums = found.unpaid().order_by("currency").values("currency").annotate(open=Sum(F("gross") - F("paid")))
    context = {
        "form": form,
        "page": page,
        "rows": [(invoice, invoice.state_on(today)) for invoice in page.rows],
        "open_sums": list(open_sums),
        "next_url": form.address(page=page.next) if page.next else "",
        "previous_url": form.address(page=page.previous) if page.previous else "",
        "may_choose": may_choose_clients(request.membership),
    }
    return page_or_part(request, "invoicing/invoices.html", "list", context)


@require_safe
@allow("invoice.view")
def unbilled(request: Any) -> HttpResponse:
    """Open hours by client and project, as an invoice of them would come to."""
    only_approved = InvoiceSettings.current().only_approved
    clients = open_clients(open_entries(request.membership, only_approved=only_approved))
    most = max((client.amount for client in clients), default=0)
    context = {
        "clients": [(client, round(client.amount * 100 / most) if most else 0) for client in clients],
        "only_approved": only_approved,
        "may_edit": can(request.membership, "invoice.edit"),
    }
    return render(request, "invoicing/unbilled.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("invoice.edit")
def invoice_from_time(request: Any) -> HttpResponse:
    """A draft of a client's open hours."""
    asked = request.POST or request.GET
    if not asked.get("company"):
        return redirect("invoicing:unbilled", request.account.slug)
    client, currency = _client(request, asked["company"]), str(asked.get("currency", ""))[:3]
    settings = InvoiceSettings.current()
    initial = {"company": client.public_id, "currency": currency, "only_approved": settings.only_approved}
    form = OpenTimeForm(posted(request), initial=initial, member=request.membership, client=client)
    if form.is_valid():
        try:
            made = form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("invoicing:invoice", request.account.slug, made.public_id)
    # As many as the page before this one said.
    waiting = open_entries(request.membership, company=client, only_approved=settings.only_approved)
    open_now = open_clients(waiting)
    context = {"form": form, "client": client, "open": next((c for c in open_now if c.currency == currency), None)}
    return render(request, "invoicing/from_time.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("invoice.edit")
def invoice_create(request: Any) -> HttpResponse:
    """A draft without hours."""
    if not may_choose_clients(request.membership):
        return redirect("invoicing:unbilled", request.account.slug)
    named = _seen(request, request.GET.get("company", ""))
    form = EmptyForm(posted(request), member=request.membership, initial={"company": named})
    if form.is_valid():
        made = form.save()
        return redirect("invoicing:invoice", request.account.slug, made.public_id)
    return render(request, "invoicing/create.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allow("invoice.view")
def invoice(request: Any, public_id: UUID) -> HttpResponse:
    """One invoice: a draft is written here, a sent one is read, paid or made void."""
    found = get_object_or_404(_visible(request), public_id=public_id)
    may_edit = _editable(request).filter(pk=found.pk).exists()
    form = lines = None
    status = 200
    if found.is_draft and may_edit:
        form = InvoiceForm(posted(request), instance=copy(found))
        lines = LinesForm(posted(request), found, InvoiceSettings.current())
        if form.is_bound:
            stored = _stored(request, form, lines)
            if stored is not None:
                return stored
            status = 409 if form.conflict else 422
    elif request.method == "POST":
        messages.warning(request, "This invoice can’t be changed.")
        return redirect("invoicing:invoice", request.account.slug, public_id)
    return render(request, "invoicing/invoice.html", _shown(request, found, form, lines, may_edit), status=status)


@require_POST
@allow("invoice.edit")
def invoice_void(request: Any, public_id: UUID) -> HttpResponse:
    """Take a sent invoice back."""
    form = VoidForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _done(request, public_id, lambda found: actions.void(
        found, reason=reason, expected=_expected(request)
    ), "It is void. Its hours can be billed again.")  # fmt: skip


@require_POST
@allow("invoice.edit")
def invoice_delete(request: Any, public_id: UUID) -> HttpResponse:
    """Delete a draft."""
    found = get_object_or_404(_editable(request), public_id=public_id)
    try:
        actions.remove(found)
    except (Refused, Conflict) as refusal:
        messages.warning(request, str(refusal) if isinstance(refusal, Refused) else GONE_ON)
        return redirect("invoicing:invoice", request.account.slug, public_id)
    messages.success(request, "The draft is deleted. Its hours can be billed again.")
    return redirect("invoicing:invoices", request.account.slug)


@require_POST
@allow("invoice.edit")
def payment_add(request: Any, public_id: UUID) -> HttpResponse:
    """Write down money that came in."""
    found = get_object_or_404(_editable(request), public_id=public_id)
    form = PaymentForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            actions.receive(found, asked["amount"], asked["received_on"], asked["note"])
        except Refused as refusal:
            form.add_error("amount", str(refusal))
        else:
            messages.success(request, "Payment written down.")
            return redirect("invoicing:invoice", request.account.slug, public_id)
    found = get_object_or_404(_visible(request), public_id=public_id)
    shown = _shown(request, found, None, None, True)
    return render(request, "invoicing/invoice.html", {**shown, "payment_form": form}, status=422)


@require_POST
@allow("invoice.edit")
def payment_delete(request: Any, public_id: UUID) -> HttpResponse:
    """Remove a payment that was written down by mistake."""
    payments = InvoicePayment.objects.filter(invoice__in=_editable(request).order_by().values("pk"))
    payment = get_object_or_404(payments.select_related("invoice"), public_id=public_id)
    return _done(request, payment.invoice.public_id, lambda _: actions.take_back(payment), "The payment is taken off.")


@require_safe
@allow("invoice.view")
def invoice_pdf(request: Any, public_id: UUID) -> HttpResponse:
    """The invoice on paper; a draft says that it is one."""
    from invoicing.paper import pdf_of  # reportlab is loaded for the first paper, not when a process starts

    found = get_object_or_404(_visible(request), public_id=public_id)
    response = HttpResponse(pdf_of(found), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{found.number or 'draft'}.pdf")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@allow("invoice.settings")
def invoice_settings(request: Any) -> HttpResponse:
    """Admin › Invoices: numbers, tax, and the words on every invoice."""
    settings = copy(InvoiceSettings.current())
    form = SettingsForm(posted(request), instance=settings)
    if form.is_valid():
        actions.change_settings(settings, form.changes(), expected=form.stored_version)
        messages.success(request, "Saved.")
        return redirect("invoicing:settings", request.account.slug)
    stored = InvoiceSettings.current()
    context = {
        "form": form,
        "example": stored.number_of(stored.next_number),
        "history": None if stored._state.adding else history_of(stored, request.membership, request.GET.get("page")),
    }
    return render(request, "invoicing/settings.html", context, status=_status(form))


def _status(form: Any) -> int:
    return (409 if form.conflict else 422) if form.is_bound else 200


def _visible(request: Any) -> Any:
    return Invoice.objects.visible_to(request.membership).select_related("company", "author__user", "account")


def _editable(request: Any) -> Any:
    return within_reach(Invoice.objects.select_related("company", "account"), request.membership, "invoice.edit")


def _seen(request: Any, public_id: str) -> Company | None:
    """The client that this member sees under this id."""
    seen: Company | None = (
        Company.objects.live().visible_to(request.membership).filter(public_id=id_in(public_id)).first()
    )
    return seen


def _client(request: Any, public_id: str) -> Company:
    """A client with open hours that this member may bill, or one whom they see; 404 otherwise."""
    found = Company.objects.filter(public_id=id_in(public_id)).first()
    if found is not None and open_entries(request.membership, company=found).exists():
        return found
    if (seen := _seen(request, public_id)) is None:
        raise Http404
    return seen


def _expected(request: Any) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


def _stored(request: Any, form: InvoiceForm, lines: LinesForm) -> HttpResponse | None:
    """Store a draft, and number it where that was asked, too; None where something is to be mended first."""
    are_fine = lines.is_valid()
    if not form.is_valid() or not are_fine:
        return None
    try:
        form.store(lines.typed())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    here = redirect("invoicing:invoice", request.account.slug, form.instance.public_id)
    if "finish" not in request.POST:
        messages.success(request, "Saved.")
        return here
    try:
        actions.send(form.instance, today=today_of(request.membership), expected=form.instance.version)
    except Refused as refusal:
        messages.warning(request, f"Saved, but not finished. {refusal}")
    else:
        messages.success(request, "It has its number. Download the PDF and send it to your client.")
    return here


def _done(request: Any, public_id: UUID, step: Callable[[Invoice], Any], words: str) -> HttpResponse:
    """Take a step on an invoice, and say how it went on its page."""
    found = get_object_or_404(_editable(request), public_id=public_id)
    try:
        step(found)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    except Conflict:
        messages.warning(request, GONE_ON)
    else:
        messages.success(request, words)
    return redirect("invoicing:invoice", request.account.slug, public_id)


def _shown(request: Any, found: Invoice, form: Any, lines: Any, may_edit: bool) -> dict[str, Any]:
    today = today_of(request.membership)
    may_open = (
        can(request.membership, "company.view")
        and Company.objects.visible_to(request.membership).filter(pk=found.company_id).exists()
    )
    payable = found.is_sent and found.open_amount > 0 and may_edit
    settings = InvoiceSettings.current()
    return {
        "invoice": found,
        "state": found.state_on(today),
        "lines": list(found.lines.select_related("project")),
        "totals": found.totals,
        "tax_name": found.tax_name or settings.tax_name,
        "payments": list(found.payments.all()),
        "form": form,
        "line_forms": lines,
        "may_edit": may_edit,
        "may_open_company": may_open,
        "payment_form": PaymentForm(initial={"amount": found.open_amount, "received_on": today}) if payable else None,
        "void_form": VoidForm() if found.is_sent and not found.paid and may_edit else None,
        "history": history_of(found, request.membership, request.GET.get("page")),
        "next_number": settings.number_of(settings.next_number) if found.is_draft else "",
        "back": reverse("invoicing:invoices", args=[request.account.slug]),
    }
