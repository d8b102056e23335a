"""The pages of contacts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, can
from crm.forms import ContactForm
from crm.listing.kinds import CONTACTS
from crm.listing.views import list_page
from crm.merging.similar import similar_to
from crm.models import Contact
from crm.several import read_lists
from crm.views import shared
from crm.views.leading_on import leads_on
from lib.forms import posted


@require_safe
@allow("contact.view")
def contacts(request: Any) -> HttpResponse:
    """The list: found, filtered, sorted, page by page."""
    return list_page(request, CONTACTS)


@require_safe
@allow("contact.view")
@leads_on(Contact)
def contact(request: Any, public_id: Any) -> HttpResponse:
    """All about one contact."""
    record = shared.record_or_404(request, Contact, public_id, in_bin=None)
    has_positions = read_lists(record)
    context = shared.record_context(request, record)
    context["may_open_company"] = can(request.membership, "company.view", record.company)
    context["may_open_privacy"] = can(request.membership, "contact.edit", record)
    positions = record.positions.select_related("company").filter(company__deleted_at=None).order_by("id")
    shown = positions if has_positions else ()
    context["positions"] = [(each, can(request.membership, "company.view", each.company)) for each in shown]
    return render(request, "crm/contact.html", context)


@require_http_methods(["GET", "POST"])
@allow("contact.edit")
def contact_create(request: Any) -> HttpResponse:
    """Add a contact; somebody of the same name or address is shown first."""
    initial = {"company": request.GET.get("company", "")[:300]}
    form = ContactForm(posted(request), initial=initial, member=request.membership)
    similar: list[Contact] = []
    if form.is_bound and form.is_valid():
        similar = [] if "anyway" in request.POST else similar_to(request.membership, request.POST.dict())
        if not similar:
            return shared.save(request, form)
    context = shared.form_context(request, form, similar=similar)
    return render(request, "crm/contact_form.html", context, status=shared.form_status(form))


@require_http_methods(["GET", "POST"])
@allow("contact.edit")
def contact_edit(request: Any, public_id: Any) -> HttpResponse:
    """Change a contact; if somebody else saved meanwhile, both values are shown."""
    return shared.edit(request, Contact, ContactForm, public_id, template="crm/contact_form.html")


@require_POST
@allow("contact.delete")
def contact_delete(request: Any, public_id: Any) -> HttpResponse:
    record = shared.record_or_404(request, Contact, public_id)
    return shared.delete(request, record, to="crm:contacts")


@require_POST
@allow("contact.delete")
def contact_restore(request: Any, public_id: Any) -> HttpResponse:
    return shared.restore(request, shared.record_or_404(request, Contact, public_id, in_bin=True))


@require_POST
@allow("contact.edit")
def contact_tags(request: Any, public_id: Any) -> HttpResponse:
    return shared.change_tags(request, shared.record_or_404(request, Contact, public_id))
