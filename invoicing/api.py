"""Invoices for programs: the same forms and actions as on the pages."""

from __future__ import annotations

from contextlib import AbstractContextManager
from copy import copy
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse

from accounts.api import lists
from accounts.api.body import BodyForm, given_to_form, missing, read_body
from accounts.api.fields import (
    CREATED,
    ID,
    UPDATED,
    VERSION,
    Day,
    Flag,
    MaybeDay,
    MaybeInstant,
    Money,
    Number,
    OneOf,
    Reason,
    Reference,
    Schema,
    Since,
    Text,
    Whole,
)
from accounts.api.problems import WHOLE, Problem, refused_in_words
from accounts.api.resource import Resource
from accounts.api.single import Single
from accounts.api.values import EXAMPLE_ID
from accounts.permissions import within_reach
from crm.models import Company
from invoicing import actions
from invoicing.actions import Line
from invoicing.errors import Refused
from invoicing.forms import InvoiceForm, SettingsForm
from invoicing.models import Invoice, InvoiceLine, InvoicePayment, InvoiceSettings
from invoicing.open_time import Grouping
from tenancy.fields import AccountChoiceField
from tenancy.forms import AccountModelForm
from timetracking.inputs import DayField, companies_for
from timetracking.models import Project
from timetracking.queries import today_of

NO_HOURS = "none"
SAME = {"amount": "120.00", "currency": "EUR"}
_WHY = {"reason": Reason("reason", "Why it is void; it stands on the invoice.", "Wrong client", is_required=True)}
WHY: Schema = {
    "type": "object",
    "properties": {name: field.schema(Invoice) for name, field in _WHY.items()},
    "required": ["reason"],
    "additionalProperties": False,
    "examples": [{"reason": "Wrong client"}],
}


def refusals() -> AbstractContextManager[None]:
    """What refuses an invoice says so in a sentence."""
    return refused_in_words(Refused)


class InvoiceBody(BodyForm, InvoiceForm):
    """A draft; a new one says for whom, and which open hours are on it."""

    hours = forms.ChoiceField(choices=[(NO_HOURS, NO_HOURS), *Grouping.choices], required=False)
    through = DayField(required=False)
    project = AccountChoiceField(model=Project, required=False, error_messages=missing("project"))
    only_approved = forms.BooleanField(required=False)

    class Meta(InvoiceForm.Meta):
        fields = ["company", "currency", *InvoiceForm.Meta.fields]
        error_messages = {"company": missing("company")}

    def __init__(self, given: Any, *, instance: Invoice, member: Any) -> None:
        super().__init__(given, instance=instance)
        self.member = member
        if "company" in self.fields:
            self.fields["company"].queryset = companies_for(member, None)
        if "project" in self.fields:
            self.fields["project"].queryset = Project.objects.visible_to(member)
        if "recipient" in self.fields:
            self.fields["recipient"].required = not instance._state.adding

    def _post_clean(self) -> None:
        if self.instance._state.adding:
            self.instance.author = self.member
            company = self.cleaned_data.get("company")
            if company and not self.cleaned_data.get("recipient"):
                self.instance.recipient = self.cleaned_data["recipient"] = actions.address_of(company)
        super()._post_clean()

    def made(self) -> Invoice:
        """A new draft, its hours on it, and then what was said of its head. Raises Refused."""
        asked = self.cleaned_data
        company, currency, by = asked["company"], asked["currency"], self.member
        grouping = asked.get("hours") or NO_HOURS
        if grouping == NO_HOURS:
            invoice = actions.draft(company, currency, by=by)
        else:
            which = {name: asked.get(name) for name in ("through", "project")}
            invoice = actions.draft_open_time(
                company, currency, by=by, grouping=grouping, only_approved=bool(asked.get("only_approved")), **which
            )
        said = {name: asked[name] for name in InvoiceForm.Meta.fields if asked.get(name)}
        changed = {name: [str(getattr(invoice, name) or ""), str(value)] for name, value in said.items()}
        changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
        if not changed:
            return invoice
        for name in changed:
            setattr(invoice, name, said[name])
        return actions.change(invoice, actions.lines_of(invoice), changed, expected=invoice.version)


