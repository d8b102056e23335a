"""An import from the uploaded file to the last row: every step, without requests and without pages.

A job (``accounts/jobs.py``) whose pieces each write a batch of contacts, say what became of each row and move
``rows_read`` on; so whenever a worker dies, everything up to some row is there once, and nothing after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import islice
from typing import BinaryIO

from django.db import transaction

import audit
from accounts import jobs
from accounts.files.purposes import Unwelcome
from accounts.files.sealed import DamagedFile
from accounts.files.stored import StoredFile, store
from accounts.members import actor_for
from accounts.models import Membership
from crm.imports import bulk, mapping, reading
from crm.imports.matching import keys_of, known_companies, known_contacts
from crm.imports.reading import Record, UnreadableFile
from crm.imports.rows import Candidate, Rejected, RowCleaner
from crm.imports.storing import Batch
from crm.models import ContactImport, ImportedRow
from crm.stored_files import IMPORT
from lib.sheets import Sheet
from lib.text import fold
from tenancy.context import activate

BATCH = 1000
SAMPLE_ROWS = 200
PREVIEW_ROWS = 20
LONGEST_CHECK = 300
EXPIRED = "The file has expired. Upload it again."
State = ContactImport.State
Outcome = ImportedRow.Outcome


# ---------------------------------------------------------------------------------------- steps of a person


@transaction.atomic
def upload(file: BinaryIO, *, name: str, by: Membership | None) -> ContactImport:
    """Keep the file and guess its columns. Raises UnreadableFile before anything is kept."""
    sheet = reading.look_at(file)
    file.seek(0)
    stored = _kept(file, name, by)
    job = ContactImport(file=stored, by=by, sheet=_plain(sheet))
    job.mapping = mapping.guess(sheet.header, sample(job))
    job.save()
    return job


def _kept(file: BinaryIO, name: str, by: Membership | None) -> StoredFile:
    try:
        return store(iter(lambda: file.read(1 << 16), b""), purpose=IMPORT, name=name, by=by)
    except Unwelcome as trouble:
        raise UnreadableFile(str(trouble)) from trouble


def read_otherwise(job: ContactImport, *, encoding: str, delimiter: str) -> None:
    """Read the same file with another encoding or delimiter, and guess its columns anew."""
    with closing(job.file.open()) as stream:
        sheet = reading.look_at(stream, encoding=encoding, delimiter=delimiter)
    if not _moves_to(State.UPLOADED, job):
        return
    job.sheet = _plain(sheet)
    job.mapping = mapping.guess(sheet.header, sample(job))
    job.state = State.UPLOADED
    job.save()


def sample(job: ContactImport) -> list[list[str]]:
    """The first rows that can be read, for guessing and for showing."""
    with closing(job.file.open()) as stream:
        rows = islice(reading.records(stream, job.written_as), SAMPLE_ROWS)
        return [record.values for record in rows if not record.problem]


def start_check(job: ContactImport) -> None:
    """Go through the whole file without writing a contact. Everything found before is forgotten."""
    if _moves_to(State.CHECKING, job):
        job.preview = []
        _start_over(job, State.CHECKING, seconds=LONGEST_CHECK)


def start_run(job: ContactImport) -> None:
    """Import what was checked."""
    if _moves_to(State.RUNNING, job):
        _start_over(job, State.RUNNING)


def _start_over(job: ContactImport, state: str, **silence: int) -> None:
    job.rows.all().delete()
    job.forget_counts()
    job.begin(state, **silence)


def expire(job: ContactImport) -> None:
    """The file went before anybody decided about it."""
    job.end(State.FAILED, EXPIRED)


def _moves_to(state: str, job: ContactImport) -> bool:
    """False when a second click or another tab has started the job since ``job`` was read: it starts once."""
    waiting = ContactImport.objects.filter(pk=job.pk, state__in=(State.UPLOADED, State.CHECKED))
    return bool(waiting.update(state=state))


def cancel(job: ContactImport) -> None:
    """Stop here. Rows imported before stay, and the page says which."""
    job.end(State.CANCELLED)
    if job.rows_read and job.accepted:
        _say_it_happened(job)


# ---------------------------------------------------------------------------------------- pieces of a worker


def go_on(public_id: str) -> None:
    """The next piece: the check, or a batch."""
    jobs.go_on(ContactImport, public_id, _piece)


def _piece(job: ContactImport) -> None:
    try:
        check(job) if job.state == State.CHECKING else import_batch(job)
    except FileNotFoundError as trouble:
        raise jobs.Stopped(EXPIRED) from trouble
    except (UnreadableFile, DamagedFile) as trouble:
        raise jobs.Stopped(str(trouble)) from trouble


def check(job: ContactImport) -> None:
    """Count what would happen to each row, keep the rows that can't be imported, and write no contact."""
    seen: set[str] = set()
    turned_away: list[ImportedRow] = []
    with closing(job.file.open()) as stream:
        for records in _batches(stream, job.written_as, 0):
            candidates, rejected = _sorted(job, records)
            turned_away += rejected
            _foresee(job, candidates, seen)
            job.rows_read += len(records)
            job.rejected += len(rejected)
            if job.rows_read > reading.MAX_ROWS:
                raise UnreadableFile(
                    f"The file holds more than {reading.MAX_ROWS:,} rows. Split it into smaller files."
                )
    write_down(job, turned_away)
    job.rows_total = job.rows_read
    job.end(State.CHECKED)


