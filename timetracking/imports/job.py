"""An import of hours: what its columns become, what becomes of each row, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any, BinaryIO

import audit
from crm.imports import reading
from crm.imports.reading import Record
from crm.imports.steps import Became, Steps, turned_away
from crm.imports.writing import acting_for
from timetracking.imports import columns, undoing, values
from timetracking.imports.ringing import tell_who_waited
from timetracking.imports.rows import Hours, NoTime, Reader
from timetracking.imports.storing import Batch, Seen
from timetracking.models import HoursImport, HoursRow

Outcome = HoursRow.Outcome
ROWS_TO_SEE_THE_ORDER = 20_000


class HoursSteps(Steps):
    """A file of hours."""

    model = HoursImport

    def knows(self, header: str) -> bool:
        return columns.known(header)

    def choose(self, job: HoursImport) -> None:
        header = job.written_as.header
        job.source = columns.source_of(header)
        job.mapping = columns.guess(header)
        if last := HoursImport.objects.last_like(job):
            job.mapping, job.days, job.time_zone = last.mapping, last.days, last.time_zone
            job.chosen = last.chosen
        is_american = last.days == HoursImport.Days.MONTH_FIRST if last else job.account.country == "US"
        with closing(job.open()) as stream:
            is_month_first = values.month_first(_days_in(job, stream), otherwise=is_american)
        job.days = HoursImport.Days.MONTH_FIRST if is_month_first else HoursImport.Days.DAY_FIRST

    def nothing_seen(self) -> Seen:
        return Seen()

    def foresee(self, job: HoursImport, records: list[Record], seen: Any) -> list[Became]:
        return _placed(Batch(job, seen), records, is_check=True)

    def store(self, job: HoursImport, records: list[Record]) -> list[Became]:
        batch = Batch(job)
        with acting_for(job):
            rows = _placed(batch, records)
            batch.write()
        return rows

    def undo_batch(self, job: HoursImport) -> None:
        undoing.undo_batch(job)

    def stored(self, job: HoursImport) -> None:
        """One event for the whole import, in the name of who pressed the button."""
        data = {"file": job.file.name, "source": job.source, "minutes": job.minutes, **job.counts()}
        with acting_for(job):
            audit.record("hours.imported", job, data=data)

    def over(self, job: HoursImport) -> None:
        tell_who_waited(job)


def _days_in(job: HoursImport, stream: BinaryIO) -> Iterator[str]:
    """What the first rows write of their days."""
    place = next((job.mapping.index(name) for name in ("day", "start") if name in job.mapping), None)
    if place is not None:
        for record in islice(reading.records(stream, job.written_as), ROWS_TO_SEE_THE_ORDER):
            yield "" if record.problem else record.values[place]


def _placed(batch: Batch, records: list[Record], *, is_check: bool = False) -> list[Became]:
    reader, rows, became = Reader(batch.job), list[Hours](), list[Became]()
    by_row = {record.row: record for record in records}
    for record in records:
        try:
            rows.append(reader.read(record))
        except values.Unreadable as reason:
            became.append(turned_away(record, str(reason)))
        except NoTime as reason:
            became.append(Became(record.row, Outcome.SKIPPED, str(reason)))
    for row in batch.place(rows):
        is_rejected = row.outcome == Outcome.REJECTED
        became.append(turned_away(by_row[row.row], row.reason) if is_rejected else row)
    return became


steps = HoursSteps()
