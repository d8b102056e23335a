"""What a person chooses: the file, how it is read, and which column is what."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.imports import mapping, reading
from crm.models import ContactImport

DELIMITERS = [(",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")]
FILE_TYPES = ".csv,.txt,.tsv,.vcf,.vcard,text/csv,text/vcard,text/plain"


class UploadForm(forms.Form):
    """A contacts file."""

    file = forms.FileField(
        label="Contacts file",
        widget=forms.FileInput(attrs={"accept": FILE_TYPES}),
        help_text="CSV or vCard, up to 25 MB and 200,000 rows. An Excel file: save it as CSV first.",
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
    """How the file is read, when the guess was wrong."""

    encoding = forms.ChoiceField(label="Letters are written as", choices=list(reading.ENCODINGS.items()))
    delimiter = forms.ChoiceField(label="Columns are separated by", choices=DELIMITERS, required=False)

    def __init__(self, *args: Any, job: ContactImport, **kwargs: Any) -> None:
        sheet = job.written_as
        super().__init__(*args, initial={"encoding": sheet.encoding, "delimiter": sheet.delimiter}, **kwargs)
        if sheet.kind == "vcard":
            del self.fields["delimiter"]


class ColumnsForm(forms.Form):
    """A field for each column of the file, and what to do with people who are already there."""

    match_by = forms.ChoiceField(
        label="Somebody is already there when this is the same", choices=ContactImport.MatchBy, widget=forms.RadioSelect
    )
    on_match = forms.ChoiceField(label="Then", choices=ContactImport.OnMatch, widget=forms.RadioSelect)

    def __init__(self, *args: Any, job: ContactImport, rows: list[list[str]], **kwargs: Any) -> None:
        super().__init__(*args, initial={"match_by": job.match_by, "on_match": job.on_match}, **kwargs)
        choices = [("", "Leave out"), *mapping.FIELDS.items()]
        self.columns = []
        for index, name in enumerate(job.written_as.header):
            key = f"column_{index}"
            self.fields[key] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=job.mapping[index]
            )
            samples = list(dict.fromkeys(row[index].strip() for row in rows if row[index].strip()))[:3]
            self.columns.append((self[key], samples))

    @property
    def filled(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Columns that hold something, the taken ones first as in the file."""
        return [column for column in self.columns if column[1]]

    @property
    def empty(self) -> list[forms.BoundField]:
        return [bound for bound, samples in self.columns if not samples]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not {"first_name", "last_name", "full_name", "email", "company"} & set(self.mapping()):
            raise forms.ValidationError("Choose a column for a name, an e-mail address or a company.")
        return cleaned

    def mapping(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{index}", "") for index in range(len(self.columns))]