class Invoices(Resource):
    """``/invoices/``"""

    name, one = "invoices", "invoice"
    about = (
        "What the firm asks its clients to pay. A new one is a draft; `hours` puts a client's open hours on it, which "
        "are locked from then on. `POST …/send/` gives a draft its number: it changes no more. `POST …/void/` takes a "
        "sent one back."
    )
    model, scope = Invoice, "invoices"
    may = {
        "browse": "invoice.view",
        "create": "invoice.edit",
        "read": "invoice.view",
        "change": "invoice.edit",
        "delete": "invoice.edit",
        "send": "invoice.edit",
        "void": "invoice.edit",
    }
    sent: ClassVar[dict[str, Schema]] = {"void": WHY}
    fields = (
        ID,
        VERSION,
        Reference("company", "For whom.", EXAMPLE_ID, to="companies", is_required=True, is_fixed=True,
                  may_be_null=False),
        Text("currency", "Three letters, as in EUR.", "EUR", is_required=True, is_fixed=True),
        OneOf("status", "What was done with it; `paid` says whether it is paid.", "draft", is_read_only=True,
              words=tuple(Invoice.Status.values)),
        Text("number", "Given when it is sent, without gaps.", "2026-0001", is_read_only=True),
        MaybeDay("issued_on", "Its date; the day it is sent, if not said.", "2026-11-24"),
        MaybeDay("due_on", "Until when it is to be paid; as the settings say, if not said.", "2026-12-08"),
        Text("recipient", "Name and address at its top; the company's, if not said.", "Tidewater Museum"),
        Text("reference", "What the client wants to read on it.", "PO 4711"),
        Text("note", "Words below the lines.", "Thank you."),
        Money("net", "All lines.", SAME, is_read_only=True),
        Money("tax", "The tax on them, worked out once for each rate.", SAME, is_read_only=True),
        Money("gross", "What is to be paid.", SAME, is_read_only=True),
        Money("paid", "What came in.", SAME, is_read_only=True),
        MaybeInstant("sent_at", "When it got its number.", None, is_read_only=True),
        MaybeInstant("voided_at", "When it was taken back.", None, is_read_only=True),
        Text("void_reason", "Why.", "", is_read_only=True),
        OneOf("hours", "What of the open hours becomes one line; none for an invoice without hours.", "none",
              words=(NO_HOURS, *Grouping.values), is_write_only=True, is_fixed=True),
        MaybeDay("through", "Open hours up to and including this day; null for all.", None, is_write_only=True,
                 is_fixed=True),
        Reference("project", "Open hours of this project alone.", None, to="projects", is_write_only=True,
                  is_fixed=True),
        Flag("only_approved", "Approved hours alone.", False, is_write_only=True, is_fixed=True),
        CREATED,
        UPDATED,
    )  # fmt: skip
    orders = {"-created_at": ("-id",), "created_at": ("id",)}
    filters = (
        lists.by_reference("company", lambda member: Company.objects.all(), "For this company."),
        lists.by_word(
            "status",
            {status: Q(status=status) for status in Invoice.Status.values},
            "Drafts, sent or void ones.",
        ),
        lists.by_day("issued_from", "issued_on__gte", "Of this day or later."),
        lists.by_day("issued_to", "issued_on__lte", "Of this day or earlier."),
    )

    def visible(self, member: Any) -> QuerySet[Any]:
        return Invoice.objects.visible_to(member)

    def editable(self, member: Any) -> QuerySet[Any]:
        return within_reach(Invoice.objects.select_related("company", "account"), member, "invoice.edit")

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return InvoiceBody(given, instance=copy(record) if record else Invoice(), member=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        with refusals():
            if form.instance._state.adding:
                return form.made()
            return form.store(actions.lines_of(form.instance))

    def remove(self, record: Any, request: Any) -> None:
        with refusals():
            actions.remove(record)

    def send(self, request: Any, public_id: UUID) -> HttpResponse:
        """Give a draft its number."""
        record = self._editable(request, public_id)
        with refusals():
            actions.send(record, today=today_of(request.membership), expected=record.version)
        return self._answer(request, self._row(request, public_id))

    def void(self, request: Any, public_id: UUID) -> HttpResponse:
        """Take a sent one back; its hours are open again."""
        record = self._editable(request, public_id)
        reason = given_to_form(read_body(request), _WHY, is_new=True)["reason"]
        with refusals():
            actions.void(record, reason=reason, expected=record.version)
        return self._answer(request, self._row(request, public_id))


class PartBody(BodyForm, AccountModelForm):
    """A part of an invoice that this member may change."""

    invoice = AccountChoiceField(model=Invoice, error_messages=missing("invoice"))

    def __init__(self, given: Any, *, instance: Any, member: Any) -> None:
        super().__init__(given, instance=instance)
        if "invoice" in self.fields:
            self.fields["invoice"].queryset = within_reach(Invoice.objects.all(), member, "invoice.edit")


class Parts(Resource):
    """What an invoice consists of, or what came in for it: seen and changed by whoever may do so to the invoice."""

    scope, is_versioned = "invoices", False
    orders = {"created_at": ("id",), "-created_at": ("-id",)}
    filters = (lists.by_reference("invoice", Invoice.objects.visible_to, "Of this invoice."),)

    def visible(self, member: Any) -> QuerySet[Any]:
        return self._of(Invoice.objects.visible_to(member))

    def editable(self, member: Any) -> QuerySet[Any]:
        mine = within_reach(Invoice.objects.all(), member, "invoice.edit")
        return self._of(mine).select_related("invoice__company")

    def _of(self, invoices: QuerySet[Any]) -> QuerySet[Any]:
        parts: QuerySet[Any] = self.model._default_manager.filter(invoice__in=invoices.order_by().values("pk"))
        return parts


class LineBody(PartBody):
    """A line of a draft. A line of hours keeps them."""

    class Meta:
        model = InvoiceLine
        fields = ["invoice", "text", "quantity", "unit_price", "tax_rate"]

    def clean_quantity(self) -> Any:
        quantity = self.cleaned_data["quantity"]
        if self.instance.minutes is not None and quantity != self.instance.quantity:
            raise forms.ValidationError("These are hours that were worked: they stay as they are.")
        return quantity

    def _post_clean(self) -> None:
        line = self.instance
        line.position, line.amount = line.position or 1, line.amount or 0  # both follow
        super()._post_clean()

    @property
    def typed(self) -> Line:
        line = self.instance
        return Line(line.text, line.quantity, line.unit_price, line.tax_rate, line.public_id)


class InvoiceLines(Parts):
    """``/invoice-lines/``"""

    name, one = "invoice-lines", "invoice_line"
    about = "The lines of invoices. Those of a draft can be added, changed and deleted."
    model = InvoiceLine
    may = {
        "browse": "invoice.view",
        "create": "invoice.edit",
        "read": "invoice.view",
        "change": "invoice.edit",
        "delete": "invoice.edit",
    }
    fields = (
        ID,
        Reference("invoice", "On which.", EXAMPLE_ID, to="invoices", is_required=True, is_fixed=True,
                  may_be_null=False),
        Whole("position", "Its place.", 1, is_read_only=True),
        Text("text", "What it is for.", "Website relaunch: Design", is_required=True),
        Since("is_of_hours", "Whether it is of hours that were worked: its quantity stays.", False, column="minutes",
              is_read_only=True),
        Number("quantity", "How many, or how many hours.", "2.00", digits=8, is_required=True),
        Number("unit_price", "What one costs, before tax.", "49.90", digits=9, is_required=True),
        Number("tax_rate", "The tax in percent.", "20.00", digits=3, is_required=True),
        Number("amount", "What the line comes to, before tax.", "99.80", digits=12, is_read_only=True),
    )  # fmt: skip

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return LineBody(given, instance=record or InvoiceLine(), member=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        line = form.instance
        lines = actions.lines_of(line.invoice)
        if line._state.adding:
            lines.append(replace(form.typed, public_id=None))
            self._put(line.invoice, lines)
            return InvoiceLine.objects.filter(invoice=line.invoice).latest("position")
        self._put(line.invoice, [form.typed if each.public_id == line.public_id else each for each in lines])
        return line

    def remove(self, record: Any, request: Any) -> None:
        lines = actions.lines_of(record.invoice)
        self._put(record.invoice, [each for each in lines if each.public_id != record.public_id])

    def _put(self, invoice: Invoice, lines: list[Line]) -> None:
        if len(lines) > actions.MOST_LINES:
            raise Problem("invalid", errors={WHOLE: [f"An invoice has at most {actions.MOST_LINES} lines."]})
        with refusals():
            actions.change(invoice, lines, {}, expected=invoice.version)


class PaymentBody(PartBody):
    """Money that came in for an invoice."""

    received_on = DayField()

    class Meta:
        model = InvoicePayment
        fields = ["invoice", "received_on", "amount", "note"]


class InvoicePayments(Parts):
    """``/invoice-payments/``"""

    name, one = "invoice-payments", "invoice_payment"
    about = "What came in for sent invoices. One that was a mistake is deleted."
    model = InvoicePayment
    may = {"browse": "invoice.view", "create": "invoice.edit", "read": "invoice.view", "delete": "invoice.edit"}
    fields = (
        ID,
        Reference("invoice", "For which.", EXAMPLE_ID, to="invoices", is_required=True, is_fixed=True,
                  may_be_null=False),
        Day("received_on", "When it came in.", "2026-12-01", is_required=True),
        Number("amount", "How much, in the invoice's currency; up to what is open.", "100.00", digits=12,
               is_required=True),
        Text("note", "What the bank said.", "Transfer"),
        CREATED,
    )  # fmt: skip

    def form(self, given: dict[str, Any], request: Any, record: Any) -> Any:
        return PaymentBody(given, instance=InvoicePayment(), member=request.membership)

    def store(self, form: Any, request: Any) -> Any:
        asked = form.cleaned_data
        with refusals():
            return actions.receive(asked["invoice"], asked["amount"], asked["received_on"], asked.get("note", ""))

    def remove(self, record: Any, request: Any) -> None:
        with refusals():
            actions.take_back(record)


class SettingsBody(BodyForm, SettingsForm):
    """All of the settings."""


class Settings(Single):
    """``/invoice-settings/``"""

    name, one = "invoice-settings", "invoice_settings"
    about = "How the firm's invoices are numbered, taxed and worded; for those to come."
    model, scope = InvoiceSettings, "invoices"
    may = {"read": "invoice.settings", "change": "invoice.settings"}
    fields = (
        VERSION,
        Text("prefix", "Before each number.", "2026-"),
        Whole("next_number", "The next one.", 1),
        Whole("due_days", "Days to pay.", 14, least=0, most=365),
        Text("tax_name", "What the tax is called.", "VAT"),
        Number("tax_rate", "The usual tax in percent.", "20.00", digits=3),
        Text("tax_number", "The firm's own.", "DK 12345678"),
        Text("sender", "Name and address; empty for the account's own.", ""),
        Text("payment", "How to pay.", "IBAN DK50 0040 0440 1162 43"),
        Flag("only_approved", "Whether approved hours alone are billed.", False),
    )

    def record(self, request: Any) -> InvoiceSettings:
        return copy(InvoiceSettings.current())

    def form(self, given: dict[str, Any], request: Any, record: Any) -> SettingsBody:
        return SettingsBody(given, instance=record)

    def store(self, form: Any, request: Any) -> InvoiceSettings:
        settings, changes = form.instance, form.changes()
        if changes and settings._state.adding:
            settings.version = 2  # who read them before anybody changed them read version 1
        return actions.change_settings(settings, changes, expected=form.stored_version)


RESOURCES = (Invoices(), InvoiceLines(), InvoicePayments(), Settings())