def _foresee(job: ContactImport, candidates: list[Candidate], seen: set[str]) -> None:
    known = known_contacts(candidates, job)
    companies = known_companies((candidate.company for candidate in candidates), job)
    for candidate in candidates:
        company = fold(candidate.company)
        is_new_company = bool(company) and company not in companies and f"firm {company}" not in seen
        if candidate.has_person:
            keys = keys_of(candidate, job)
            is_known = any(key in known or key in seen for key in keys) and job.on_match != job.OnMatch.ADD
        else:
            keys, is_known = [], not is_new_company
        seen.update(keys)
        if company:
            seen.add(f"firm {company}")
        job.companies_added += is_new_company
        for_known = "skipped" if job.on_match == job.OnMatch.SKIP else "merged"
        word = for_known if is_known else "stored"
        setattr(job, word, getattr(job, word) + 1)
        if len(job.preview) < PREVIEW_ROWS:
            job.preview.append({**candidate.as_dict(), "name": candidate.name, "outcome": word})


def import_batch(job: ContactImport) -> None:
    """Write the next batch of contacts, move on, and wake ourselves for the one after it."""
    with closing(job.file.open()) as stream:
        records = next(_batches(stream, job.written_as, job.rows_read), [])
    candidates, rows = _sorted(job, records)
    rows += Batch(job).store(candidates)
    for row in rows:
        setattr(job, row.outcome, getattr(job, row.outcome) + 1)
    write_down(job, rows)
    job.rows_read += len(records)
    if len(records) < BATCH:
        job.end(State.DONE)
        _say_it_happened(job)
    else:
        job.move_on()


def write_down(job: ContactImport, rows: list[ImportedRow]) -> None:
    """Keep what became of each row."""
    names = ("contact_import", "row", "outcome", "reason", "values", "raw", "contact")
    bulk.insert(
        ImportedRow,
        names,
        [
            (
                job.pk,
                row.row,
                str(row.outcome),
                row.reason,
                json.dumps(row.values),
                row.raw,
                row.contact and row.contact.pk,
            )
            for row in rows
        ],
    )


def _batches(stream: BinaryIO, sheet: Sheet, start: int) -> Iterator[list[Record]]:
    records = islice(reading.records(stream, sheet), start, None)
    while batch := list(islice(records, BATCH)):
        yield batch


def _sorted(job: ContactImport, records: list[Record]) -> tuple[list[Candidate], list[ImportedRow]]:
    """The rows that can be imported, and those that can't, with their reason and their values."""
    region = job.account.country or "DE"
    cleaner = RowCleaner(job.written_as, job.mapping, region=region)
    candidates, rejected = [], []
    for record in records:
        found = cleaner.clean(record)
        if isinstance(found, Rejected):
            rejected.append(_turned_away(job, record, found.reason))
        else:
            candidates.append(found)
    return candidates, rejected


def _turned_away(job: ContactImport, record: Record, reason: str) -> ImportedRow:
    values = [value.replace("\x00", "") for value in record.values]
    raw = record.raw.replace("\x00", "")
    return ImportedRow(row=record.row, outcome=Outcome.REJECTED, reason=reason, values=values, raw=raw)


def _say_it_happened(job: ContactImport) -> None:
    """One event for the whole import, in the name of who pressed the button."""
    data = {"file": job.file.name, "rows": job.rows_read, "companies_added": job.companies_added, **job.counts()}
    if job.by is None:
        audit.record("contacts.imported", job, data=data)
        return
    with activate(job.account_id, actor=actor_for(job.by)):
        audit.record("contacts.imported", job, data=data)


def _plain(sheet: Sheet) -> dict:
    plain = asdict(sheet)
    for name in ("header", "above_header"):
        plain[name] = [text.replace("\x00", "") for text in plain[name]]
    return plain


def rejected_rows(job: ContactImport) -> Iterator[bytes]:
    """The rows turned away as a file like the one they came in, with a column of reasons."""
    rows = job.rows.filter(outcome=Outcome.REJECTED).order_by("row")
    return reading.write_rows(job.written_as, ((row.values, row.raw, row.reason) for row in rows.iterator()))
