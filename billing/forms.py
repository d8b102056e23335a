"""What people type about paying us: how many they are, to whom our invoices go, and why they leave."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict

from accounts.models import Account, normalise_email
from billing.catalogue import CURRENCIES, MOST_SEATS, Interval, Offer, offer
from billing.models import BillingAccount
from billing.tax_numbers import kind_in
from tenancy.forms import VersionedModelForm

NAMES = {"EUR": "Euro", "USD": "US dollar", "GBP": "Pound sterling"}
MOST_COPIES = 5
NO_TAX_NUMBER = (
    "The card processor can’t put a tax number of {} on an invoice. Leave it empty, or choose another country."
)
TOO_MANY = f"For more than {MOST_SEATS} people, write to us: we have not tried Candor with so many."


class PriceForm(forms.Form):
    """How many people, paid how often, in which money. What an address leaves out is filled in."""

    seats = forms.IntegerField(
        label="People who sign in",
        min_value=1,
        max_value=MOST_SEATS,
        error_messages={
            "required": "Say how many you are.",
            "invalid": "Type a whole number, such as 7.",
            "min_value": "It takes one person at least.",
            "max_value": TOO_MANY,
        },
    )
    interval = forms.ChoiceField(
        label="Paid",
        choices=[(Interval.MONTH, "Monthly"), (Interval.YEAR, "Yearly, two months free")],
        error_messages={"invalid_choice": "Choose monthly or yearly."},
    )
    currency = forms.ChoiceField(
        label="Currency",
        choices=[(code, NAMES[code]) for code in CURRENCIES],
        error_messages={"invalid_choice": "Choose a currency from the list."},
    )

    usual = {"seats": "7", "interval": Interval.MONTH.value, "currency": CURRENCIES[0]}

    @classmethod
    def of(cls, query: QueryDict, **more: Any) -> Self:
        """The form as an address fills it in."""
        usual = {**cls.usual, **more.pop("usual", {})}
        return cls({name: query.get(name, usual[name]) for name in cls.base_fields}, **more)

    def offer(self) -> Offer:
        """What that costs; of the usual choice while something typed can't be read."""
        given = self.cleaned_data if self.is_valid() else self.usual
        return offer(int(given["seats"]), given["currency"], Interval(given["interval"]))


class ChoiceForm(PriceForm):
    """The same for a firm that has people already: they all need a seat."""

    def __init__(self, *args: Any, people: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        who = "One person" if people == 1 else f"{people} people"
        self.fields["seats"].help_text = f"{who} can sign in now."

    def clean_seats(self) -> int:
        seats: int = self.cleaned_data["seats"]
        if seats < self.people:
            raise ValidationError(
                f"{self.people} people can sign in now, so it takes {self.people} seats. "
                "To pay for fewer, switch somebody off under People and roles first."
            )
        return seats

    @property
    def query(self) -> str:
        """The choice, for the address of the next step."""
        return urlencode({name: self.cleaned_data[name] for name in self.fields})


class ChangeForm(ChoiceForm):
    """Another number of seats, or another interval. What is paid once is paid in one currency."""

    currency = None  # type: ignore[assignment]

    def __init__(self, *args: Any, in_currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.in_currency = in_currency

    def offer(self) -> Offer:
        return offer(self.cleaned_data["seats"], self.in_currency, Interval(self.cleaned_data["interval"]))


class AtForm(forms.Form):
    """The moment that a preview was made for: what was shown is what is charged."""

    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M:%S%z"])

    @classmethod
    def read(cls, given: QueryDict) -> datetime | None:
        """None where nothing readable was sent: then it is reckoned from now."""
        form = cls(given)
        return form.cleaned_data["at"] if form.is_valid() else None


class ProfileForm(VersionedModelForm):
    """To whom our invoices go. It may be somebody else than the firm's own record says."""

    class Meta:
        model = BillingAccount
        fields = ["name", "street", "postal_code", "city", "region", "country", "tax_number", "email", "copies"]
        labels = {
            "street": "Street and number",
            "email": "Invoices and receipts go to",
            "copies": "Copies of receipts go to",
        }
        help_texts = {
            "tax_number": "With its letters, such as DK12345678. It stands on the invoice.",
            "email": "An address of your books, perhaps. Nothing else is ever sent there.",
            "copies": f"Up to {MOST_COPIES} more addresses, with commas between them.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "billing organization"}),
            "street": forms.TextInput(attrs={"autocomplete": "billing street-address"}),
            "postal_code": forms.TextInput(attrs={"autocomplete": "billing postal-code"}),
            "city": forms.TextInput(attrs={"autocomplete": "billing address-level2"}),
            "country": forms.Select(attrs={"autocomplete": "billing country"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }

    needed = ("name", "street", "city", "country", "email")

    def __init__(self, *args: Any, firm: Account, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.needed:
            self.fields[name].required = True
        if not self.instance.name:
            places = ("street", "postal_code", "city", "region", "country")
            self.initial.update({name: getattr(firm, name) for name in places})
            self.initial.update({"name": firm.legal_name or firm.name, "email": email})

    def clean_copies(self) -> str:
        """Each address once."""
        typed = re.split(r"[\s,;]+", self.cleaned_data["copies"])
        found = list(dict.fromkeys(normalise_email(each) for each in typed if each))
        if len(found) > MOST_COPIES:
            raise ValidationError(f"{MOST_COPIES} addresses at most.")
        for each in found:
            try:
                validate_email(each)
            except ValidationError:
                raise ValidationError(f"“{each}” is not an e-mail address.") from None
        return ", ".join(found)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        country = cleaned.get("country", "")
        if cleaned.get("tax_number") and country and not kind_in(country):
            where = dict(self.fields["country"].choices)[country]  # type: ignore[attr-defined]
            self.add_error("tax_number", NO_TAX_NUMBER.format(where))
        return cleaned


class GrowthForm(forms.Form):
    """Up to how many seats are bought without asking, as people join."""

    most = forms.IntegerField(
        label="Up to how many seats",
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        error_messages={"max_value": TOO_MANY, "invalid": "Type a whole number, such as 12."},
    )


class CancelForm(forms.Form):
    """Why somebody leaves, if they want to say it."""

    reason = forms.CharField(
        label="What should we have done better?",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Read by people who build Candor. Leave it empty if you like: nothing depends on it.",
    )


class SetupForm(forms.Form):
    """What the processor's frame says when a card was entered: the name of its own record, never a number of a card."""

    setup = forms.RegexField(r"^\w{1,200}$")
