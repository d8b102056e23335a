"""An import of contacts: what its columns become, what becomes of each row, and what is said of it (``steps.py``)."""

from __future__ import annotations

from typing import Any

import audit
from crm.imports import erased, mapping, matching, undoing
from crm.imports.reading import Record
from crm.imports.ringing import tell_who_waited
from crm.imports.rows import Candidate, Rejected, RowCleaner
from crm.imports.steps import EXPIRED, LEFT, Became, Steps, turned_away
from crm.imports.storing import Batch, Foreseen
from crm.imports.values import own_fields, own_labels
from crm.imports.writing import acting_for
from crm.models import ContactImport, Stage
from lib.text import fold

PREVIEW_ROWS = 20
State = ContactImport.State


class ContactSteps(Steps):
    """A file of contacts, companies, deals and activities."""

    model = ContactImport

    def knows(self, header: str) -> bool:
        return bool(mapping.field_for_header(header))

    def choose(self, job: ContactImport) -> None:
        last = ContactImport.objects.last_like(job)
        if last is None:
            job.mapping = mapping.guess(job.written_as.header, self.sample(job), own_labels())
            return
        known = mapping.fields()
        job.mapping = [name if name in known else "" for name in last.mapping]
        job.match_on = [each for each in last.match_on if each in matching.match_fields()] or job.match_on
        job.match_all, job.on_match = last.match_all, last.on_match

    def nothing_seen(self) -> Foreseen:
        return Foreseen()

    def foresee(self, job: ContactImport, records: list[Record], seen: Any) -> list[Became]:
        candidates, rejected = _sorted(job, records)
        placed = Batch(job, seen).place(candidates)
        for candidate, row in zip(candidates, placed, strict=True):
            if len(job.preview) < PREVIEW_ROWS:
                job.preview.append({**candidate.as_dict(), "name": candidate.name, "outcome": row.outcome})
        return [*rejected, *placed]

    def store(self, job: ContactImport, records: list[Record]) -> list[Became]:
        candidates, rejected = _sorted(job, records)
        batch = Batch(job)
        rows = [*rejected, *batch.place(candidates)]
        batch.write()
        return rows

    def undo_batch(self, job: ContactImport) -> None:
        undoing.undo_batch(job)

    def stored(self, job: ContactImport) -> None:
        """One event for the whole import, in the name of who pressed the button."""
        data = {"file": job.file.name, "rows": job.rows_read, "companies_added": job.companies_added, **job.counts()}
        with acting_for(job):
            audit.record("contacts.imported", job, data=data)

    def over(self, job: ContactImport) -> None:
        tell_who_waited(job)


def _sorted(job: ContactImport, records: list[Record]) -> tuple[list[Candidate], list[Became]]:
    """The rows that can be imported, and those that can't, with their reason and their values."""
    region = job.account.country or "DE"
    currency = job.account.currency or "EUR"
    names = Stage.objects.offered().values_list("name", flat=True) if "deal_stage" in job.mapping else ()
    cleaner = RowCleaner(
        job.written_as, job.mapping, region=region, currency=currency, own=own_fields(), stages={*map(fold, names)}
    )
    candidates, rejected, read = [], [], {}
    for record in records:
        found = cleaner.clean(record)
        if isinstance(found, Rejected):
            rejected.append(turned_away(record, found.reason))
        else:
            candidates.append(found)
            read[found.row] = record
    gone = {} if job.takes_erased else erased.among(candidates)
    job.count("erased", "left_out", len(gone))
    rejected += (turned_away(read[row], reason) for row, reason in gone.items())
    return [each for each in candidates if each.row not in gone], rejected


steps = ContactSteps()
upload, sample, rejected_rows = steps.upload, steps.sample, steps.rejected_rows
read_otherwise, read_other_tab = steps.read_otherwise, steps.read_other_tab
start_check, start_run, go_on = steps.start_check, steps.start_run, steps.go_on
cancel, expire = steps.cancel, steps.expire
read_workbook, check = steps.read_workbook, steps.check

__all__ = ["EXPIRED", "LEFT", "Became", "ContactSteps", "State", "steps"]
