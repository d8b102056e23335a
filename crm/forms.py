"""What a person may type about a company and a contact."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from accounts import choices
from accounts.models import Membership
from accounts.permissions import can_for_others
from crm import actions
from crm.models import Company, Contact
from lib.phones import readable
from lib.text import fold
from tenancy.forms import VersionedModelForm

MOST_TAGS = 30


class Suggestions(forms.TextInput):
    """A text field that proposes what exists, by a list of the page; anything else may be typed."""

    def __init__(self, list_id: str, **attrs: Any) -> None:
        super().__init__(attrs={"list": list_id, "autocomplete": "off", **attrs})


class Lines(forms.Textarea):
    """Lines end as they are stored, whatever a browser makes of them: untouched text counts as unchanged."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class RecordForm(VersionedModelForm):
    """What the forms of companies and contacts share: owner, tags, phone, and how they are stored."""

    country = forms.CharField(required=False, max_length=100, widget=Suggestions("countries"))
    tags = forms.CharField(
        required=False, max_length=1000, help_text="Several with commas between them.", widget=Suggestions("tags")
    )

    def __init__(self, *args: Any, member: Membership, tags: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.is_new = self.instance._state.adding
        self.former_tags = self.initial["tags"] = ", ".join(tags)
        self.initial["phone"] = readable(self.initial.get("phone", ""))
        if self.is_new:
            self.instance.owner = member
        self.initial["owner"] = self.instance.owner
        if can_for_others(member, f"{self.instance._meta.model_name}.edit"):
            owner = self.fields["owner"]
            owner.queryset, owner.empty_label = owner.queryset.by_name(), "Nobody"
            owner.stands = self.instance.owner
        else:
            del self.fields["owner"]

    def clean_phone(self) -> str:
        return readable(self.cleaned_data["phone"], self.member.account.country)

    def clean_tags(self) -> list[str]:
        return self.tidy_tags(self.cleaned_data["tags"].split(","))

    def tidy_tags(self, names: Iterable[str]) -> list[str]:
        """Each once, in its first spelling."""
        names = [" ".join(name.split()) for name in names]
        names = list({fold(name): name for name in names if name}.values())
        if any(len(name) > 60 for name in names):
            raise ValidationError("A tag has at most 60 characters.")
        if len(names) > MOST_TAGS:
            raise ValidationError(f"A record has at most {MOST_TAGS} tags.")
        return names

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if "tags" in self.changed_data:
            changes["tags"] = [self.former_tags, ", ".join(self.cleaned_data["tags"])]
        return changes

    def parts(self) -> actions.Parts:
        tags = self.cleaned_data["tags"] if "tags" in self.changed_data else None
        return actions.Parts(tags=tags, changes=self.changes())

    def save(self, commit: bool = True) -> Any:
        expected = None if self.is_new else self.stored_version
        return actions.store(self.instance, self.parts(), expected=expected)

    @property
    def is_changed(self) -> bool:
        """False when somebody presses Save without having typed anything."""
        return self.is_new or bool([name for name in self.changed_data if name != "version"])

    @staticmethod
    def countries() -> list[str]:
        """The names proposed for a country."""
        return [name for _, name in choices.countries()]


class CompanyForm(RecordForm):
    class Meta:
        model = Company
        fields = ["name", "domain", "phone", "street", "postal_code", "city", "region", "country", "owner", "note"]
        labels = {"name": "Company name", "domain": "Website"}
        widgets = {
            "name": forms.TextInput(attrs={"autofocus": True}),
            "street": Lines(attrs={"rows": 2}),
            "note": Lines(attrs={"rows": 4}),
            "domain": forms.TextInput(attrs={"inputmode": "url", "placeholder": "tidewater.example"}),
            "phone": forms.TextInput(attrs={"type": "tel"}),
        }

    def clean_domain(self) -> str:
        """``https://www.tidewater.example/about`` is the site tidewater.example."""
        site = self.cleaned_data["domain"].strip().lower()
        return site.partition("://")[2].split("/")[0].removeprefix("www.") if "://" in site else (
            site.removeprefix("www.").rstrip("/")
        )  # fmt: skip


class FurtherForm(forms.Form):
    """One more address or number, with a word that says which."""

    label = forms.CharField(
        required=False, max_length=40, widget=forms.TextInput(attrs={"placeholder": "Private, desk …"})
    )

    def row(self) -> tuple[str, str] | None:
        value = self.cleaned_data.get("value", "")
        return (self.cleaned_data.get("label", ""), value) if value else None


class FurtherEmailForm(FurtherForm):
    value = forms.EmailField(label="E-mail", required=False, max_length=320)


class FurtherPhoneForm(FurtherForm):
    value = forms.CharField(
        label="Phone", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "tel"})
    )


