"""One fact of a record, changed where it stands: what htmx swaps in and out on the record's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.permissions import allow
from crm import facts
from crm.forms import CompanyForm, ContactForm, RecordForm
from crm.models import Company, Contact, Record
from crm.views import shared
from lib.forms import posted
from lib.htmx import asks_for_part

RecordForms = type[RecordForm]
ONE = require_http_methods(["GET", "HEAD", "POST"])


@ONE
@allow("contact.edit")
def contact_fact(request: Any, public_id: UUID, fact: str) -> HttpResponse:
    return change_fact(request, Contact, ContactForm, public_id, fact)


@ONE
@allow("company.edit")
def company_fact(request: Any, public_id: UUID, fact: str) -> HttpResponse:
    return change_fact(request, Company, CompanyForm, public_id, fact)


def change_fact(request: Any, model: type[Record], form_class: RecordForms, public_id: UUID, name: str) -> HttpResponse:
    """The fact as it reads (``?shown``), its little form, or what became of what was typed there."""
    record = shared.record_or_404(request, model, public_id)
    fact = facts.find(record, request.membership, name)
    if fact is None:
        raise Http404
    if not asks_for_part(request) and request.method != "POST":
        return redirect(f"{shared.page_of(request, record)}edit/")
    if "shown" in request.GET:
        return _read(request, record, fact)
    form = facts.form_for(form_class, record, request.membership, fact, posted(request))
    if request.method == "POST" and form.is_valid():
        return _saved(request, model, form, name)
    context = {"fact": fact, "form": form, "record_url": shared.page_of(request, record)}
    context["controls"] = [form[part] for part in fact.parts if part in form.fields]
    return render(request, "crm/_fact_form.html", context, status=422 if form.is_bound else 200)


def _saved(request: Any, model: type[Record], form: RecordForm, name: str) -> HttpResponse:
    is_changed = form.is_changed
    record = form.save() if is_changed else form.instance
    if not asks_for_part(request):
        return redirect(shared.page_of(request, record))
    record = shared.record_or_404(request, model, record.public_id)
    fact = facts.find(record, request.membership, name)
    response = _read(request, record, fact) if fact else HttpResponse()
    return trigger_client_event(response, "record-changed") if is_changed else response


def _read(request: Any, record: Record, fact: facts.Fact) -> HttpResponse:
    context = {"fact": fact, "record_url": shared.page_of(request, record), "may_edit": True}
    return render(request, "crm/_fact.html", context)
