"""The first rows of somebody whose sheet has none yet."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Membership
from timetracking.forms import DayField, WorkField
from timetracking.models import Project, Task


class MaybeWorkField(WorkField):
    """One that may stay empty."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) if value else None


class FirstRowsForm(forms.Form):
    """Up to three projects or tasks to begin a sheet with."""

    week = DayField(widget=forms.HiddenInput)
    first = MaybeWorkField(label="Project and task", required=False)
    second = MaybeWorkField(label="Another one", required=False)
    third = MaybeWorkField(label="And another", required=False)

    def __init__(self, *args: Any, person: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, *others = self.pickers = [self.fields[name] for name in ("first", "second", "third")]
        first.offer(person)
        for other in others:
            other.work, other.choices = first.work, first.choices

    @property
    def has_choices(self) -> bool:
        return bool(self.pickers[0].work)

    def rows(self) -> list[tuple[Project, Task | None]]:
        """What was picked."""
        picked = [self.cleaned_data[name] for name in ("first", "second", "third")]
        return [work for work in picked if work]
