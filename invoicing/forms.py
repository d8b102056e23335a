"""What people type about invoices."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from accounts import choices
from accounts.models import Membership
from accounts.permissions import can
from crm.inputs import AmountField, Lines
from crm.models import Company
from invoicing import actions
from invoicing.actions import Line
from invoicing.models import Invoice, InvoiceLine, InvoicePayment, InvoiceSettings
from invoicing.open_time import LONGEST_TEXT, Grouping, open_entries
from lib.addresses import id_in
from lib.forms import FilterForm
from tenancy.forms import VersionedModelForm
from timetracking.inputs import ClientField, DayField
from timetracking.models import Project

A_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
BLOCK = {"rows": 4, "dir": "auto"}
FREE_LINES = 3
NUMBER = {"required": False, "decimal_places": 2}


class OpenTimeForm(forms.Form):
    """Which of a client's open hours become an invoice, and how they are put together."""

    company = forms.CharField(widget=forms.HiddenInput)
    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)
    project = forms.ChoiceField(required=False)
    through = DayField(label="Hours up to", required=False, widget=A_DAY)
    grouping = forms.ChoiceField(label="One line for", choices=Grouping.choices, initial=Grouping.TASK)
    only_approved = forms.BooleanField(label="Approved hours alone", required=False)

    def __init__(self, *args: Any, member: Membership, client: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.client = member, client
        open_here = open_entries(member, company=client).filter(project=OuterRef("pk"))
        projects = Project.objects.filter(Exists(open_here), company=client).by_name()
        self.projects = {str(project.public_id): project for project in projects}
        self.fields["project"].choices = [
            ("", "All projects"),
            *((key, str(each)) for key, each in self.projects.items()),
        ]

    def save(self) -> Invoice:
        """Raises Refused."""
        asked = self.cleaned_data
        return actions.draft_open_time(
            self.client,
            asked["currency"],
            by=self.member,
            through=asked["through"],
            grouping=asked["grouping"],
            only_approved=asked["only_approved"],
            project=self.projects.get(asked["project"]),
        )


class EmptyForm(forms.Form):
    """An invoice without hours: for whom, and in which currency."""

    company = ClientField(required=True)
    currency = forms.ChoiceField(choices=choices.currencies)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["company"].offer(member, None)
        self.fields["currency"].initial = member.account.currency

    def save(self) -> Invoice:
        return actions.draft(self.cleaned_data["company"], self.cleaned_data["currency"], by=self.member)


class InvoiceForm(VersionedModelForm):
    """The head of a draft."""

    class Meta:
        model = Invoice
        fields = ["recipient", "reference", "issued_on", "due_on", "note"]
        field_classes = {"issued_on": DayField, "due_on": DayField}
        widgets = {
            "recipient": Lines(attrs=BLOCK),
            "note": Lines(attrs={**BLOCK, "rows": 2}),
            "issued_on": A_DAY,
            "due_on": A_DAY,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        issued, due = cleaned.get("issued_on"), cleaned.get("due_on")
        if issued and due and due < issued:
            self.add_error("due_on", "An invoice is due on its date or later.")
        return cleaned

    def store(self, lines: Sequence[Line]) -> Invoice:
        """With these lines; raises Refused, or Conflict."""
        return actions.change(self.instance, lines, self.changes(), expected=self.stored_version)


class LineForm(forms.Form):
    """One line of a draft. A line of hours keeps its hours; its words, price and tax may change."""

    line = forms.CharField(required=False, widget=forms.HiddenInput, max_length=36)
    text = forms.CharField(label="What", required=False, max_length=LONGEST_TEXT)
    quantity = AmountField(max_digits=10, min_value=Decimal("-99999999"), **NUMBER)
    unit_price = AmountField(label="Price", max_digits=11, **NUMBER)
    tax_rate = AmountField(label="Tax %", max_digits=5, min_value=0, max_value=100, **NUMBER)
    gone = forms.BooleanField(label="Remove", required=False)

    def __init__(self, *args: Any, stored: InvoiceLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored
        if stored is not None and stored.minutes is not None:
            del self.fields["quantity"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_wanted:
            self._errors.clear()  # what is removed, or was never begun, needs nothing
            return cleaned
        for name, words in (("text", "Write what it is for."), ("unit_price", "Write a price.")):
            if name not in self.errors and cleaned.get(name) in ("", None):
                self.add_error(name, words)
        return cleaned

    @property
    def is_wanted(self) -> bool:
        """Whether it becomes, or stays, a line."""
        if self.cleaned_data.get("gone"):
            return False
        typed = any(
            (self[name].data or "").strip() for name in ("text", "quantity", "unit_price") if name in self.fields
        )
        return self.stored is not None or typed

    @property
    def typed(self) -> Line:
        asked = self.cleaned_data
        quantity = self.stored.quantity if "quantity" not in self.fields else asked["quantity"]
        return Line(
            text=asked["text"],
            quantity=Decimal(1) if quantity is None else quantity,
            unit_price=asked["unit_price"],
            tax_rate=asked["tax_rate"] or Decimal(0),
            public_id=self.stored.public_id if self.stored else None,
        )


class LinesForm:
    """All lines of a draft, and a few empty ones below: sent together, stored together."""

    def __init__(self, data: Any, invoice: Invoice, settings: InvoiceSettings) -> None:
        stored = list(invoice.lines.all())
        number = len(stored) + FREE_LINES
        if data is not None:
            there = {line.public_id: line for line in stored}
            said = str(data.get("lines", ""))
            number = min(int(said), actions.MOST_LINES) if re.fullmatch("[0-9]{1,6}", said) else 0
            sent = [there.get(id_in(data.get(f"lines-{place}-line", ""))) for place in range(number)]
        else:
            sent = [*stored, *[None] * FREE_LINES]
        self.number = number
        self.forms = [
            LineForm(data, prefix=f"lines-{place}", stored=line, initial=_initial(line, settings))
            for place, line in enumerate(sent)
        ]

    def is_valid(self) -> bool:
        """Whether all lines are well; each is asked, so that each says what is wrong."""
        return not sum(not form.is_valid() for form in self.forms)

    def typed(self) -> list[Line]:
        return [form.typed for form in self.forms if form.is_wanted]


def _initial(line: InvoiceLine | None, settings: InvoiceSettings) -> dict[str, Any]:
    if line is None:
        return {"tax_rate": settings.tax_rate}
    return {
        "line": line.public_id,
        **{name: getattr(line, name) for name in ("text", "quantity", "unit_price", "tax_rate")},
    }


class PaymentForm(forms.ModelForm):
    """Money that came in."""

    amount = AmountField(max_digits=14, decimal_places=2, min_value=Decimal("0.01"))
    received_on = DayField(label="Received", widget=A_DAY)

    class Meta:
        model = InvoicePayment
        fields = ["amount", "received_on", "note"]


class VoidForm(forms.Form):
    """Why an invoice is taken back."""

    reason = forms.CharField(
        max_length=200, error_messages={"required": "Say why: whoever looks at the books will ask."}
    )


class SettingsForm(VersionedModelForm):
    """Numbers, tax and words of all invoices to come."""

    class Meta:
        model = InvoiceSettings
        fields = ["prefix", "next_number", "due_days", "tax_name", "tax_rate", "tax_number", "sender", "payment",
                  "only_approved"]  # fmt: skip
        field_classes = {"tax_rate": AmountField}
        widgets = {"sender": Lines(attrs=BLOCK), "payment": Lines(attrs=BLOCK)}
        help_texts = {
            "prefix": "As in 2026-, which makes 2026-0001.",
            "sender": "Empty: your company’s name and address as they stand in Account.",
            "payment": "Your bank, and what else the client should know to pay.",
            "tax_rate": "For new lines; each line can have another.",
        }


class InvoiceFilterForm(FilterForm):
    """What the list of invoices is narrowed to."""

    STATES = [("", "All"), ("drafts", "Drafts"), ("unpaid", "Unpaid"), ("overdue", "Overdue"), ("settled", "Paid"),
              ("void", "Void")]  # fmt: skip

    q = forms.CharField(label="Search", required=False, max_length=100)
    show = forms.ChoiceField(choices=STATES, required=False, widget=forms.Select(attrs={"class": "form-select"}))

    def apply(self, invoices: Any, today: date) -> Any:
        """Those that match; a filter nobody knows matches nothing."""
        if not self.is_valid():
            return invoices.none()
        show, words = self.cleaned_data["show"], self.cleaned_data["q"].strip()
        if show:
            invoices = invoices.overdue(today) if show == "overdue" else getattr(invoices, show)()
        return invoices.matching(words) if words else invoices


def may_choose_clients(member: Membership) -> bool:
    """Whether this member may name a client by themselves; who keeps the books alone bills open hours."""
    return can(member, "invoice.edit") and can(member, "company.view")
