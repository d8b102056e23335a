"""What staff say before visits are tied to a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from accounts.models import User, normalise_email
from privacy.visits.models import Tie
from privacy.visits.tying import MOST_DAYS

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class TieForm(forms.ModelForm):
    """Whose visits, from where, when, and what for."""

    email = forms.EmailField(label="Whose", max_length=254, help_text="The address with which they sign in.")
    field_order = ("email", "ip", "since", "until", "purpose")

    class Meta:
        model = Tie
        fields = ["ip", "since", "until", "purpose"]
        widgets = {"since": MOMENT, "until": MOMENT, "purpose": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"purpose": "The person reads this."}

    def clean_email(self) -> str:
        email = normalise_email(self.cleaned_data["email"])
        found = User.objects.filter(email=email, is_staff=False).first()
        if found is None:
            raise forms.ValidationError("Nobody signs in with this address.")
        self.instance.user = found
        return email

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and not since < until <= since + timedelta(days=MOST_DAYS):
            self.add_error("until", f"Say from when to when, {MOST_DAYS} days at most.")
        return given
