"""What somebody may type about a rate: for what, how much, from which day on."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts import choices
from accounts.models import Membership
from accounts.queries import colleagues_of
from crm.inputs import AmountField
from timetracking.inputs import DayField
from timetracking.models import Project, Rate
from timetracking.rates.actions import rate_for
from timetracking.rates.queries import COST

ALL = "all"


class RateForm(forms.Form):
    """A rate of a project's, or of the firm's: each says for what of it."""

    whom = forms.ChoiceField(label="For")
    amount = AmountField(label="An hour", required=False, min_value=0, max_digits=9, decimal_places=2)
    currency = forms.ChoiceField(choices=choices.currencies)
    starts_on = DayField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Earlier hours keep their rate. Empty: for all hours that are not approved.",
    )

    def __init__(self, *args: Any, kind: str, member: Membership, project: Project | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind, self.project = kind, project
        self.places = dict(_of_project(project, member) if project else _of_firm(member))
        self.fields["whom"].choices = [(key, words) for key, (words, _) in self.places.items()]
        if project:
            del self.fields["currency"]
            self.fields["amount"].label = f"An hour, in {project.currency}"
        nothing = "none" if kind == COST else "the next wider rate counts"
        self.fields["amount"].help_text = f"Empty: from then on {nothing}."

    def rate(self) -> Rate:
        """What would be stored."""
        cleaned = self.cleaned_data
        place = self.places[cleaned["whom"]][1]
        return rate_for(
            self.kind, cleaned["amount"], currency=cleaned.get("currency", ""), starts_on=cleaned["starts_on"], **place
        )


def _of_project(project: Project, member: Membership) -> list[tuple[str, tuple[str, dict[str, Any]]]]:
    tasks = project.tasks.active().in_order()
    return [
        (ALL, (f"All of {project}", {"project": project})),
        *((f"task.{task.public_id}", (f"Task: {task}", {"project": project, "task": task})) for task in tasks),
        *(
            (f"person.{each.public_id}", (f"{each}, on this project", {"project": project, "person": each}))
            for each in colleagues_of(member).active().by_name()
        ),
    ]


def _of_firm(member: Membership) -> list[tuple[str, tuple[str, dict[str, Any]]]]:
    people = colleagues_of(member).active().by_name()
    return [
        (ALL, ("Everybody", {})),
        *((f"person.{each.public_id}", (str(each), {"person": each})) for each in people),
    ]
