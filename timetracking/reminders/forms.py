"""What somebody wishes to be reminded of."""

from __future__ import annotations

from django import forms

from tenancy.forms import AccountModelForm
from timetracking.models import ReminderWishes

WEEKDAYS = list(enumerate(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))


class WishesForm(AccountModelForm):
    """Of what, on which days, from what time."""

    weekdays = forms.TypedMultipleChoiceField(
        label="On these days", coerce=int, choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = ReminderWishes
        fields = ["to_log", "to_submit", "to_approve", "at", "weekdays"]
        labels = {"at": "From this time on"}
        widgets = {"at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
