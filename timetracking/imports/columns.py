"""Which column of a file is what, and which program wrote it: known by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm.imports.mapping import REASON_COLUMN, words_of
from timetracking.models import HoursImport

FIELDS = {
    "day": "Day",
    "start": "Start (a time, or a day and a time)",
    "end": "End (a time, or a day and a time)",
    "end_day": "Day of the end",
    "duration": "Duration (1:30 or 1.5 hours)",
    "minutes": "Duration in minutes",
    "person": "Person: name",
    "first_name": "Person: first name",
    "last_name": "Person: last name",
    "email": "Person: e-mail",
    "client": "Client",
    "project": "Project",
    "task": "Task",
    "note": "Note",
    "tags": "Tags",
    "billable": "Billable: yes or no",
}
# The names of columns, in words. What stands first is taken before what stands behind it.
NAMES = {
    "day": "date|day|start date|datum|jour|spent date|work date|entry date|fecha|data|startdatum|tag",
    "start": "start|start time|from|begin|started at|in|beginn|von|startzeit|debut|start at",
    "end": "end|end time|stop time|to|stopped at|ended at|out|ende|bis|endzeit|fin|stop|end at",
    "end_day": "end date|stop date|enddatum",
    "duration": """duration h|duration|hours|time h|time|dauer|stunden|zeit|duree|heures|duration decimal|time decimal
        hours decimal|spent|time spent|duration hours|horas|ore|uren|duracion""",
    "minutes": "minutes|duration minutes|time minutes|minuten|duration in minutes|min",
    "person": """alias|user|member|person|name|employee|team member|username|benutzer|mitarbeiter|mitarbeiterin
        utilisateur|full name|user name|who|resource|display name""",
    "first_name": "first name|vorname|prenom|given name",
    "last_name": "last name|nachname|surname|family name|nom",
    "email": "email|e mail|user email|mail|email address|e mail address|member email",
    "client": "client|customer|kunde|client name|customer name|company|firma|auftraggeber|cliente",
    "project": "project|projekt|project name|projet|proyecto|progetto",
    "task": "task|activity|tatigkeit|aufgabe|task name|service|tache|aktivitat|work type|activity name",
    "note": "notes|note|description|beschreibung|comment|comments|memo|time entry|notiz|details|what",
    "tags": "tags|tag|labels|schlagworte|schlagworter|stichworter",
    "billable": "billable|is billable|abrechenbar|facturable|billable yes no",
}
# What only this program writes beside each other.
SIGNS = {
    HoursImport.Source.CLOCKIFY: {"duration h", "duration decimal"},
    HoursImport.Source.HARVEST: {"project code", "notes", "hours"},
    HoursImport.Source.KIMAI: {"customer", "activity"},
    HoursImport.Source.TOGGL: {"start date", "duration", "project"},
}
ALSO = {
    HoursImport.Source.HARVEST: ({"client", "project", "task", "notes", "hours", "first name", "last name"},),
    HoursImport.Source.KIMAI: ({"kunde", "tatigkeit"}, {"kunde", "aktivitat"}),
}

_PLACES = {
    words_of(name): (field, place)
    for field, names in NAMES.items()
    for place, name in enumerate(re.split(r"[|\n]", names))
    if name.strip()
} | {words_of(label): (field, -1) for field, label in FIELDS.items()}


def known(header: str) -> bool:
    """Whether a column of this name would be taken."""
    return _bare(header) in _PLACES


def source_of(header: Sequence[str]) -> HoursImport.Source:
    """The program that wrote a file with these columns."""
    words = {_bare(name) for name in header}
    for source, signs in SIGNS.items():
        if signs <= words or any(others <= words for others in ALSO.get(source, ())):
            return source
    return HoursImport.Source.OTHER


def guess(header: Sequence[str]) -> list[str]:
    """A field for every column, or nothing. Each is taken once: hours and minutes rather than a rounded decimal."""
    best: dict[str, tuple[int, int]] = {}
    for index, name in enumerate(header):
        if name != REASON_COLUMN and (found := _PLACES.get(_bare(name))):
            field, place = found
            if not name.endswith("?") or field == "billable":  # Harvest asks “Employee?”, and means no name
                best[field] = min(best.get(field, (place, index)), (place, index))
    if "duration" in best:
        best.pop("minutes", None)
    taken = {index: field for field, (_, index) in best.items()}
    return [taken.get(index, "") for index in range(len(header))]


def _bare(header: str) -> str:
    """Without the currency or the count of a repeated name behind it; "Billable?" is billable."""
    return words_of(re.sub(r" \((?:[A-Z]{3}|\d+)\)$", "", header))
