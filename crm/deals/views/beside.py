"""A deal beside the board: what stands there, who has to do with it, and what comes next."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import allow, can
from crm.activities.forms import NextStepForm
from crm.activities.panels import next_steps
from crm.deals import people
from crm.deals.views.closing import asked_back
from crm.models import Activity, Deal
from crm.views import shared
from lib.forms import posted
from lib.htmx import asks_for_part


@require_safe
@allow("deal.view")
def deal_beside(request: Any, public_id: Any) -> HttpResponse:
    """The deal in short; its page, for who comes without the board."""
    record = shared.record_or_404(request, Deal, public_id)
    if not asks_for_part(request):
        return redirect(shared.page_of(request, record))
    return _beside(request, record)


@require_POST
@allow("activity.edit")
def deal_plan(request: Any, public_id: Any) -> HttpResponse:
    """Add the deal's next step, and show the deal again."""
    record = shared.record_or_404(request, Deal, public_id)
    form = NextStepForm(posted(request), instance=Activity(deal=record), member=request.membership)
    if not form.is_valid():
        return _beside(request, record, form)
    form.save()
    return _beside(request, record) if asks_for_part(request) else redirect(shared.page_of(request, record))


def _beside(request: Any, record: Deal, form: NextStepForm | None = None) -> HttpResponse:
    member = request.membership
    seen, hidden = people.people_of(record, member)
    context = {
        "record": record,
        "record_url": shared.page_of(request, record),
        "back": asked_back(request),
        "may_edit": can(member, "deal.edit", record),
        "may_open_company": can(member, "company.view", record.company),
        "people": seen,
        "hidden_people": len(hidden),
        "steps": next_steps(request, record),
        "form": form or (can(member, "activity.edit") and NextStepForm(instance=Activity(deal=record), member=member)),
    }
    return render(request, "crm/deals/_beside.html", context, status=422 if form else 200)
