"""The one form of these pages: it asks nothing but a number."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from billing.catalogue import CURRENCIES, MOST_SEATS, Interval, Offer, offer

NAMES = {"EUR": "Euro", "USD": "US dollar", "GBP": "Pound sterling"}
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
    def of(cls, query: QueryDict) -> PriceForm:
        """The form as an address fills it in."""
        return cls({name: query.get(name, usual) for name, usual in cls.usual.items()})

    def offer(self) -> Offer:
        """What that costs; of the usual choice while something typed can't be read."""
        given = self.cleaned_data if self.is_valid() else self.usual
        return offer(int(given["seats"]), given["currency"], Interval(given["interval"]))
