"""How the log tells of imports of hours."""

from __future__ import annotations

from accounts.history import pages_of
from audit.words import Data, Kind, Noun, Ref, register, register_noun
from lib import formats
from timetracking.models import HoursImport


def _imported(data: Data) -> dict[str, str | Ref]:
    number = data["stored"]
    entries = f"{formats.number(number)} entr{'y' if number == 1 else 'ies'}"
    return {"file": data["file"], "entries": entries, "time": formats.hours(data["minutes"])}


def _undone(data: Data) -> dict[str, str | Ref]:
    return {"file": data["file"], "removed": formats.number(data["removed"])}


register(
    "Projects and time",
    Kind("hours.imported", "Hours imported", "imported {entries}, {time}, out of {file}", "upload", _imported),
    Kind("hours.import_undone", "Import of hours undone",
         "took the import of {file} back: {removed} entries and what they stood on", "arrow-back-up", _undone),
)  # fmt: skip
register_noun(
    Noun(
        "timetracking.hoursimport",
        "import of hours",
        urls=pages_of("timetracking:hours_import", "time.import", HoursImport.objects.visible_to),
    )
)
