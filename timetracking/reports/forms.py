"""What a person may choose of a report; the address is what counts, see ``asked``."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from accounts.permissions import can, can_for_others
from accounts.queries import colleagues_of
from crm.models import Company
from timetracking.access import in_figures_of
from timetracking.finding import tags_of_hours
from timetracking.inputs import day_in
from timetracking.reports.asked import DIMENSIONS, NONE, Asked
from timetracking.reports.periods import NAMES

YES_NO = [("", "Either"), ("yes", "Yes"), ("no", "No")]


class ReportForm(forms.Form):
    """Period, grouping and filters, as they stand in the address."""

    period = forms.ChoiceField(choices=list(NAMES.items()))
    by = forms.ChoiceField(label="Group by", choices=list(DIMENSIONS.items()))
    then = forms.ChoiceField(label="and then by", choices=[("", "–"), *DIMENSIONS.items()])
    person = forms.ChoiceField()
    client = forms.ChoiceField()
    project = forms.ChoiceField()
    tag = forms.ChoiceField()
    billable = forms.ChoiceField(choices=YES_NO)
    approved = forms.ChoiceField(choices=YES_NO)
    compare = forms.BooleanField(label="Compare with the period before")
    money = forms.BooleanField(label="Show money")

    def __init__(self, asked: Asked, member: Any, without: tuple[str, ...] = ()) -> None:
        initial = {**asked.words, "period": asked.period.name, "by": asked.by, "then": asked.then}
        super().__init__(initial=initial, use_required_attribute=False)
        self.asked = asked
        self._add_day("from", "From", asked.period.first)
        self._add_day("to", "To", asked.period.last)
        hidden = {*without, *([] if can(member, "rate.view") else ["money"])}
        hidden |= set() if can_for_others(member, "report.view") else {"person"}
        for name in hidden:
            self.fields.pop(name, None)
        self._offer(member)
        for each in self.fields.values():
            look = {"select": "form-select", "checkbox": "form-check-input"}
            each.widget.attrs["class"] = look.get(each.widget.input_type, "form-control")

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What is chosen anew all the time."""
        return [self[name] for name in ("period", "by", "then") if name in self.fields]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What is seldom chosen."""
        return [self[name] for name in self.fields if name not in ("period", "by", "then")]

    @property
    def is_narrowed(self) -> bool:
        """Some of the seldom chosen is."""
        return any(self.asked.words.get(name) for name in self.fields if name not in ("period", "by", "then"))

    def _add_day(self, name: str, label: str, shown: date) -> None:
        """The day that is shown; what was typed stays where others are shown than were asked for."""
        typed = self.asked.words.get(name, "") if self.asked.trouble else ""
        marks = {"aria-describedby": "days-trouble"} if typed else {}
        is_text = bool(typed) and day_in(typed) is None  # a field for days would show nothing
        self.fields[name] = forms.CharField(
            label=label, widget=forms.TextInput(attrs={"type": "text" if is_text else "date", **marks})
        )
        self.initial[name] = typed if is_text else ((typed and day_in(typed)) or shown).isoformat()

    def _offer(self, member: Any) -> None:
        projects = in_figures_of(member).own().by_name()
        clients = Company.objects.filter(pk__in=projects.values("company")).order_by("name_key")
        rows: dict[str, tuple[Any, list[tuple[str, str]]]] = {
            "person": (lambda: colleagues_of(member).by_name(), [("", "Everybody")]),
            "client": (lambda: clients, [("", "All"), (NONE, "Internal")]),
            "project": (lambda: projects, [("", "All")]),
            "tag": (tags_of_hours, [("", "Any"), (NONE, "No tag")]),
        }
        for name in rows.keys() & self.fields.keys():
            found, first = rows[name]
            self.fields[name].choices = [*first, *((str(row.public_id), str(row)) for row in found())]
