"""What a person may type about a deal."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Membership
from crm.deals import actions, people
from crm.forms import CompanyByName, Lines, Suggestions
from crm.inputs import AmountField
from crm.models import Contact, Deal, LostReason, Stage
from tenancy.fields import AccountChoiceField

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
ANOTHER = "Another reason"


class DayField(forms.DateField):
    """A day within what calendars hold."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(f"Choose a day from {FIRST_DAY.year} to {LAST_DAY.year}.")


class StageField(AccountChoiceField):
    """A stage that deals may be put into; with its pipeline where there are several."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(model=Stage, empty_label=None, **kwargs)

    def offer(self, present: Any = None) -> None:
        self.queryset = Stage.objects.offered().select_related("pipeline").in_order()

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.pipeline}: {obj}"


class DealForm(CompanyByName):
    """A deal with its company and contacts by name. Its stage is chosen once; then it is moved."""

    country = None
    stage = StageField()
    contacts = forms.CharField(
        required=False,
        max_length=2000,
        help_text="Names or e-mail addresses, with commas between them.",
        widget=Suggestions("contacts"),
    )

    class Meta:
        model = Deal
        fields = ["name", "company", "value", "currency", "close_on", "owner", "note"]
        field_classes = {"close_on": DayField, "value": AmountField}
        labels = {"name": "Deal"}
        error_messages = {
            "value": {
                "invalid": "Write an amount, as in 1250 or 12.50.",
                "max_decimal_places": "Write an amount with at most two digits after the point.",
            }
        }
        widgets = {
            "name": forms.TextInput(attrs={"autofocus": True}),
            "note": Lines(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.former_contacts, self.hidden_contacts = people.people_of(self.instance, self.member)
        self.initial["contacts"] = people.written(self.former_contacts) or self.initial.get("contacts", "")
        if self.is_new:
            self.instance.currency = self.initial["currency"] = self.member.account.currency
            self.initial.setdefault("stage", self.fields["stage"].queryset.first())
        else:
            del self.fields["stage"]

    def clean_stage(self) -> Stage:
        self.instance.stage = self.cleaned_data["stage"]
        return self.instance.stage

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "contacts" in cleaned:
            cleaned["contacts"] = self.read_contacts(cleaned)
        return cleaned

    def read_contacts(self, cleaned: dict[str, Any]) -> list[Contact]:
        try:
            return people.read(
                cleaned["contacts"], self.member, known=self.former_contacts, company=cleaned.get("company")
            )
        except ValidationError as refusal:
            self.add_error("contacts", refusal)
            return []

    def changes(self) -> dict[str, list[str]]:
        changes = super().changes()
        if "contacts" in self.changed_data:
            changes["contacts"] = [_named(self.former_contacts), _named(self.cleaned_data["contacts"])]
        return changes

    def store(self, expected: int | None) -> Deal:
        is_changed = "contacts" in self.changed_data
        contacts = [*self.cleaned_data["contacts"], *self.hidden_contacts] if is_changed else None
        return actions.store(self.instance, self.parts(), contacts=contacts, by=self.member, expected=expected)


class PersonForm(forms.Form):
    """Contacts to add to a deal, or one to take off."""

    contacts = forms.CharField(label="Contact", required=False, max_length=2000, widget=Suggestions("contacts"))
    remove = forms.UUIDField(required=False)

    def __init__(self, *args: Any, deal: Deal, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal, self.member = deal, member
        self.before, self.hidden = people.people_of(deal, member)
        self.after = self.before

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kept = [contact for contact in self.before if contact.public_id != cleaned.get("remove")]
        text = cleaned.get("contacts", "")
        try:
            added = people.read(text, self.member, known=self.before, company=self.deal.company) if text else []
        except ValidationError as refusal:
            self.add_error("contacts", refusal)
        else:
            self.after = list({contact.pk: contact for contact in [*kept, *added]}.values())
        return cleaned


class MoveForm(forms.Form):
    """Where an open deal goes: any stage of any active pipeline."""

    stage = StageField()

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal = deal
        self.stages = list(self.fields["stage"].queryset)

    def clean(self) -> dict[str, Any]:
        if not self.deal.is_open:
            raise ValidationError(f"{self.deal} is {self.deal.status}. Reopen it to move it.")
        return super().clean() or self.cleaned_data


class WonForm(forms.Form):
    """When the work was won."""

    closed_on = DayField(label="Won on")

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["closed_on"] = deal.closed_on or timezone.localdate()

    def apply(self, deal: Deal) -> Deal:
        return actions.win(deal, self.cleaned_data["closed_on"])


class LostForm(forms.Form):
    """Why it was not: one reason of the firm's list, and words."""

    reason = forms.ChoiceField(
        label="Why?", widget=forms.RadioSelect, error_messages={"required": "Choose what comes closest."}
    )
    words = forms.CharField(label="In your words", required=False, max_length=2000, widget=Lines(attrs={"rows": 3}))

    def __init__(self, *args: Any, deal: Deal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(LostReason.objects.order_by("position", "id").values_list("name", flat=True))
        if deal.lost_reason and deal.lost_reason not in names:
            names.append(deal.lost_reason)
        self.fields["reason"].choices = [(name, name) for name in dict.fromkeys([*names, ANOTHER])]
        self.initial |= {"reason": deal.lost_reason, "words": deal.lost_words}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("reason") == ANOTHER and not cleaned.get("words"):
            self.add_error("words", "Say in a few words which.")
        return cleaned

    def apply(self, deal: Deal) -> Deal:
        return actions.lose(deal, self.cleaned_data["reason"], self.cleaned_data["words"])


def _named(contacts: list[Contact]) -> str:
    return ", ".join(map(str, contacts))
