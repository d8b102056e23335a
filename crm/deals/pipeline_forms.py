"""What an admin may type about pipelines, their stages, and reasons for losing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.deals import pipelines
from crm.forms import Lines
from crm.models import LostReason, Pipeline, Stage
from lib.text import fold
from tenancy.forms import AccountModelForm, VersionedModelForm

MOST_REASONS = 30


class StageForm(AccountModelForm):
    """One stage: its name, how likely its deals are won, and when they are stale."""

    class Meta:
        model = Stage
        fields = ["name", "probability", "stale_days"]
        widgets = {
            "probability": forms.NumberInput(attrs={"min": 0, "max": 100}),
            "stale_days": forms.NumberInput(attrs={"min": 1, "max": 999}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["probability"].label = "Won in %"
        self.fields["stale_days"].label = "Stale after days"
        for name, most in (("probability", 100), ("stale_days", 999)):
            self.fields[name].max_value = most

    def clean_stale_days(self) -> int:
        days: int = self.cleaned_data["stale_days"]
        if not 1 <= days <= 999:
            raise ValidationError("Choose from 1 to 999 days.")
        return days


class PipelineForm(VersionedModelForm):
    """A pipeline with its stages; an empty line at the end adds one, and a stage that is not sent stays as it is."""

    class Meta:
        model = Pipeline
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stages = pipelines.stages_of(self.instance)
        self.rows = [self._row(str(stage.public_id), instance=stage) for stage in self.stages]
        self.new = self._row("new", instance=Stage(), empty_permitted=True, use_required_attribute=False)
        self.rows.append(self.new)
        self.before = pipelines.told(self.stages)

    def _row(self, prefix: str, **kwargs: Any) -> StageForm:
        return StageForm(self.data if f"{prefix}-name" in self.data else None, prefix=prefix, **kwargs)

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows if row.is_bound)])

    def changes(self) -> dict[str, list[str]]:
        after = pipelines.told(self.stored_stages())
        return super().changes() | ({"stages": [self.before, after]} if after != self.before else {})

    def stored_stages(self) -> list[Stage]:
        return [*self.stages, *([self.new.instance] if self.new.is_bound and self.new.has_changed() else [])]

    def save(self, commit: bool = True) -> Pipeline:
        if changes := self.changes():
            pipelines.change(self.instance, self.stored_stages(), changes, expected=self.stored_version)
        return self.instance


class NewPipelineForm(AccountModelForm):
    """A pipeline begins with its name, and with the usual stages."""

    class Meta:
        model = Pipeline
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autofocus": True, "placeholder": "Renewals"})}

    def save(self, commit: bool = True) -> Pipeline:
        return pipelines.create(self.instance)


class RemoveStageForm(forms.Form):
    """Where a stage's deals go."""

    to = forms.ModelChoiceField(label="Its deals go to", queryset=None, to_field_name="public_id", required=False)

    def __init__(self, *args: Any, stage: Stage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Stage.objects.offered().exclude(pk=stage.pk).select_related("pipeline").in_order()
        self.fields["to"].queryset = others
        self.fields["to"].label_from_instance = lambda other: f"{other.pipeline}: {other}"


class LostReasonsForm(forms.Form):
    """The reasons that are proposed, one a line."""

    names = forms.CharField(
        label="Reasons for losing", required=False, widget=Lines(attrs={"rows": 6}), help_text="One a line."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = LostReason.objects.order_by("position", "id").values_list("name", flat=True)
        self.initial["names"] = "\n".join(names)

    def clean_names(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines()]
        first = {fold(name): name for name in reversed(names) if name}  # in its first spelling, in its first place
        names = [first.pop(fold(name)) for name in names if fold(name) in first]
        if len(names) > MOST_REASONS:
            raise ValidationError(f"At most {MOST_REASONS} reasons, so that people find theirs.")
        if any(len(name) > 300 for name in names):
            raise ValidationError("A reason has at most 300 characters.")
        return names
