"""Taking an import of hours back, for thirty days, in pieces: its entries, then what it made for them.

What somebody changed, approved or used since stays, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any

import audit
from accounts.models import Membership
from accounts.permissions import within_reach
from crm.imports.undoing import BATCH, CHANGED, COLLEAGUES, HELD, erase, in_time, select
from crm.imports.writing import acting_for
from crm.models import Company, Tag
from tenancy import held
from timetracking import summary
from timetracking.budgets.alerts import touched
from timetracking.imports.ringing import tell_who_waited
from timetracking.models import HoursImport, HoursRow, Project, Task, TimeEntry
from timetracking.sheets import locks

IN_ORDER: dict[str, type[Any]] = {"task": Task, "project": Project, "company": Company, "tag": Tag}
State = HoursImport.State


def may_be_undone(job: HoursImport) -> bool:
    """It made something, and not too long ago."""
    return in_time(job) and (bool(job.made) or _left(job).exists())


def start(job: HoursImport, *, by: Membership | None = None) -> None:
    """A worker takes it back, as far as who asks may change these hours."""
    waiting = HoursImport.objects.filter(pk=job.pk, state=job.state)
    if may_be_undone(job) and waiting.update(state=State.UNDOING):
        total = _left(job).count() + sum(len(numbers) for numbers in job.made.values())
        job.undo = {"total": total, "done": 0, "removed": 0, "put_back": 0, "kept": 0}
        job.undone_by = by
        job.begin(State.UNDOING)


def undo_batch(job: HoursImport) -> None:
    """The next piece: entries, then tasks, projects, clients and tags that stand on nothing any more."""
    rows = list(_left(job).order_by("-row")[:BATCH])
    if rows:
        _remove_entries(job, rows)
        job.move_on()
        return
    for kind in IN_ORDER:
        if numbers := job.made.pop(kind, []):
            _remove_made(job, kind, numbers)
            job.move_on()
            return
    job.end(State.UNDONE)
    with acting_for(job):
        told = {name: job.undo[name] for name in ("removed", "kept")}
        audit.record("hours.import_undone", job, data={"file": job.file.name, **told})
    tell_who_waited(job)


def kept(job: HoursImport, most: int = 200) -> list[HoursRow]:
    """The rows whose entries stay, each with the reason."""
    rows = job.rows.exclude(kept="").select_related("entry__project", "entry__person__user")
    return list(rows.order_by("row")[:most])


def _left(job: HoursImport) -> Any:
    return job.rows.filter(outcome=HoursRow.Outcome.STORED, entry__isnull=False, kept="")


def _remove_entries(job: HoursImport, rows: list[HoursRow]) -> None:
    numbers = [row.entry_id for row in rows]
    given = TimeEntry.objects.filter(pk__in=numbers).select_related("person__user")
    closed = _closed(given)
    entries = list(given.select_related("person__user", "project").select_for_update(of=("self",)))
    within = set(_within(entries, job.asked_by))
    reasons = {entry.pk: reason for entry in entries if (reason := _why_it_stays(entry, closed, within))}
    reasons |= dict.fromkeys(held.among(given), HELD)
    gone = [entry for entry in entries if entry.pk not in reasons]
    summary.keep(removed=[facts for entry in gone for facts in summary.facts_of(entry)])
    touched({entry.project_id: entry.project for entry in gone}.values())
    erase(TimeEntry, [entry.pk for entry in gone])  # their tags and rows go with them
    stays = [row for row in rows if row.entry_id in reasons]
    for row in stays:
        row.kept = reasons[row.entry_id]
    HoursRow.objects.bulk_update(stays, ["kept"], batch_size=500)
    _count(job, len(rows), removed=len(gone), kept=len(stays))


def _why_it_stays(entry: TimeEntry, closed: dict[int, dict[date, str]], within: set[int]) -> str:
    if entry.pk not in within:
        return COLLEAGUES
    if words := closed.get(entry.person_id, {}).get(entry.day):
        return words
    return CHANGED if entry.version != 1 or entry.is_locked else ""


def _closed(entries: Any) -> dict[int, dict[date, str]]:
    """The closed days of whoever worked, kept so until commit."""
    days: dict[Membership, set[date]] = defaultdict(set)
    for entry in entries:
        days[entry.person].add(entry.day)
    people = sorted(days, key=attrgetter("pk"))
    return {person.pk: locks.closed_days(person, days[person]) for person in people}


def _within(entries: Iterable[TimeEntry], member: Membership | None) -> Iterable[int]:
    numbers = [entry.pk for entry in entries]
    rows = TimeEntry.objects.filter(pk__in=numbers)
    return (within_reach(rows, member, "time.log") if member else rows).values_list("pk", flat=True)


def _remove_made(job: HoursImport, kind: str, numbers: list[int]) -> None:
    """Without what was changed since, or stands under something."""
    model = IN_ORDER[kind]
    version = "1" if model is Tag else "version"
    there = dict(select(f"SELECT id, {version} FROM {{}} WHERE {{}} FOR UPDATE", model, "id", numbers))  # noqa: S608
    stays = {number for number, version in there.items() if version != 1}
    stays.update(held.among(model._default_manager.filter(pk__in=there)))
    for relation in model._meta.related_objects:
        key = relation.field.column
        found = select(f"SELECT {key}, 0 FROM {{}} WHERE {{}}", relation.related_model, key, numbers)  # noqa: S608
        stays.update(number for number, _ in found)
    gone = there.keys() - stays
    erase(model, gone)
    is_told = model is not Tag
    _count(job, len(numbers), removed=is_told * len(gone), kept=is_told * len(there.keys() & stays))


def _count(job: HoursImport, done: int, *, removed: int, kept: int) -> None:
    now = job.undo
    sums = {"done": done, "removed": removed, "kept": kept}
    job.undo = {**now, **{name: now[name] + number for name, number in sums.items()}}
