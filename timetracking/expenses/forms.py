"""What people type about expenses, and what the list is narrowed to."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.db.models import Q

from accounts.files.purposes import Unwelcome
from accounts.models import Membership
from crm.inputs import AmountField
from lib.addresses import id_in
from lib.forms import FilterForm
from tenancy.forms import VersionedModelForm
from timetracking.errors import Refused
from timetracking.expenses import actions
from timetracking.forms import DayField, WorkField, reason_field
from timetracking.inputs import ClientField
from timetracking.kinds.forms import KindForm
from timetracking.models import Expense, ExpenseCategory, ExpenseQuerySet
from timetracking.stored_files import RECEIPT

CENT = Decimal("0.01")
MOST = Decimal("999999999.99")


class ExpenseForm(VersionedModelForm):
    """One expense: an amount, or a distance whose amount follows from its kind's rate."""

    class Meta:
        model = Expense
        fields = ["category", "day", "amount", "currency", "tax", "distance", "project", "task", "company", "note",
                  "billable", "reimbursable"]  # fmt: skip
        field_classes = {"day": DayField, "amount": AmountField, "tax": AmountField, "distance": AmountField}
        widgets = {"day": forms.DateInput(attrs={"type": "date"})}
        labels = {"category": "Kind"}

    def __init__(self, *args: Any, person: Membership, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.was_on = by, self.instance.day
        self.instance.person = person
        for name, stands in (("project", self.instance.project_id), ("task", self.instance.task_id)):
            if name in self.fields:
                field = self.fields[name]
                seen = field.queryset.model.objects.visible_to(by).values("pk")
                field.queryset = field.queryset.filter(Q(pk__in=seen) | Q(pk=stands))
        if self.instance._state.adding:
            self.initial.setdefault("currency", person.account.currency)
        for name in {"amount", "currency"} & self.fields.keys():
            self.fields[name].required = False
        if hasattr(self.initial.get("day"), "isoformat"):
            self.initial["day"] = self.initial["day"].isoformat()

    def ask_reason(self) -> None:
        """This day is locked: whoever may write to it all the same says why."""
        self.fields["reason"] = reason_field()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["currency"] = cleaned.get("currency") or self.instance.currency or self.instance.person.account.currency
        self.instance.currency = cleaned["currency"]
        category = cleaned.get("category") or (self.instance.category if self.instance.category_id else None)
        if category is not None:
            self._measure(cleaned, category)
        if cleaned.get("company") and cleaned.get("project"):
            self.add_error("company", "The project says whose client it is. Choose one of the two.")
        return cleaned

    def _measure(self, cleaned: dict[str, Any], category: ExpenseCategory) -> None:
        """A distance is worth its rate: the one it had, unless distance or kind change."""
        expense = self.instance
        if not category.unit:
            expense.distance, expense.unit, expense.rate = None, "", None
            cleaned["distance"] = None
            amount = cleaned.get("amount") if "amount" in self.fields else expense.amount
            if amount is None and "amount" not in self.errors:
                self.add_error("amount" if "amount" in self.fields else None, "Say how much it was.")
            return
        distance = cleaned["distance"] if "distance" in self.fields else expense.distance
        if "distance" in self.errors:
            return
        if not distance or distance <= 0:
            self.add_error("distance" if "distance" in self.fields else None, "Say how far it was.")
        elif category.rate is None:
            self.add_error("category" if "category" in self.fields else None,
                           "An admin has to set the rate of this kind first, under Admin, Expenses.")  # fmt: skip
        else:
            is_same = (expense.unit, self.initial.get("distance")) == (category.unit, distance)
            expense.rate = expense.rate if is_same and expense.rate is not None else category.rate
            expense.unit = category.unit
            expense.amount = (distance * expense.rate).quantize(CENT, ROUND_HALF_UP)
            if expense.amount > MOST:
                self.add_error("distance" if "distance" in self.fields else None,
                               "That is too far: at this kind’s rate it comes to more than can be kept.")  # fmt: skip
                return
            cleaned["amount"] = expense.amount
            cleaned["distance"] = distance

    def save(self, commit: bool = True) -> Any:
        """Store it; what refuses it becomes a sentence on the form, and None."""
        more = {"receipt": self.cleaned_data.get("new_receipt"), "reason": self.cleaned_data.get("reason", "")}
        try:
            if self.instance._state.adding:
                return actions.enter(self.instance, by=self.by, **more)
            more |= {"was_on": self.was_on, "expected": self.stored_version}
            return actions.change(self.instance, self.changes(), by=self.by, **more)
        except Unwelcome as refusal:
            self.add_error("new_receipt", str(refusal))
        except Refused as refusal:
            self.add_error(None, str(refusal))
        return None


class MaybeWorkField(WorkField):
    """A project and perhaps a task, or neither."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value else None


class ExpensePageForm(ExpenseForm):
    """The same for people: project and task in one list, and the receipt."""

    work = MaybeWorkField(required=False)
    company = ClientField(label="Client", help_text="Only where no project says whose it is.")
    new_receipt = forms.FileField(
        label="Receipt",
        required=False,
        widget=forms.FileInput(attrs={"accept": ",".join(sorted(RECEIPT.takes))}),
        help_text="A picture or a PDF, up to 10 MB. We keep what can be seen of it, and nothing else of the file.",
        error_messages={"empty": "The file is empty. Choose the receipt again."},
    )

    class Meta(ExpenseForm.Meta):
        fields = ["category", "day", "amount", "currency", "tax", "distance", "company", "note", "billable",
                  "reimbursable"]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        expense = self.instance
        there = (expense.project, expense.task) if expense.project else None
        self.fields["work"].offer(expense.person, also=there)
        self.fields["company"].offer(self.by, expense.company)
        self.initial["company"] = str(expense.company or "")
        self.fields["category"].empty_label = "Choose a kind"
        own = expense.person.account.currency
        offered = [each for each in self.fields["currency"].choices if each[0]]
        self.fields["currency"].choices = sorted(offered, key=lambda each: each[0] != own)
        if there:
            self.initial["work"] = next(key for key, work in self.fields["work"].work.items() if work == there)

    @property
    def distances(self) -> str:
        """The kinds that count a distance, for the page's script."""
        kinds = self.fields["category"].queryset.exclude(unit="")
        return " ".join(str(public_id) for public_id in kinds.values_list("public_id", flat=True))

    def clean_work(self) -> Any:
        self.instance.project, self.instance.task = self.cleaned_data["work"] or (None, None)
        return self.cleaned_data["work"]

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["project"] = self.instance.project
        cleaned = super().clean()
        if self.errors and cleaned.get("new_receipt"):
            self.add_error("new_receipt", "Choose the receipt again: browsers don’t keep files.")
        return cleaned


class CategoryForm(KindForm):
    """A kind of expense."""

    class Meta:
        model = ExpenseCategory
        fields = ["name", "unit", "rate"]
        help_texts = {"rate": "In your account’s currency, as in 0.30. Expenses keep the rate they were entered with."}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("unit"):
            self.instance.rate = cleaned["rate"] = None
        return cleaned


class ExpenseFilterForm(FilterForm):
    """What the list of expenses is narrowed to."""

    WHAT = [("", "All"), ("billable", "Billable"), ("reimbursable", "To be paid back"), ("bare", "Without a receipt")]

    q = forms.CharField(label="Search", required=False, max_length=100)
    person = forms.CharField(required=False, max_length=40)
    category = forms.ChoiceField(required=False)
    what = forms.ChoiceField(choices=WHAT, required=False)
    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(str(each.public_id), str(each)) for each in ExpenseCategory.objects.all()]
        self.fields["category"].choices = [("", "Every kind"), *kinds]
        for name in ("category", "what"):
            self.fields[name].widget.attrs["class"] = "form-select"

    def apply(self, expenses: ExpenseQuerySet) -> ExpenseQuerySet:
        """The expenses that match; a filter nobody knows matches nothing."""
        if not self.is_valid():
            return expenses.none()
        asked = self.cleaned_data
        if asked["q"].strip():
            expenses = expenses.filter(note__icontains=asked["q"].strip())
        if asked["person"]:
            expenses = expenses.filter(person__public_id=id_in(asked["person"]))
        if asked["category"]:
            expenses = expenses.filter(category__public_id=asked["category"])
        if asked["first"]:
            expenses = expenses.filter(day__gte=asked["first"])
        if asked["last"]:
            expenses = expenses.filter(day__lte=asked["last"])
        if asked["what"] == "bare":
            return expenses.filter(receipt=None)
        return expenses.filter(**{asked["what"]: True}) if asked["what"] else expenses
