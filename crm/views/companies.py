"""The pages of companies."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow
from crm.forms import CompanyForm
from crm.listing.kinds import COMPANIES
from crm.listing.views import list_page
from crm.merging.similar import similar_companies
from crm.models import Company, Contact, ContactPosition
from crm.search import asked_words, matching
from crm.views import shared
from crm.views.leading_on import leads_on
from lib.forms import posted
from lib.htmx import page_or_part
from lib.keyset import IsAmong, Page, page

PEOPLE = 20


@require_safe
@allow("company.view")
def companies(request: Any) -> HttpResponse:
    """The list: found, filtered, sorted, page by page."""
    return list_page(request, COMPANIES)


@require_safe
@allow("company.view")
@leads_on(Company)
def company(request: Any, public_id: Any) -> HttpResponse:
    """All about one company, with its people."""
    record = shared.record_or_404(request, Company, public_id, in_bin=None)
    context = shared.record_context(request, record)
    context["people"] = _people(request, record)
    return page_or_part(request, "crm/company.html", "people", context)


@require_http_methods(["GET", "POST"])
@allow("company.edit")
def company_create(request: Any) -> HttpResponse:
    """Add a company; one of the same name or site is shown first."""
    form = CompanyForm(posted(request), member=request.membership)
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
    text = request.GET.get(request.GET.get("field", "company"), "")[:200]
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


def _people(request: Any, company: Company) -> Page:
    """Who works here, mainly or beside something else, each with what they do here."""
    mainly, also = Contact.objects.filter(company=company).order_by(), ContactPosition.objects.filter(company=company)
    here = ArraySubquery(mainly.values("pk").union(also.values("contact_id")))
    people = Contact.objects.live().visible_to(request.membership).filter(IsAmong(F("pk"), here))
    shown = page(people, order=("name_key", "id"), cursor=request.GET.get("people"), size=PEOPLE)
    titles = dict(also.filter(contact__in=shown.rows).values_list("contact_id", "title"))
    for person in shown.rows:
        person.title_here = titles.get(person.pk, person.title)
    return shown
