"""``/rates/`` for programs: what hours are billed at, and for who may know it what they cost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Case, F, Q, QuerySet, When

from accounts.api import lists
from accounts.api.body import missing
from accounts.api.fields import CREATED, EXAMPLE_ID, ID, MaybeDay, Money, OneOf, Reference
from accounts.api.resource import Resource
from accounts.choices import currencies
from accounts.models import Membership
from accounts.permissions import can
from accounts.queries import colleagues_of
from tenancy.fields import AccountChoiceField
from timetracking.access import in_figures_of
from timetracking.inputs import DayField
from timetracking.models import Project, Rate, Task
from timetracking.rates.actions import set_rate
from timetracking.rates.queries import BILL, COST


class RateBody(forms.Form):
    """A rate from a day on; what it is for follows from what is named."""

    kind = forms.ChoiceField(choices=Rate.Kind.choices)
    project = AccountChoiceField(model=Project, required=False, error_messages=missing("project"))
    task = AccountChoiceField(model=Task, required=False, error_messages=missing("task"))
    person = AccountChoiceField(model=Membership, required=False, error_messages=missing("member"))
    amount = forms.DecimalField(required=False, min_value=0, max_digits=9, decimal_places=2)
    shown_currency = forms.ChoiceField(required=False, choices=currencies)
    starts_on = DayField(required=False)

    def __init__(self, given: dict[str, Any], *, member: Membership) -> None:
        super().__init__({"kind": BILL, **given})
        self.member = member
        visible = in_figures_of(member)
        self.fields["project"].queryset = visible
        self.fields["task"].queryset = Task.objects.filter(project__in=visible).select_related("project")
        self.fields["person"].queryset = colleagues_of(member).select_related("user")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        project, task, currency = cleaned.get("project"), cleaned.get("task"), cleaned.get("shown_currency")
        if task and project and task.project_id != project.pk:
            self.add_error("task", "This task belongs to another project.")
        if task and cleaned.get("person"):
            self.add_error("person", "A rate is for a task or for a person.")
        project = project or (task and task.project)
        if cleaned.get("kind") == COST and project:
            self.add_error("kind", "What an hour costs depends on the person alone.")
        if cleaned.get("kind") == COST and not can(self.member, "cost.edit"):
            self.add_error("kind", "Only owners and admins say what hours cost.")
        if project and currency and currency != project.currency:
            self.add_error("amount", f"This project is billed in {project.currency}.")
        return cleaned

    def save(self) -> Rate:
        place = {name: self.cleaned_data[name] for name in ("project", "task", "person", "starts_on")}
        currency = self.cleaned_data["shown_currency"] or self.member.account.currency
        return set_rate(self.cleaned_data["kind"], self.cleaned_data["amount"], currency=currency, **place)


class Rates(Resource):
    """``/rates/``"""

    name, one = "rates", "rate"
    about = (
        "What an hour is billed at, or costs, from a day on. The first of these levels that has a rate counts: a "
        "person on a project, a task, a project, a person, everything. Another for the same level and day replaces "
        "it; approved hours keep theirs. Rates of a project are in its currency. Costs are seen by owners and admins."
    )
    model, scope, is_versioned = Rate, "time", False
    may = {"browse": "rate.view", "create": "rate.edit", "read": "rate.view"}
    fields = (
        ID,
        OneOf("kind", "Billed to the client, or what the firm pays itself.", "bill", words=tuple(Rate.Kind.values)),
        Reference("project", "For work on this project.", EXAMPLE_ID, to="projects"),
        Reference("task", "For this task; its project comes along.", None, to="tasks"),
        Reference("person", "For the work of this member.", None, to="members"),
        Money(
            "amount", "What an hour is worth; null for none of its own from then on.",
            {"amount": "95.00", "currency": "EUR"}, currency="shown_currency",
        ),
        MaybeDay("starts_on", "From this day on; null since ever.", "2026-11-01"),
        CREATED,
    )  # fmt: skip
    orders = {"created_at": ("id",), "-created_at": ("-id",)}
    filters = (
        lists.by_word("kind", {kind: Q(kind=kind) for kind in Rate.Kind.values}, "Billed or cost."),
        lists.by_reference("project", in_figures_of, "Of this project."),
        lists.by_reference("person", colleagues_of, "Of this member."),
    )

    def visible(self, member: Membership) -> QuerySet[Any]:
        rates = Rate.objects.filter(Q(project=None) | Q(project__in=in_figures_of(member)))
        return rates if can(member, "cost.view") else rates.filter(kind=BILL)

    def made_up(self) -> dict[str, Any]:
        own = When(project=None, then=F("currency"))
        return {
            "shown_currency": Case(own, default=F("project__currency"), output_field=Rate._meta.get_field("currency"))
        }

    def form(self, given: dict[str, Any], request: Any, record: Any) -> RateBody:
        return RateBody(given, member=request.membership)


RESOURCES = (Rates(),)
