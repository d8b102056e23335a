"""What a person may type about a company and a contact, and what the form of a deal shares with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from accounts import choices
from accounts.models import Membership
from accounts.permissions import can_for_others
from crm import actions, websites
from crm.fields.forms import OwnFieldsForm
from crm.further import (
    AddressRow,
    EmailRow,
    FurtherForm,
    FurtherLists,
    PhoneRow,
    PositionRow,
    check_positions,
    company_named,
)
from crm.inputs import Lines, Suggestions, TagsField
from crm.models import Company, Contact
from lib.phones import readable
from tenancy.forms import VersionedModelForm


class RecordForm(OwnFieldsForm, VersionedModelForm):
    """What the forms of records share: owner, tags, phone, and how they are stored."""

    country = forms.CharField(required=False, max_length=100, widget=Suggestions("countries"))
    tags = TagsField()
    further_lists: ClassVar[dict[str, type[FurtherForm]]] = {}  # what the record may have several of

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

        data = self.data if self.is_bound else None
        self.further = FurtherLists(self.further_lists, self.instance, member, data)

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        for name, complaints in self.further.complaints().items():
            self.complain(name, complaints)
        return not self.errors

    def complain(self, name: str, complaints: list[str]) -> None:
        """Say what is wrong with a list."""
        for words in complaints:
            self.add_error(None, words)

    def clean_phone(self) -> str:
        return readable(self.cleaned_data["phone"], self.member.account.country)

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if "tags" in self.changed_data:
            changes["tags"] = [self.former_tags, ", ".join(self.cleaned_data["tags"])]
        return changes | self.further.changes()

    def parts(self) -> actions.Parts:
        tags = self.cleaned_data["tags"] if "tags" in self.changed_data else None
        return actions.Parts(tags=tags, further=self.further.changed(), changes=self.changes())

    def save(self, commit: bool = True) -> Any:
        return self.store(None if self.is_new else self.stored_version)

    def store(self, expected: int | None) -> Any:
        """Give what was typed to the action."""
        return actions.store(self.instance, self.parts(), expected=expected)

    @property
    def is_changed(self) -> bool:
        """False when somebody presses Save without having typed anything."""
        typed = [name for name in self.changed_data if name != "version"]
        return self.is_new or bool(typed or self.further.changed())

    @staticmethod
    def countries() -> list[str]:
        """The names proposed for a country."""
        return [name for _, name in choices.countries()]


class CompanyForm(RecordForm):
    """A company with further addresses."""

    further_lists = {"addresses": AddressRow}

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
        site = websites.checked(self.cleaned_data["domain"], self.initial.get("domain") or "").lower()
        return site.partition("://")[2].split("/")[0].removeprefix("www.") if "://" in site else (
            site.removeprefix("www.").rstrip("/")
        )  # fmt: skip


class CompanyByName(RecordForm):
    """A record with its company by name: a name that is new makes a company."""

    company = forms.CharField(
        required=False, max_length=300, help_text="A new name makes a new company.", widget=Suggestions("companies")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_company = self.instance.company
        self.new_company: Company | None = None
        self.initial["company"] = str(self.former_company or self.initial.get("company") or "")

    def clean_company(self) -> Company | None:
        former = [self.former_company] if self.former_company else []
        found = company_named(self.cleaned_data["company"], self.member, former)
        self.new_company = found if found and found._state.adding else None
        return found

    def _get_validation_exclusions(self) -> set[str]:
        # A company that is only made when the record is saved has no number yet to ask the constraint with.
        return super()._get_validation_exclusions() | ({"company"} if self.new_company else set())

    def save(self, commit: bool = True) -> Any:
        if self.new_company:
            self.instance.company = actions.store(self.new_company, actions.Parts())
        return super().save(commit)


class ContactForm(CompanyByName):
    """A contact with further addresses, numbers and companies."""

    further_lists = {"emails": EmailRow, "phones": PhoneRow, "addresses": AddressRow, "positions": PositionRow}

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

    def clean_website(self) -> str:
        return websites.checked(self.cleaned_data["website"], self.initial.get("website") or "")

    def is_valid(self) -> bool:
        if not super().is_valid():
            return False
        if "positions" in self.further.sent():
            self._check_positions()
        return not self.errors

    def _check_positions(self) -> None:
        main = self.cleaned_data["company"] if "company" in self.fields else self.instance.company
        try:
            check_positions(main, self.further.rows("positions"))
        except ValidationError as refusal:
            self.complain("positions", refusal.messages)

    def save(self, commit: bool = True) -> Any:
        for company in self.further.new_companies():
            actions.store(company, actions.Parts())
        return super().save(commit)
