"""The pages of companies."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, can
from crm import lists
from crm.duplicates import similar_companies
from crm.forms import CompanyForm
from crm.models import Company, Contact
from crm.search import asked_words, matching
from crm.views import shared
from lib.htmx import page_or_part
from lib.keyset import page

PEOPLE = 20


@require_safe
@allow("company.view")
def companies(request: Any) -> HttpResponse:
    """The list: found, filtered, sorted, page by page."""
    context = {
        "list": lists.companies(request, request.membership),
        "tabs": shared.tabs(request, "Companies"),
        "may_edit": can(request.membership, "company.edit"),
    }
    if "filter" in request.GET:
        context["choices"] = lists.filter_choices(request.membership)
    return page_or_part(request, "crm/companies.html", "rows", context)


@require_safe
@allow("company.view")
def company(request: Any, public_id: Any) -> HttpResponse:
    """All about one company, with its people."""
    record = shared.record_or_404(request, Company, public_id, in_bin=None)
    people = Contact.objects.live().visible_to(request.membership).filter(company=record)
    context = shared.record_context(request, record)
    context["people"] = page(people, order=("name_key", "id"), cursor=request.GET.get("people"), size=PEOPLE)
    return page_or_part(request, "crm/company.html", "people", context)


@require_http_methods(["GET", "POST"])
@allow("company.edit")
def company_create(request: Any) -> HttpResponse:
    """Add a company; one of the same name or site is shown first."""
    form = CompanyForm(request.POST if request.method == "POST" else None, member=request.membership)
    similar: list[Company] = []
    if form.is_bound and form.is_valid():
        if "anyway" not in request.POST:
            typed = form.cleaned_data
            similar = similar_companies(request.membership, name=typed["name"], domain=typed["domain"])
        if not similar:
            return shared.save(request, form)
    context = shared.form_context(request, form, similar=similar)
    return render(request, "crm/company_form.html", context, status=shared.form_status(form))


@require_http_methods(["GET", "POST"])
@allow("company.edit")
def company_edit(request: Any, public_id: Any) -> HttpResponse:
    """Change a company; if somebody else saved meanwhile, both values are shown."""
    return shared.edit(request, Company, CompanyForm, public_id, template="crm/company_form.html")


@require_safe
@allow("company.view")
def company_names(request: Any) -> HttpResponse:
    """Names that start as somebody types, for the list beside a company field."""
    text = request.GET.get("company", "")[:200]
    names = Company.objects.live().visible_to(request.membership)
    found = names.filter(matching(Company, text)).order_by("name_key", "id") if asked_words(text) else names.none()
    return render(request, "crm/_company_names.html", {"names": found.values_list("name", flat=True)[:10]})


@require_POST
@allow("company.delete")
def company_delete(request: Any, public_id: Any) -> HttpResponse:
    record = shared.record_or_404(request, Company, public_id)
    return shared.delete(request, record, to="crm:companies")


@require_POST
@allow("company.delete")
def company_restore(request: Any, public_id: Any) -> HttpResponse:
    return shared.restore(request, shared.record_or_404(request, Company, public_id, in_bin=True))


@require_POST
@allow("company.edit")
def company_tags(request: Any, public_id: Any) -> HttpResponse:
    return shared.change_tags(request, shared.record_or_404(request, Company, public_id))
