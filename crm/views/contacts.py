"""The pages of contacts."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, can
from crm import lists
from crm.duplicates import similar_contacts
from crm.forms import ContactForm
from crm.models import Contact
from crm.views import shared
from lib.htmx import page_or_part


@require_safe
@allow("contact.view")
def contacts(request: Any) -> HttpResponse:
    """The list: found, filtered, sorted, page by page."""
    context = {
        "list": lists.contacts(request, request.membership),
        "tabs": shared.tabs(request, "Contacts"),
        "may_edit": can(request.membership, "contact.edit"),
    }
    if "filter" in request.GET:
        context["choices"] = lists.filter_choices(request.membership)
    return page_or_part(request, "crm/contacts.html", "rows", context)


@require_safe
@allow("contact.view")
def contact(request: Any, public_id: Any) -> HttpResponse:
    """All about one contact."""
    record = shared.record_or_404(request, Contact, public_id, in_bin=None)
    context = shared.record_context(request, record)
    context["may_open_company"] = can(request.membership, "company.view", record.company)
    return render(request, "crm/contact.html", context)


@require_http_methods(["GET", "POST"])
@allow("contact.edit")
def contact_create(request: Any) -> HttpResponse:
    """Add a contact; somebody of the same name or address is shown first."""
    initial = {"company": request.GET.get("company", "")[:300]}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=initial, member=request.membership)
    similar: list[Contact] = []
    if form.is_bound and form.is_valid():
        similar = [] if "anyway" in request.POST else _similar(request, form.cleaned_data)
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
@allow("contact.edit")
def contact_similar(request: Any) -> HttpResponse:
    """Who is there already, while somebody types. Not a GET: names do not belong into addresses."""
    return render(request, "crm/_similar.html", {"similar": _similar(request, request.POST)})


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


def _similar(request: Any, typed: Any) -> list[Contact]:
    names = ("first_name", "last_name", "email")
    return similar_contacts(
        request.membership, **{name: str(typed.get(name) or "").replace("\0", "")[:320] for name in names}
    )
