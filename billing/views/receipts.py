"""An invoice of ours for whoever got a copy of its receipt: the link in the letter is the key."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.models import Account
from billing import actions, letters, queries
from billing.gateway import Trouble
from lib.errors import error_page
from tenancy.context import Actor, activate


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The document itself lies at the processor, under an address that ends soon."""
    found = letters.invoice_of(token)
    if found is None:
        raise Http404
    account = get_object_or_404(Account, public_id=found[0], closed_at=None)
    with activate(account, actor=Actor("visitor", None, "")):
        invoice = get_object_or_404(queries.invoices(), public_id=found[1])
        try:
            return redirect(actions.invoice_link(invoice).pdf)
        except Trouble:
            return error_page(503)
