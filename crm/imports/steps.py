"""The way of a file from its upload to the last row, whatever its rows are about: without requests and without pages.

A job (``accounts/jobs.py``) whose pieces each write a batch, say what became of each row and move ``rows_read`` on; so
whenever a worker dies, everything up to some row is there once, and nothing after it. A subclass says what the columns
may be, and what becomes of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Any, BinaryIO, ClassVar, NamedTuple

from django.db import transaction

from accounts import jobs
from accounts.files.purposes import Unwelcome
from accounts.files.sealed import DamagedFile
from accounts.files.stored import StoredFile, store
from accounts.models import Membership
from accounts.permissions import can
from crm.imports import reading
from crm.imports.reading import Record, UnreadableFile
from crm.models.imports import FileImport, FileRow
from crm.stored_files import IMPORT, IMPORTED_SHEET
from lib import cards
from lib.sheets import Sheet
from lib.workbooks import as_csv, looks_like_workbook
from tenancy import bulk

BATCH = 5000
SAMPLE_ROWS = 200
LONGEST_CHECK = LONGEST_READING = 300
UNREAD = Sheet("csv", "utf-8", ",", [], 0)  # a workbook before a worker has read it
LEFT = "Whoever asked for it is no longer a member who may do this."
EXPIRED = "The file has expired. Upload it again."
State = FileImport.State
Outcome = FileRow.Outcome


class Became(NamedTuple):
    """What became of one row of the file. Rows turned away keep their values."""

    row: int
    outcome: str
    reason: str = ""
    record: Any = None
    values: Sequence[str] = ()
    raw: str = ""

    @property
    def number(self) -> int | None:
        """The record's."""
        return self.record and self.record.pk


