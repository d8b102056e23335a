"""What staff write into the registers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.choices import countries
from accounts.cookieless import CookielessForm
from accounts.lifecycle import LONGEST_EXTENSION
from accounts.queries import account_at
from privacy.registers import statistics
from privacy.registers.models import (
    MOST_DAYS,
    NOTICE_DAYS,
    BusinessTransfer,
    Disclosure,
    Incident,
    LogExtract,
    Misuse,
    Release,
)

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _country() -> forms.ChoiceField:
    return forms.ChoiceField(label="In which country", choices=[("", "Choose"), *countries()])


class DisclosureForm(forms.ModelForm):
    """Somebody asks us for something about people."""

    country = _country()

    class Meta:
        model = Disclosure
        fields = ["kind", "authority", "country", "instrument", "scope", "firm", "received_at", "gag_until"]
        widgets = {"received_at": MOMENT, "gag_until": DAY, "scope": forms.Textarea(attrs={"rows": 4})}

    def clean_firm(self) -> str:
        firm: str = self.cleaned_data["firm"]
        if firm and account_at(firm) is None:
            raise forms.ValidationError("There is no account of that name.")
        return firm


class DecisionForm(forms.Form):
    """The first of two decides."""

    decision = forms.CharField(label="On what ground", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    released = forms.CharField(
        label="What is handed over",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kinds of data and their number, never the data. Empty to refuse.",
    )


class IncidentForm(forms.ModelForm):
    """An incident, and what is known of it."""

    class Meta:
        model = Incident
        fields = ["title", "facts", "effects", "remedy", "noticed_at", "is_risk", "authority_told_at", "closed_at"]
        widgets: dict[str, Any] = {
            **dict.fromkeys(("noticed_at", "authority_told_at", "closed_at"), MOMENT),
            **{name: forms.Textarea(attrs={"rows": 4}) for name in ("facts", "effects", "remedy")},
        }
        help_texts = {"title": "Firms and everybody else read this, and the next three. No name, no address."}


class TransferForm(forms.ModelForm):
    """Our business goes to somebody else."""

    country = _country()

    class Meta:
        model = BusinessTransfer
        fields = ["successor", "country", "passes", "happens_on"]
        widgets = {"happens_on": DAY, "passes": forms.Textarea(attrs={"rows": 4})}

    def clean_happens_on(self) -> date:
        day: date = self.cleaned_data["happens_on"]
        if day < timezone.localdate() + timedelta(days=NOTICE_DAYS):
            raise forms.ValidationError(f"Firms are told {NOTICE_DAYS} days before.")
        return day


class ReleaseForm(forms.ModelForm):
    """What is counted, to be given away."""

    class Meta:
        model = Release
        fields = ["topic", "purpose", "since", "until"]
        widgets = {"since": DAY, "until": DAY}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and since > until:
            self.add_error("until", "This day is before the first.")
        if until and until >= timezone.now().date():
            self.add_error("until", "Count days that are over.")
        if given.get("purpose") == Release.Purpose.RESEARCH and given.get("topic") not in statistics.FOR_RESEARCH:
            self.add_error("purpose", "Visits name nobody, so nobody could say yes to research with theirs.")
        return given


class ExtractForm(forms.ModelForm):
    """Which part of our logs a case asks for."""

    class Meta:
        model = LogExtract
        fields = ["log", "ip", "since", "until"]
        widgets = {"since": MOMENT, "until": MOMENT}
        help_texts = {"until": f"{MOST_DAYS} days at most, in UTC. Two of us agree before anything of it is drawn."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["log"].choices = [("", "Choose"), *LogExtract.Log.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and not since < until <= since + timedelta(days=MOST_DAYS):
            self.add_error("until", f"Say from when to when, {MOST_DAYS} days at most.")
        return given


class MisuseForm(forms.ModelForm):
    """Fraud, or a breach of the terms."""

    class Meta:
        model = Misuse
        fields = ["firm", "reason", "evidence"]
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in ("reason", "evidence")}

    def clean_firm(self) -> str:
        firm: str = self.cleaned_data["firm"]
        if account_at(firm) is None:
            raise forms.ValidationError("There is no account of that name.")
        return firm


class SuspensionForm(forms.Form):
    """What follows from a case."""

    days = forms.IntegerField(
        label="Read-only for how many days",
        min_value=1,
        max_value=LONGEST_EXTENSION,
        required=False,
        help_text="Empty: nothing follows, and the case is closed.",
    )


class AppealForm(CookielessForm):
    """The firm does not agree."""

    words = forms.CharField(label="Why it is wrong", max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))


class HearingForm(forms.Form):
    """Somebody else answers the appeal."""

    answer = forms.CharField(label="Answer", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    lifts = forms.BooleanField(label="The firm is right: lift it now", required=False)
