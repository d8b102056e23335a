"""What people type about days off and about working time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.models import Membership
from lib import formats
from lib.addresses import id_in
from lib.durations import DAY, DurationError, parse
from tenancy.forms import AccountModelForm, VersionedModelForm
from timetracking.errors import Refused
from timetracking.forms import DayField
from timetracking.holidays import countries, regions
from timetracking.kinds.forms import KindForm
from timetracking.models import SpecialDay, TimeOff, TimeOffType, WorkingTime
from timetracking.models.off import WEEKDAYS
from timetracking.off import actions

LONGEST = timedelta(days=366)
HALF_OF_ONE_DAY = "Half a day is one day: leave this empty, and enter the other days by themselves."


class TimeOffForm(VersionedModelForm):
    """Days off of one person."""

    class Meta:
        model = TimeOff
        fields = ["type", "first_day", "last_day", "half", "note"]
        field_classes = {"first_day": DayField, "last_day": DayField}
        widgets = {name: forms.DateInput(attrs={"type": "date"}) for name in ("first_day", "last_day")}
        labels = {"type": "Kind"}
        help_texts = {"last_day": "Left empty: that one day."}

    def __init__(self, *args: Any, person: Membership, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.instance.person = person
        self.fields["last_day"].required = False
        self.fields["type"].empty_label = "Choose a kind"
        for name in ("first_day", "last_day"):
            day = self.initial.get(name)
            self.initial[name] = day.isoformat() if hasattr(day, "isoformat") else day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        first = cleaned.get("first_day")
        if first and not self.errors.get("last_day"):
            stored = None if self.instance._state.adding or "last_day" in self.fields else self.instance.last_day
            cleaned["last_day"] = cleaned.get("last_day") or stored or first
            self.instance.last_day = cleaned["last_day"]
            if cleaned["last_day"] - first > LONGEST:
                self.add_error(None, "A year at most. Enter what comes after it apart.")
            elif cleaned.get("half") and cleaned["last_day"] != first:
                self.add_error("last_day" if "last_day" in self.fields else None, HALF_OF_ONE_DAY)
        return cleaned

    def changes(self) -> dict[str, list[str]]:
        return {name: words for name, words in super().changes().items() if words[0] != words[1]}

    def save(self, commit: bool = True) -> Any:
        """Store it; what refuses it becomes a sentence on the form, and None."""
        try:
            if self.instance._state.adding:
                return actions.enter(self.instance, by=self.by)
            return actions.change(self.instance, self.changes(), expected=self.stored_version, by=self.by)
        except Refused as refusal:
            self.add_error(None, str(refusal))
            return None


class HoursField(forms.CharField):
    """How long a weekday is; nothing typed is a free day."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {name: value for name, value in kwargs.items() if name in ("label", "initial")}  # of a number's
        super().__init__(max_length=20, required=False, **kwargs)
        self.widget.attrs |= {"autocomplete": "off", "inputmode": "decimal"}

    def prepare_value(self, value: Any) -> Any:
        return (formats.hours(value) if value else "") if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        try:
            minutes = parse(text or "0").minutes
        except DurationError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if minutes > DAY:
            raise forms.ValidationError("A day has 24 hours.")
        return minutes


class WorkingTimeForm(AccountModelForm):
    """How long somebody works, whose holidays they keep, and from when on."""

    who = forms.ChoiceField(label="For", required=False)
    field_order = ["who", "starts_on", *WEEKDAYS, "country", "region", "days_off"]

    class Meta:
        model = WorkingTime
        fields = ["starts_on", *WEEKDAYS, "country", "region", "days_off"]
        field_classes = {"starts_on": DayField, **dict.fromkeys(WEEKDAYS, HoursField)}
        widgets = {"starts_on": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, *args: Any, people: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.public_id): person for person in people}
        self.fields["who"].choices = [("", "Everybody"), *((key, str(each)) for key, each in self.people.items())]
        chosen = self.data.get("country", "") if self.is_bound else country or self.initial.get("country", "")
        self.initial["country"] = chosen
        self.fields["days_off"].validators += [MinValueValidator(0), MaxValueValidator(366)]
        self.fields["country"] = forms.ChoiceField(
            label="Holidays of", required=False, choices=[("", "No holidays"), *countries()]
        )
        self.fields["region"] = forms.ChoiceField(
            label="Region",
            required=False,
            choices=[("", "The whole country"), *regions(chosen)],
            error_messages={"invalid_choice": "Choose a region of this country, or the whole of it."},
        )

    def clean_who(self) -> str:
        found = id_in(self.cleaned_data["who"]) if self.cleaned_data["who"] else None
        self.instance.person = self.people.get(str(found)) if found else None
        return self.cleaned_data["who"]

    def validate_unique(self) -> None:
        """What began on the same day is replaced."""

    def validate_constraints(self) -> None:
        """As above; the field of each weekday knows how long a day is, and that of the year how long a year."""

    def save(self, commit: bool = True) -> WorkingTime:
        return actions.set_working_time(self.instance)


class SpecialDayForm(AccountModelForm):
    """A day that the firm has off, or works although it is a holiday."""

    class Meta:
        model = SpecialDay
        fields = ["day", "name", "kind"]
        field_classes = {"day": DayField}
        widgets = {"day": forms.DateInput(attrs={"type": "date"})}
        labels = {"kind": "Is a"}

    def save(self, commit: bool = True) -> SpecialDay:
        return actions.add_day(self.instance)


class TypeForm(KindForm):
    """A kind of time off."""

    class Meta:
        model = TimeOffType
        fields = ["name", "colour", "is_paid", "lowers_target", "needs_approval", "is_counted"]


class AnswerForm(forms.Form):
    """Yes or no to a request, with a word if one likes."""

    approve = forms.BooleanField(required=False)
    answer = forms.CharField(max_length=300, required=False)