class Steps:
    """All that is done with one kind of file."""

    model: ClassVar[type[FileImport]]

    # ------------------------------------------------------------------------------------ what a kind says

    def knows(self, header: str) -> bool:
        """Whether a column of this name would be taken."""
        raise NotImplementedError

    def choose(self, job: Any) -> None:
        """What the columns of a file that was just read become, and the rules: as chosen last, or guessed."""
        raise NotImplementedError

    def foresee(self, job: Any, records: list[Record], seen: Any) -> list[Became]:
        """What would become of these rows; nothing is written. ``seen`` is what ``nothing_seen`` made."""
        raise NotImplementedError

    def nothing_seen(self) -> Any:
        """What a check remembers from one batch to the next."""
        return None

    def store(self, job: Any, records: list[Record]) -> list[Became]:
        """Write these rows."""
        raise NotImplementedError

    def undo_batch(self, job: Any) -> None:
        """The next piece of taking an import back."""
        raise NotImplementedError

    def stored(self, job: Any) -> None:
        """Rows were imported, and no more will be: what is said of it."""
        raise NotImplementedError

    def over(self, job: Any) -> None:
        """Nobody stopped it: who waited for it is told."""

    # ------------------------------------------------------------------------------------ steps of a person

    @transaction.atomic
    def upload(self, file: BinaryIO, *, name: str, by: Membership | None) -> Any:
        """Keep the file and guess its columns. Raises UnreadableFile before anything is kept."""
        is_workbook = looks_like_workbook(file)
        sheet = UNREAD if is_workbook else reading.look_at(file, knows=self.knows)
        file.seek(0)
        job = self.model(file=_kept(file, name, by), by=by)
        if is_workbook:
            self._start_reading(job, "")
        else:
            self._read_as(job, sheet)
            job.save()
        return job

    def read_otherwise(self, job: Any, *, encoding: str, delimiter: str) -> None:
        """Read the same file with another encoding or delimiter, and guess its columns anew."""
        with closing(job.open()) as stream:
            sheet = reading.look_at(stream, encoding=encoding, delimiter=delimiter, knows=self.knows)
        if not self._moves_to(State.UPLOADED, job):
            return
        self._read_as(job, sheet)
        job.state = State.UPLOADED
        job.save()

    def read_other_tab(self, job: Any, tab: str) -> None:
        """Read another sheet of the same workbook."""
        if tab in job.written_as.tabs and self._moves_to(State.READING, job):
            self._start_reading(job, tab)

    def sample(self, job: Any) -> list[list[str]]:
        """The first rows that can be read, for guessing and for showing."""
        with closing(job.open()) as stream:
            rows = islice(reading.records(stream, job.written_as), SAMPLE_ROWS)
            return [record.values for record in rows if not record.problem]

    def start_check(self, job: Any, **rules: Any) -> None:
        """Go through the whole file by these rules and write nothing of it. What was found before is forgotten."""
        if self._moves_to(State.CHECKING, job):
            for name, value in rules.items():
                setattr(job, name, value)
            job.preview = []
            _start_over(job, State.CHECKING, seconds=LONGEST_CHECK)

    def start_run(self, job: Any, **rules: Any) -> None:
        """Import what was checked."""
        if self._moves_to(State.RUNNING, job):
            for name, value in rules.items():
                setattr(job, name, value)
            _start_over(job, State.RUNNING)

    def expire(self, job: Any) -> None:
        """The file went before anybody decided about it."""
        job.end(State.FAILED, EXPIRED)

    def cancel(self, job: Any) -> None:
        """Stop here. Rows imported before stay, and the page says which."""
        job.end(State.CANCELLED)
        if job.rows_read and job.accepted:
            self.stored(job)

    def rejected_rows(self, job: Any) -> Iterator[bytes]:
        """The rows turned away as a file like the one they came in, with a column of reasons."""
        rows = job.rows.filter(outcome=Outcome.REJECTED).order_by("row")
        return reading.write_rows(job.written_as, ((row.values, row.raw, row.reason) for row in rows.iterator()))

    def _moves_to(self, state: str, job: Any) -> bool:
        """False when a second click or another tab has started the job since ``job`` was read: it starts once."""
        waiting = self.model._default_manager.filter(pk=job.pk, state__in=(State.UPLOADED, State.CHECKED))
        return bool(waiting.update(state=state))

    def _start_reading(self, job: Any, tab: str) -> None:
        """A worker reads the workbook: unpacked it may be large."""
        job.sheet = _plain(replace(UNREAD, tab=tab))
        job.begin(State.READING, seconds=LONGEST_READING)

    def _read_as(self, job: Any, sheet: Sheet) -> None:
        job.sheet = _plain(sheet)
        job.header_key = sha256(json.dumps([sheet.kind, sheet.header]).encode()).hexdigest()
        self.choose(job)

    # ------------------------------------------------------------------------------------ pieces of a worker

    def go_on(self, public_id: str) -> None:
        """The next piece: the check, or a batch."""
        jobs.go_on(self.model, public_id, self._piece)

    def _piece(self, job: Any) -> None:
        """With the rights that who asked for it has now."""
        member = job.asked_by
        if member and (member.removed_at or not can(member, self.model.action)):
            raise jobs.Stopped(LEFT)
        try:
            self._next(job)
        except FileNotFoundError as trouble:
            raise jobs.Stopped(EXPIRED) from trouble
        except (UnreadableFile, DamagedFile) as trouble:
            raise jobs.Stopped(str(trouble)) from trouble

    def _next(self, job: Any) -> None:
        if job.state == State.READING:
            self.read_workbook(job)
        elif job.state == State.CHECKING:
            self.check(job)
        elif job.state == State.RUNNING:
            self.import_batch(job)
        else:
            self.undo_batch(job)

    def read_workbook(self, job: Any) -> None:
        """Keep the rows of one sheet as text, from which everything else is done."""
        with closing(job.file.open()) as stream:
            tabs, tab, rows = reading.rows_of_workbook(stream, job.written_as.tab)
            former, name = job.table, f"{job.file.name.rpartition('.')[0] or job.file.name}.csv"
            job.table = store(as_csv(rows), purpose=IMPORTED_SHEET, name=name, by=job.by)
        with closing(job.open()) as stream:
            sheet = reading.look_at(stream, encoding="utf-8", delimiter=",", knows=self.knows)
        self._read_as(job, replace(sheet, tabs=tabs, tab=tab))
        job.end(State.UPLOADED)
        if former:
            former.discard()

    def check(self, job: Any) -> None:
        """Count what would happen to each row, keep the rows that can't be imported, and write nothing else."""
        seen, turned_away = self.nothing_seen(), list[Became]()
        with closing(job.open()) as stream:
            for records in _batches(stream, job.written_as):
                rows = self.foresee(job, _filled(job, records), seen)
                turned_away += (row for row in rows if row.outcome == Outcome.REJECTED)
                _count(job, rows, len(records))
                if job.rows_read > reading.MAX_ROWS:
                    raise UnreadableFile(reading.TOO_MANY_ROWS)
        self.write_down(job, turned_away)
        job.rows_total = job.rows_read
        job.end(State.CHECKED)

    def import_batch(self, job: Any) -> None:
        """Write the next batch, move on, and wake ourselves for the one after it."""
        records = _next_records(job)
        rows = self.store(job, _filled(job, records))
        _count(job, rows, len(records))
        self.write_down(job, rows)
        if len(records) < BATCH:
            job.end(State.DONE)
            self.stored(job)
            self.over(job)
        else:
            job.move_on()

    def write_down(self, job: Any, rows: list[Became]) -> None:
        """Keep what became of each row."""
        told = (
            (
                job.pk,
                row.row,
                str(row.outcome),
                row.reason,
                json.dumps(row.values),
                row.raw,
                row.record and row.record.pk,
            )
            for row in rows
        )
        model = job.rows.model
        bulk.insert(model, (model.of, "row", "outcome", "reason", "values", "raw", model.became), told)