FurtherEmails: type[BaseFormSet] = forms.formset_factory(FurtherEmailForm, extra=1, max_num=20, absolute_max=50)
FurtherPhones: type[BaseFormSet] = forms.formset_factory(FurtherPhoneForm, extra=1, max_num=20, absolute_max=50)


class ContactForm(RecordForm):
    """A contact with its company by name: a name that is new makes a company."""

    company = forms.CharField(
        required=False, max_length=300, help_text="A new name makes a new company.", widget=Suggestions("companies")
    )

    class Meta:
        model = Contact
        fields = [
            "first_name", "last_name", "company", "title", "email", "email_label", "phone", "phone_label", "website",
            "street", "postal_code", "city", "region", "country", "source", "owner", "note",
        ]  # fmt: skip
        labels = {"email_label": "Label", "phone_label": "Label"}
        widgets = {
            "first_name": forms.TextInput(attrs={"autofocus": True}),
            "street": Lines(attrs={"rows": 2}),
            "note": Lines(attrs={"rows": 4}),
            "phone": forms.TextInput(attrs={"type": "tel"}),
            "email_label": forms.TextInput(attrs={"placeholder": "Work, private …"}),
            "phone_label": forms.TextInput(attrs={"placeholder": "Mobile, desk …"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_company = self.instance.company
        self.new_company: Company | None = None
        self.initial["company"] = str(self.former_company or self.initial.get("company") or "")
        data = self.data if self.is_bound else None
        self.emails = FurtherEmails(data, prefix="emails", initial=self._further("emails", "email"))
        self.phones = FurtherPhones(data, prefix="phones", initial=self._further("phones", "phone"))

    def _further(self, name: str, column: str) -> list[dict[str, str]]:
        if self.is_new:
            return []
        rows = getattr(self.instance, name).order_by("id")
        shown = readable if name == "phones" else str
        return [{"label": row.label, "value": shown(getattr(row, column))} for row in rows]

    def is_valid(self) -> bool:
        return all([super().is_valid(), self._is_complete(self.emails), self._is_complete(self.phones)])

    def _is_complete(self, further: BaseFormSet) -> bool:
        # A script or an old page may leave the rows out: then they stay as they are.
        return further.management_form.prefix + "-TOTAL_FORMS" not in self.data or further.is_valid()

    def clean_company(self) -> Company | None:
        name = " ".join(self.cleaned_data["company"].split())
        if not name:
            return None
        if self.former_company and fold(name) == self.former_company.name_key:
            return self.former_company
        known = Company.objects.live().visible_to(self.member).filter(name_key=fold(name)).order_by("id").first()
        if known is None:
            self.new_company = known = Company(name=name, owner=self.member)
        return known

    def _get_validation_exclusions(self) -> set[str]:
        # A company that is only made when the contact is saved has no number yet to ask the constraint with.
        return super()._get_validation_exclusions() | ({"company"} if self.new_company else set())

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        for name, further in (("emails", self.emails), ("phones", self.phones)):
            before = [(row["label"], row["value"]) for row in further.initial or []]
            after = self._rows(further)
            if after is not None and after != before:
                changes[name] = [_listed(before), _listed(after)]
        return changes

    @property
    def is_changed(self) -> bool:
        return super().is_changed or bool(self.changes())

    def parts(self) -> actions.Parts:
        parts = super().parts()
        parts.emails = self._rows(self.emails) if "emails" in parts.changes else None
        parts.phones = self._rows(self.phones) if "phones" in parts.changes else None
        return parts

    def _rows(self, further: BaseFormSet) -> list[tuple[str, str]] | None:
        if further.management_form.prefix + "-TOTAL_FORMS" not in self.data:
            return None
        rows = [row for form in further if (row := form.row())]
        if further is self.phones:
            rows = [(label, readable(phone, self.member.account.country)) for label, phone in rows]
        return rows

    def save(self, commit: bool = True) -> Any:
        if self.new_company:
            self.instance.company = actions.store(self.new_company, actions.Parts())
        return super().save(commit)


def _listed(rows: list[tuple[str, str]]) -> str:
    return ", ".join(f"{label}: {value}" if label else value for label, value in rows)
