"""Files that hold somebody: archives, lists and tables of the log that were made, and files that were brought in."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_binary_file
from email.policy import default
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.files.purposes import AN_EXPORT, purpose_named
from accounts.files.stored import StoredFile
from accounts.models import LogJob
from crm.models import ContactImport, ListExport
from crm.models.imports import FileImport
from privacy.deletion.persons.traces import Traces
from privacy.exports.models import Export
from timetracking.models import HoursImport

IMPORTS: tuple[type[FileImport], ...] = (ContactImport, HoursImport)
WRITING = "An archive, a list or a table of the log is being written now. Wait until it is ready, then try again."
READING = "A file that names them is being imported now. Finish that import or cancel it, then try again."
_A_ZIP, _ENCODED = b"PK\x03\x04", b"base64"


def holding(traces: Traces) -> set[int]:
    """Numbers of the active account's files whose content goes: it holds the person, or nobody can tell."""
    files = StoredFile.objects.filter(discarded_at=None)
    return {file.pk for file in files.iterator() if _may_hold(file, traces)}


def hindrances(holding: set[int]) -> Iterator[str]:
    """Sentences on what is at work with such files just now."""
    jobs: tuple[Any, ...] = (Export, ListExport, LogJob)
    if any(job.objects.filter(state__in=job.at_work).exists() for job in jobs):
        yield WRITING
    over = (FileImport.State.DONE, FileImport.State.FAILED, FileImport.State.CANCELLED, FileImport.State.UNDONE)
    for model in IMPORTS:
        open_ones: Any = model._default_manager.exclude(state__in=over)
        if {number for pair in open_ones.values_list("file_id", "table_id") for number in pair} & holding:
            yield READING
            return


def discard(numbers: set[int]) -> int:
    """Let the content of these files go; their rows remain and say when."""
    files = list(StoredFile.objects.filter(pk__in=numbers, discarded_at=None))
    for file in files:
        file.discard()
    return len(files)


def drop_letters(traces: Traces) -> int:
    """Where no mail server is set, letters lie in a folder: remove those that name the person. Returns how many."""
    found = [path for path in sorted(Path(settings.EMAIL_FILE_PATH).glob("*.eml")) if traces.surely_in(_read(path))]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _read(path: Path) -> str:
    """Who wrote a letter to whom, and what, as text."""
    try:
        with path.open("rb") as file:
            letter = message_from_binary_file(file, policy=default)
    except FileNotFoundError:
        return ""
    parts = [str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(str(value) for value in letter.values()), *parts])


def _may_hold(file: StoredFile, traces: Traces) -> bool:
    purpose = purpose_named(file.purpose)
    if purpose is None or purpose.keep_for is None:
        return False  # a record's own: it goes with that record
    if purpose.left_out == AN_EXPORT:
        return True
    try:
        with file.open() as opened:
            content = opened.read()
    except FileNotFoundError:
        return False
    if content.startswith(_A_ZIP) or (file.media_type == "message/rfc822" and _ENCODED in content.lower()):
        return True
    return any(traces.surely_in(content.decode(encoding, "ignore")) for encoding in ("utf-8", "latin-1", "utf-16"))
