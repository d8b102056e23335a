"""The pages of one deal."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import allow, can
from crm.deals import actions, people
from crm.deals.forms import DealForm, PersonForm
from crm.models import Deal, Stage
from crm.views import shared
from crm.views.facts import change_fact
from lib.addresses import id_in
from lib.forms import posted


@require_safe
@allow("deal.view")
def deal(request: Any, public_id: Any) -> HttpResponse:
    """All about one deal."""
    record = shared.record_or_404(request, Deal, public_id, in_bin=None)
    return _page(request, record)


@require_http_methods(["GET", "POST"])
@allow("deal.edit")
def deal_create(request: Any) -> HttpResponse:
    """Add a deal."""
    initial = {name: request.GET.get(name, "")[:300] for name in ("company", "contacts") if name in request.GET}
    stage = Stage.objects.offered().filter(public_id=id_in(request.GET.get("stage", ""))).first()
    initial |= {"stage": stage} if stage else {}
    form = DealForm(posted(request), initial=initial, member=request.membership)
    if form.is_bound and form.is_valid():
        return shared.save(request, form)
    context = shared.form_context(request, form)
    return render(request, "crm/deals/form.html", context, status=shared.form_status(form))


@require_http_methods(["GET", "POST"])
@allow("deal.edit")
def deal_edit(request: Any, public_id: Any) -> HttpResponse:
    """Change a deal; if somebody else saved meanwhile, both values are shown."""
    return shared.edit(request, Deal, DealForm, public_id, template="crm/deals/form.html")


@require_http_methods(["GET", "HEAD", "POST"])
@allow("deal.edit")
def deal_fact(request: Any, public_id: Any, fact: str) -> HttpResponse:
    """Change one fact of a deal where it stands."""
    return change_fact(request, Deal, DealForm, public_id, fact)


@require_POST
@allow("deal.edit")
def deal_people_names(request: Any) -> HttpResponse:
    """Contacts that start as somebody types. Not a GET: names do not belong into addresses."""
    text = request.POST.get("contacts", "")[:2000]
    return render(request, "crm/deals/_names.html", {"names": people.proposals(text, request.membership)})


@require_POST
@allow("deal.edit")
def deal_people(request: Any, public_id: Any) -> HttpResponse:
    """Add the contacts named in ``contacts``, or take off the one in ``remove``."""
    record = shared.record_or_404(request, Deal, public_id)
    form = PersonForm(request.POST, deal=record, member=request.membership)
    if not form.is_valid():
        return _page(request, record, form)
    actions.change_contacts(record, form.before, form.after, hidden=form.hidden)
    return redirect(f"{shared.page_of(request, record)}#people")


@require_POST
@allow("deal.delete")
def deal_delete(request: Any, public_id: Any) -> HttpResponse:
    record = shared.record_or_404(request, Deal, public_id)
    return shared.delete(request, record, to="crm:deals")


@require_POST
@allow("deal.delete")
def deal_restore(request: Any, public_id: Any) -> HttpResponse:
    return shared.restore(request, shared.record_or_404(request, Deal, public_id, in_bin=True))


@require_POST
@allow("deal.edit")
def deal_tags(request: Any, public_id: Any) -> HttpResponse:
    return shared.change_tags(request, shared.record_or_404(request, Deal, public_id))


def _page(request: Any, record: Deal, form: PersonForm | None = None) -> HttpResponse:
    member = request.membership
    seen, hidden = people.people_of(record, member)
    context = {
        **shared.record_context(request, record),
        "people": seen,
        "hidden_people": len(hidden),
        "person_form": form or PersonForm(deal=record, member=member),
        "stages": Stage.objects.standing().filter(pipeline=record.stage.pipeline_id).in_order(),
        "may_open_company": can(member, "company.view", record.company),
    }
    return render(request, "crm/deals/deal.html", context, status=422 if form else 200)
