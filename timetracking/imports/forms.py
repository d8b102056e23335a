"""What whoever imports hours says: which column is what, how days are written, and who and what is meant."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts import choices
from crm.imports.forms import FieldsForm, UploadForm
from crm.imports.forms import ReadingForm as AnyReadingForm
from timetracking.imports.columns import FIELDS
from timetracking.imports.job import steps
from timetracking.imports.matching import LEAVE_OUT, MAKE, People, seen_projects
from timetracking.models import HoursImport

MOST_PROJECTS = 1_000  # offered for a project of the file
NOBODY = [("", "Choose …"), (LEAVE_OUT, "Leave these hours out")]


class HoursFileForm(UploadForm):
    """A file of hours."""

    file = forms.FileField(
        label="File of hours",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xlsm,.txt,.tsv,text/csv,text/plain"}),
        help_text="CSV or Excel (.xlsx), up to 25 MB and 200,000 rows.",
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty. Export your hours again and upload the new file.",
        },
    )


class ReadingForm(AnyReadingForm):
    """How the file is read, when the guess was wrong."""

    steps = steps


class ColumnsForm(FieldsForm):
    """What each column becomes; how days and times of the clock are meant."""

    days = forms.ChoiceField(
        label="In 03/04/2026 the first number is", choices=HoursImport.Days, widget=forms.RadioSelect
    )
    time_zone = forms.ChoiceField(label="Clock times are those of", required=False)

    def __init__(self, *args: Any, job: HoursImport, rows: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, initial={"days": job.days, "time_zone": job.time_zone}, **kwargs)
        self.fields["time_zone"].choices = [("", "each person’s own time zone"), *choices.time_zones()]
        self.ask(job, rows, FIELDS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        taken = [name for name in self.mapping() if name]
        if twice := next((name for name in taken if taken.count(name) > 1), ""):
            raise forms.ValidationError(f"Two columns become “{FIELDS[twice]}”. Choose one of them.")
        if not {"day", "start"} & set(taken):
            raise forms.ValidationError("Choose a column for the day.")
        if not {"duration", "minutes"} & set(taken) and not {"start", "end"} <= set(taken):
            raise forms.ValidationError("Choose a column for the duration, or one for the start and one for the end.")
        if "project" not in taken:
            raise forms.ValidationError("Choose a column for the project.")
        return cleaned

    def rules(self) -> dict[str, Any]:
        return {
            "mapping": self.mapping(),
            "days": self.cleaned_data["days"],
            "time_zone": self.cleaned_data["time_zone"],
        }


class MeaningForm(forms.Form):
    """Who the people of the file are, and what its projects; a field for each that is not known by itself."""

    def __init__(self, *args: Any, job: HoursImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        people = [*NOBODY, *((str(each.public_id), each.choice_label) for each in People(job).all)]
        self.people = self._ask("people", people)
        self.projects = self._ask("projects", self._projects()) if job.found.get("projects") else []

    def chosen(self) -> dict[str, dict[str, str]]:
        """What was said of each, by its key."""
        return {
            kind: {key: self.cleaned_data[bound.name] for key, bound, _ in rows if self.cleaned_data[bound.name]}
            for kind, rows in (("people", self.people), ("projects", self.projects))
        }

    def _ask(self, kind: str, offered: list[tuple[str, str]]) -> list[tuple[str, forms.BoundField, dict[str, Any]]]:
        asked, said = [], self.job.chosen.get(kind, {})
        for place, (key, each) in enumerate(sorted(self.job.found.get(kind, {}).items())):
            options = (
                offered if kind == "people" or key.partition("\n")[2] else [each for each in offered if each[0] != MAKE]
            )
            if key not in said and each["is"] not in ("", MAKE):
                continue  # it is known
            name = f"{kind}_{place}"
            label = each["name"] or ("Nobody is named" if kind == "people" else "No project is named")
            initial = said.get(key, "" if each["is"] == "" else each["is"])
            self.fields[name] = forms.ChoiceField(label=label, choices=options, required=False, initial=initial)
            asked.append((key, self[name], each))
        return asked

    def _projects(self) -> list[tuple[str, str]]:
        found = seen_projects(self.job).active().select_related("company").by_name()[:MOST_PROJECTS]
        return [
            ("", "Choose …"), (MAKE, "Make it a new project"), (LEAVE_OUT, "Leave these hours out"),
            *((str(each.public_id), f"{each} · {each.client}") for each in found),
        ]  # fmt: skip