def turned_away(record: Record, reason: str) -> Became:
    """A row that can't be imported, without what is kept of no row: zero characters, and numbers of cards."""
    values = [_kept_of(value) for value in record.values]
    return Became(record.row, Outcome.REJECTED, _kept_of(reason), values=values, raw=_kept_of(record.raw))


def _kept_of(text: str) -> str:
    return cards.hide(text.replace("\x00", ""))


def _kept(file: BinaryIO, name: str, by: Membership | None) -> StoredFile:
    try:
        return store(iter(lambda: file.read(1 << 16), b""), purpose=IMPORT, name=name, by=by)
    except Unwelcome as trouble:
        raise UnreadableFile(str(trouble)) from trouble


def _start_over(job: Any, state: str, **silence: int) -> None:
    job.start_over()
    job.forget_counts()
    job.begin(state, **silence)


def _count(job: Any, rows: list[Became], read: int) -> None:
    job.rows_read += read
    for row in rows:
        setattr(job, row.outcome, getattr(job, row.outcome) + 1)


def _filled(job: Any, records: list[Record]) -> list[Record]:
    """Without lines that hold no value."""
    filled = [record for record in records if record.problem or any(value.strip() for value in record.values)]
    job.count("row", "empty", len(records) - len(filled))
    return filled


def _batches(stream: BinaryIO, sheet: Sheet) -> Iterator[list[Record]]:
    records = reading.records(stream, sheet)
    while batch := list(islice(records, BATCH)):
        yield batch


@dataclass
class _Place:
    """Where this process is in a file, so that the next piece of the same job need not read it from its beginning."""

    job: tuple[int, str] = (0, "")
    row: int = 0
    stream: BinaryIO | None = None
    records: Iterator[Record] | None = None

    def leave(self) -> None:
        if self.stream:
            self.stream.close()
        self.job, self.stream, self.records = (0, ""), None, None


_place = _Place()


def _next_records(job: Any) -> list[Record]:
    """The records after those that were imported, wherever this process was before."""
    whose = (job.account_id, f"{job.public_id} {job.started_at}")
    if (_place.job, _place.row) != (whose, job.rows_read):
        _place.leave()
        _place.job, _place.row, _place.stream = whose, job.rows_read, job.open()
        _place.records = islice(reading.records(_place.stream, job.written_as), job.rows_read, None)
    records = list(islice(_place.records or (), BATCH))
    _place.row += len(records)
    if len(records) < BATCH:
        _place.leave()
    return records


def _plain(sheet: Sheet) -> dict[str, Any]:
    plain = asdict(sheet)
    for name in ("header", "above_header", "tabs"):
        plain[name] = [text.replace("\x00", "") for text in plain[name]]
    return plain
