"""What is typed about approving hours, and about the settings of time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.models import Membership
from accounts.permissions import ROLES
from tenancy.forms import AccountModelForm, VersionedModelForm
from timetracking.inputs import DayField
from timetracking.models import Delegation, TimeSettings, Timesheet

DAY = forms.DateInput(attrs={"type": "date"})


class HoursForm(VersionedModelForm):
    """How hours are logged."""

    class Meta:
        model = TimeSettings
        fields = ["day_ends", "allows_future", "needs_clock", "needs_note", "smallest_group"]
        widgets = {"day_ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
        help_texts = {
            "day_ends": "A timer that still runs then is asked about.",
            "needs_clock": "For new hours, and for those whose length changes; however they come in.",
            "needs_note": "Asked for when hours are submitted.",
            "smallest_group": "A report on fewer people shows only their sum.",
        }


class ApprovalForm(VersionedModelForm):
    """Who approves, and how many days at a time."""

    class Meta:
        model = TimeSettings
        fields = ["approval", "levels", "period", "period_starts_on"]
        field_classes = {"period_starts_on": DayField}
        widgets = {
            "approval": forms.RadioSelect(attrs={"class": "form-check-input"}),
            "period_starts_on": DAY,
        }
        help_texts = {
            "levels": "On the second level the manager’s manager approves, too, and so on.",
            "period": "What was submitted keeps its days when you change this.",
            "period_starts_on": "Only for two weeks.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        period, starts_on = (cleaned.get(name, getattr(self.instance, name)) for name in ("period", "period_starts_on"))
        if period == TimeSettings.Period.TWO_WEEKS and not starts_on and "period_starts_on" not in self.errors:
            words = "Two weeks need a beginning. Choose any day of the first one."
            self.add_error("period_starts_on" if "period_starts_on" in self.fields else None, words)
        return cleaned


class LockForm(VersionedModelForm):
    """Up to which day hours stay as they are."""

    class Meta:
        model = TimeSettings
        fields = ["locked_through", "lock_reason"]
        field_classes = {"locked_through": DayField}
        widgets = {"locked_through": DAY}
        help_texts = {
            "locked_through": "Empty for no lock.",
            "lock_reason": "As people read it at the padlock: books closed.",
        }


class DecisionForm(forms.Form):
    """What an approver says, and which days they mean."""

    words = forms.CharField(required=False, max_length=500)
    days = forms.TypedMultipleChoiceField(required=False, coerce=date.fromisoformat)

    def __init__(self, *args: Any, sheet: Timesheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].choices = [(day.isoformat(), day) for day in sheet.days]


class DelegationForm(AccountModelForm):
    """Who approves in one's place, and when."""

    class Meta:
        model = Delegation
        fields = ["delegate", "first_day", "last_day"]
        field_classes = {"first_day": DayField, "last_day": DayField}
        widgets = {"first_day": DAY, "last_day": DAY}

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.person = person
        colleagues = self.fields["delegate"].queryset.exclude(pk=person.pk)
        able = colleagues.filter(role__in=ROLES["time.approve"], sees_only_own_records=False)
        self.fields["delegate"].queryset = able.by_name()
        self.fields["delegate"].empty_label = "Choose a person"
