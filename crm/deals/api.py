"""Deals for programs: the same form, actions and sums as on the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.api import lists
from accounts.api.fields import (
    EXAMPLE_ID,
    ID,
    VERSION,
    Instant,
    MaybeDay,
    Money,
    OneOf,
    Reference,
    References,
    Text,
)
from accounts.models import Membership
from crm.api import ORDERS, RECORD_FIELDS, RECORD_FILTERS, RecordBody, RecordResource, own_fields, whole_life
from crm.deals import actions
from crm.deals.forms import DayField, DealForm, StageField
from crm.deals.listing import weighted
from crm.deals.settings_api import RESOURCES as SETTINGS
from crm.inputs import Names
from crm.models import Company, Contact, Deal, DealContact, DealTag, Pipeline, Stage, tag_names
from tenancy.fields import AccountChoiceField

NOT_CLOSED = "Only a deal that is won or lost has this."


class Contacts(forms.Field):
    """A list of ids of contacts."""

    widget = forms.SelectMultiple


class DealBody(RecordBody, DealForm):
    """A deal whose company and contacts are named by their ids, and whose stage and status may be sent along."""

    tags = Names()
    company = AccountChoiceField(
        model=Company, required=False, error_messages={"invalid_choice": "There is no such company."}
    )
    contacts = Contacts(required=False)
    status = forms.ChoiceField(choices=Deal.Status.choices)
    closed_on = DayField(required=False)
    lost_reason = forms.CharField(required=False, max_length=300)
    lost_words = forms.CharField(required=False, max_length=2000)
    steps = ("stage", "status", "closed_on", "lost_reason", "lost_words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["company"] = self.former_company
        former = sorted([*self.former_contacts, *self.hidden_contacts], key=lambda each: (each.name_key, each.pk))
        self.initial["contacts"] = [contact.public_id for contact in former]
        if "company" in self.fields:
            self.fields["company"].queryset = Company.objects.live().visible_to(self.member)

    def choose_stage(self, asked: Any) -> None:
        if asked and not self.is_new:  # people move a deal; programs say its stage
            self.fields["stage"] = StageField(error_messages={"invalid_choice": "There is no such stage."})
            self.fields["stage"].offer()

    def clean_stage(self) -> Stage:
        return super().clean_stage() if self.is_new else self.cleaned_data["stage"]

    def clean_company(self) -> Company | None:
        return self.cleaned_data["company"]

    def read_contacts(self, cleaned: dict[str, Any]) -> list[Contact]:
        hidden = {contact.public_id for contact in self.hidden_contacts}  # named or not, they stay
        ids = [each for each in cleaned["contacts"] or [] if each not in hidden]
        seen = Contact.objects.usable().visible_to(self.member)
        known = {contact.public_id: contact for contact in [*self.former_contacts, *seen.filter(public_id__in=ids)]}
        if missing := [str(each) for each in ids if each not in known]:
            self.add_error("contacts", f"There is no such contact: {', '.join(missing[:5])}.")
        return [known[each] for each in dict.fromkeys(ids) if each in known]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.aim = cleaned.get("status") or self.instance.status
        if self.aim == Deal.Status.OPEN:
            for name in ("closed_on", "lost_reason", "lost_words"):
                if cleaned.get(name):
                    self.add_error(name, NOT_CLOSED)
        elif cleaned.get("stage") and not self.is_new and cleaned["stage"].pk != self.instance.stage_id:
            self.add_error("stage", "A deal that is won or lost stays in its stage. Reopen it to move it.")
        return cleaned

    @property
    def is_changed(self) -> bool:
        return self.is_new or bool([name for name in self.changed_data if name not in ("version", *self.steps)])

    def save(self, commit: bool = True) -> Deal:
        deal = super().save(commit) if self.is_changed else self.instance
        stage = self.cleaned_data.get("stage")
        if self.aim == Deal.Status.OPEN:
            deal = actions.reopen(deal)
            return actions.move(deal, stage, by=self.member) if stage and stage.pk != deal.stage_id else deal
        return self.close(deal)

    def close(self, deal: Deal) -> Deal:
        given = self.cleaned_data
        day = given.get("closed_on") or deal.closed_on or timezone.localdate()
        if self.aim == Deal.Status.WON:
            return actions.win(deal, day)
        reason, words = given.get("lost_reason", deal.lost_reason), given.get("lost_words", deal.lost_words)
        return actions.lose(deal, reason, words, closed_on=day)


class Deals(RecordResource):
    """``/deals/``"""

    name, one, about = "deals", "deal", "Work that the firm hopes to win, won, or lost. Deleted ones lie in the bin."
    model, body = Deal, DealBody
    may = whole_life("deal")
    fields = (
        ID,
        VERSION,
        Text("name", "What it is called.", "Season brochure", is_required=True),
        Reference("company", "Whom the work would be for.", EXAMPLE_ID, to="companies"),
        References("contacts", "Who has to do with it.", [EXAMPLE_ID], column="contact_ids", to="contacts"),
        Reference("stage", "Where it stands; the first stage if not said. Another one moves an open deal.", EXAMPLE_ID,
                  to="stages", may_be_null=False),
        Reference("pipeline", "The stage's pipeline.", EXAMPLE_ID, column="stage__pipeline__public_id",
                  to="pipelines", may_be_null=False, is_read_only=True),
        OneOf("status", "Whether it is decided, and how.", "open", words=("open", "won", "lost")),
        Money("value", "What it is worth.", {"amount": "4600.00", "currency": "EUR"}, digits=12),
        Money("weighted", "Its value times its stage's probability, to the cent. Won counts whole, lost not at all.",
              {"amount": "1840.00", "currency": "EUR"}, is_read_only=True),
        MaybeDay("close_on", "When it should be decided.", "2026-12-04"),
        MaybeDay("closed_on", "When it was won or lost; today if not said.", None),
        Text("lost_reason", "Why it was lost, in a word of the firm's list.", ""),
        Text("lost_words", "The same in other words.", ""),
        own_fields("deal"),
        *RECORD_FIELDS,
        Instant("moved_at", "Since when it is in its stage.", "2026-11-20T09:30:00Z", is_read_only=True),
    )  # fmt: skip
    orders = {**ORDERS, "close_on": ("close_on", "id"), "-close_on": ("-close_on", "-id")}
    filters = (
        lists.by_reference("company", lambda member: Company.objects.live().visible_to(member), "For this company."),
        lists.by_reference("stage", lambda member: Stage.objects.all(), "In this stage."),
        lists.by_reference(
            "pipeline", lambda member: Pipeline.objects.all(), "In this pipeline.", "stage__pipeline_id"
        ),
        lists.by_word("status", {name: Q(status=name) for name in Deal.Status.values}, "Open, won or lost."),
        lists.by_day("close_from", "close_on__gte", "Expected on this day or later."),
        lists.by_day("close_to", "close_on__lte", "Expected on this day or earlier."),
        *RECORD_FILTERS,
    )

    def made_up(self) -> dict[str, Any]:
        return self._made_up(DealContact.objects.filter(contact__deleted_at=None))

    def made_up_for(self, member: Membership) -> dict[str, Any]:
        """A colleague's contact stays unnamed where only own ones are seen."""
        seen = Contact.objects.live().visible_to(member)
        return self._made_up(DealContact.objects.filter(contact__in=seen))

    def _made_up(self, links: QuerySet[Any]) -> dict[str, Any]:
        people = links.filter(deal_id=OuterRef("pk"))
        ids = ArraySubquery(people.order_by("contact__name_key", "contact_id").values("contact__public_id"))
        return {"tag_names": tag_names(DealTag, "deal"), "contact_ids": ids, "weighted": weighted()}

    def made_up_of(self, form: Any) -> None:
        return None  # only the database does sums

    def editable(self, member: Membership) -> QuerySet[Any]:
        return self.visible(member).select_related("owner__user", "company", "stage")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        if record is None and "stage" not in given:
            first = Stage.objects.offered().in_order().first()
            given = {**given, "stage": first and first.public_id}
        form = super().form(given, request, record)
        form.choose_stage(given.get("stage"))
        return form

    def store(self, form: Any, request: Any) -> Deal:
        deal: Deal = form.save()
        return deal


RESOURCES = (Deals(), *SETTINGS)
