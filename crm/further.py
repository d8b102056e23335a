"""What a record may have several of: further addresses, numbers, places and companies, as rows of its form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from accounts.models import Membership
from crm.inputs import Lines, Suggestions
from crm.models import Company
from crm.models.companies import ADDRESS
from lib.phones import readable
from lib.text import fold

Row = dict[str, Any]  # the columns of one row
MOST = 20


class FurtherForm(forms.Form):
    """One row. ``stored`` and ``row`` name the same columns, so that what is unchanged is equal."""

    title: ClassVar[str]  # what one row is called where something is wrong with it
    label = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput(attrs={"placeholder": "Private, desk …"})
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    @classmethod
    def stored(cls, each: Any) -> Row:
        """The columns of a stored row."""
        raise NotImplementedError

    @classmethod
    def typed(cls, row: Row) -> Row:
        """What the fields are filled with for these columns."""
        return row

    @classmethod
    def told(cls, row: Row) -> str:
        """The row in the history."""
        raise NotImplementedError

    def row(self) -> Row | None:
        """The columns that were typed; nothing for an empty row."""
        raise NotImplementedError


class EmailRow(FurtherForm):
    title = "Further e-mail"
    value = forms.EmailField(label="E-mail", required=False, max_length=320)

    @classmethod
    def stored(cls, each: Any) -> Row:
        return {"label": each.label, "email": each.email}

    @classmethod
    def typed(cls, row: Row) -> Row:
        return {"label": row["label"], "value": row["email"]}

    @classmethod
    def told(cls, row: Row) -> str:
        return _labelled(row["label"], row["email"])

    def row(self) -> Row | None:
        email = self.cleaned_data.get("value")
        return {"label": self.cleaned_data["label"], "email": email} if email else None


class PhoneRow(FurtherForm):
    title = "Further phone"
    value = forms.CharField(
        label="Phone", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "tel"})
    )

    @classmethod
    def stored(cls, each: Any) -> Row:
        return {"label": each.label, "phone": readable(each.phone)}

    @classmethod
    def typed(cls, row: Row) -> Row:
        return {"label": row["label"], "value": row["phone"]}

    @classmethod
    def told(cls, row: Row) -> str:
        return _labelled(row["label"], row["phone"])

    def row(self) -> Row | None:
        phone = readable(self.cleaned_data.get("value", ""), self.member.account.country)
        return {"label": self.cleaned_data["label"], "phone": phone} if phone else None


class AddressRow(FurtherForm):
    title = "Further address"
    label = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput(attrs={"placeholder": "Home, invoices …"})
    )
    street = forms.CharField(required=False, max_length=300, widget=Lines(attrs={"rows": 2}))
    postal_code = forms.CharField(required=False, max_length=40)
    city = forms.CharField(required=False, max_length=200)
    region = forms.CharField(label="State or region", required=False, max_length=200)
    country = forms.CharField(required=False, max_length=100, widget=Suggestions("countries"))

    @classmethod
    def stored(cls, each: Any) -> Row:
        return {name: getattr(each, name) for name in ("label", *ADDRESS)}

    @classmethod
    def told(cls, row: Row) -> str:
        place = f"{row['postal_code']} {row['city']}".strip()
        street = " ".join(row["street"].split())
        return _labelled(row["label"], ", ".join(filter(None, (street, place, row["region"], row["country"]))))

    def row(self) -> Row | None:
        typed = {name: self.cleaned_data.get(name, "") for name in ("label", *ADDRESS)}
        return typed if any(typed[name] for name in ADDRESS) else None


class PositionRow(FurtherForm):
    """A company by name, as the main one: a new name makes a new company."""

    title = "Further company"
    label = None
    company = forms.CharField(required=False, max_length=300, widget=Suggestions("companies"))
    job = forms.CharField(label="Job title there", required=False, max_length=300)

    @classmethod
    def stored(cls, each: Any) -> Row:
        return {"company": each.company, "title": each.title}

    @classmethod
    def typed(cls, row: Row) -> Row:
        return {"company": str(row["company"]), "job": row["title"]}

    @classmethod
    def told(cls, row: Row) -> str:
        return f"{row['title']} at {row['company']}" if row["title"] else str(row["company"])

    def clean_company(self) -> Company | None:
        stood = self.initial.get("stood")  # one that the member may not see stays when it is not touched
        return company_named(self.cleaned_data["company"], self.member, [stood["company"]] if stood else [])

    def row(self) -> Row | None:
        company = self.cleaned_data.get("company")
        return {"company": company, "title": self.cleaned_data["job"]} if company else None


def company_named(text: str, member: Membership, former: Iterable[Company] = ()) -> Company | None:
    """The company of this name that the member may see, or one of ``former``; a new one, not saved yet, otherwise."""
    name = " ".join(text.split())
    if not name:
        return None
    for company in former:
        if fold(name) == company.name_key:
            return company
    known = Company.objects.live().visible_to(member).filter(name_key=fold(name)).order_by("id").first()
    return known or Company(name=name, owner=member)


class FurtherLists:
    """The lists of one form: how they stood, and what was typed. One that was not sent stays as it is."""

    def __init__(self, kinds: dict[str, type[FurtherForm]], record: Any, member: Membership, data: Any) -> None:
        self.kinds, self.record, self.member, self.data = kinds, record, member, data or {}
        self._stood: dict[str, list[Row]] = {}
        self._formsets: dict[str, BaseFormSet] = {}

    def __getitem__(self, name: str) -> BaseFormSet:
        """The rows of a list, for the page."""
        if name not in self._formsets:
            kind = self.kinds[name]
            make = forms.formset_factory(kind, extra=1, max_num=MOST, absolute_max=50)
            data = self.data if name in self.sent() else None
            filled = [{**kind.typed(row), "stood": row} for row in self.stood(name)]
            self._formsets[name] = make(data, prefix=name, initial=filled, form_kwargs={"member": self.member})
        return self._formsets[name]

    def stood(self, name: str) -> list[Row]:
        """The stored rows."""
        if name not in self._stood:
            rows = getattr(self.record, name).order_by("id") if self.record.pk else []
            if name == "positions" and self.record.pk:
                rows = rows.select_related("company")
            self._stood[name] = [self.kinds[name].stored(each) for each in rows]
        return self._stood[name]

    def sent(self) -> list[str]:
        return [name for name in self.kinds if f"{name}-TOTAL_FORMS" in self.data]

    def complaints(self) -> dict[str, list[str]]:
        """What is wrong with the lists that were sent, by list."""
        found: dict[str, list[str]] = {}
        for name in self.sent():
            formset = self[name]
            if not formset.is_valid():
                title = self.kinds[name].title
                found[name] = [str(words) for words in formset.non_form_errors()]  # type: ignore[attr-defined]
                for number, errors in enumerate(formset.errors, start=1):
                    found[name] += [f"{title} {number}: {words}" for each in errors.values() for words in each]
        return found

    def rows(self, name: str) -> list[Row]:
        rows = [form.row() if form.has_changed() else form.initial.get("stood") for form in self[name]]
        return [row for row in rows if row]

    def changed(self) -> dict[str, list[Row]]:
        """The lists that are others than they were."""
        return {name: rows for name in self.sent() if (rows := self.rows(name)) != self.stood(name)}

    def new_companies(self) -> list[Company]:
        """The companies of positions that do not exist yet."""
        rows = self.rows("positions") if "positions" in self.sent() else []
        return [row["company"] for row in rows if row["company"]._state.adding]

    def changes(self) -> dict[str, list[str]]:
        """The same for the log, old and new."""
        return {
            name: [", ".join(map(self.kinds[name].told, self.stood(name))), ", ".join(map(self.kinds[name].told, rows))]
            for name, rows in self.changed().items()
        }


def check_positions(main: Company | None, positions: list[Row]) -> None:
    """A contact is at each company once."""
    names = [fold(str(row["company"])) for row in positions]
    taken = [*names, fold(str(main))] if main else names
    if twice := next((row["company"] for row in positions if taken.count(fold(str(row["company"]))) > 1), None):
        raise ValidationError(f"{twice} is there twice. Write one title for each company.")


def _labelled(label: str, value: str) -> str:
    return f"{label}: {value}" if label else value
