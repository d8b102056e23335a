"""Where an entry is moved or copied to."""

from __future__ import annotations

from django import forms

from lib.durations import DAY
from timetracking.forms import DayField


class PlaceForm(forms.Form):
    """A day, and on the calendar a minute of it, a length, and the version that was dragged."""

    day = DayField(widget=forms.DateInput(attrs={"type": "date"}), label="Day")
    start = forms.IntegerField(required=False, min_value=0, max_value=DAY - 1)
    minutes = forms.IntegerField(required=False, min_value=1, max_value=DAY)
    version = forms.IntegerField(required=False, min_value=1)
