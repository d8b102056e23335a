"""What a person chooses: the file, how it is read, and which column is what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from crm.imports import decoding, mapping, matching, reading
from crm.imports import job as jobs
from crm.imports.steps import Steps
from crm.models import ContactImport
from crm.models.imports import FileImport

DELIMITERS = [(",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")]
NUMBER_OF_THEIRS = "By a customer number or another program’s id, too, once there is a field for it: Admin, Fields."
FILE_TYPES = ".csv,.xlsx,.xlsm,.txt,.tsv,.vcf,.vcard,text/csv,text/vcard,text/plain"


class UploadForm(forms.Form):
    """A contacts file."""

    file = forms.FileField(
        label="Contacts file",
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
        help_text="CSV, Excel (.xlsx) or vCard, up to 25 MB and 200,000 rows.",
        error_messages={
            "required": "Choose a file first.",
            "empty": "The file is empty. Export your contacts again and upload the new file.",
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > reading.MAX_BYTES:
            raise forms.ValidationError("The file is larger than 25 MB. Split it and import one part after the other.")
        return file


class ReadingForm(forms.Form):
    """How the file is read, when the guess was wrong: another sheet of a workbook, other letters, other columns."""

    steps: Steps = jobs.steps

    tab = forms.ChoiceField(label="Sheet")
    encoding = forms.ChoiceField(label="Letters are written as", choices=list(decoding.ENCODINGS.items()))
    delimiter = forms.ChoiceField(label="Columns are separated by", choices=DELIMITERS, required=False)

    def __init__(self, *args: Any, job: FileImport, **kwargs: Any) -> None:
        sheet = job.written_as
        initial = {"encoding": sheet.encoding, "delimiter": sheet.delimiter, "tab": sheet.tab}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["tab"].choices = [(tab, tab) for tab in sheet.tabs]
        for name in {"tab"} if not sheet.tab else {"encoding", "delimiter"}:
            del self.fields[name]
        if sheet.kind == "vcard":
            del self.fields["delimiter"]

    def read(self, job: FileImport) -> None:
        """Read it so; raises UnreadableFile or LookupError."""
        chosen = self.cleaned_data
        if "tab" in chosen:
            self.steps.read_other_tab(job, chosen["tab"])
        else:
            self.steps.read_otherwise(job, encoding=chosen["encoding"], delimiter=self.data.get("delimiter", ""))


class FieldsForm(forms.Form):
    """A field for each column of the file, by whatever kind of import."""

    def ask(self, job: FileImport, rows: list[list[str]], fields: Mapping[str, str]) -> None:
        """What each column becomes, of these fields; its first values stand beside it."""
        taken = [("", "Leave out"), *fields.items()]
        self.columns = []
        for index, name in enumerate(job.written_as.header):
            key = f"column_{index}"
            self.fields[key] = forms.ChoiceField(label=name, choices=taken, required=False, initial=job.mapping[index])
            samples = list(dict.fromkeys(row[index].strip() for row in rows if row[index].strip()))[:3]
            self.columns.append((self[key], samples))

    @property
    def filled(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Columns that hold something."""
        return [column for column in self.columns if column[1]]

    @property
    def empty(self) -> list[forms.BoundField]:
        return [bound for bound, samples in self.columns if not samples]

    def mapping(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{index}", "") for index in range(len(self.columns))]


class ColumnsForm(FieldsForm):
    """What each column becomes, and what to do with people who are already there."""

    match_on = forms.MultipleChoiceField(
        label="Somebody is already there when this is the same",
        choices=matching.match_fields,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    match_all = forms.TypedChoiceField(
        label="Of several chosen",
        choices=[("", "One is enough"), ("all", "All must be the same")],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
    )
    on_match = forms.ChoiceField(label="Then", choices=ContactImport.OnMatch, widget=forms.RadioSelect)

    def __init__(self, *args: Any, job: ContactImport, rows: list[list[str]], **kwargs: Any) -> None:
        initial = {"match_on": job.match_on, "match_all": "all" if job.match_all else "", "on_match": job.on_match}
        super().__init__(*args, initial=initial, **kwargs)
        if not matching.recognising():
            self.fields["match_on"].help_text = NUMBER_OF_THEIRS
        self.ask(job, rows, mapping.fields())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (mapping.SOMEBODY | {"deal_name", "activity_subject"}) & set(self.mapping()):
            raise forms.ValidationError("Choose a column for a name, an e-mail address, a company or a deal.")
        personal = set(cleaned.get("match_on", [])) - {ContactImport.MatchOn.DOMAIN}
        if not personal and cleaned.get("on_match") != ContactImport.OnMatch.ADD:
            raise forms.ValidationError("Choose by what somebody is recognised, or add every row once more.")
        for name in personal & matching.recognising().keys() - set(self.mapping()):
            label = matching.match_fields()[name]
            self.add_error("match_on", f"No column of the file becomes {label}. Choose one, or recognise by another.")
        return cleaned

    def rules(self) -> dict[str, Any]:
        return {
            "mapping": self.mapping(),
            "match_on": self.cleaned_data["match_on"],
            "match_all": bool(self.cleaned_data["match_all"]),
            "on_match": self.cleaned_data["on_match"],
        }
