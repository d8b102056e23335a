"""A list as a file, with the filters, columns and order of the screen: at once while short, otherwise by a worker."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from django.conf import settings
from django.utils import timezone

import audit
from accounts import jobs
from accounts.alarms import Beat
from accounts.files.stored import store
from accounts.members import actor_for, reads_as
from accounts.models import Membership
from accounts.permissions import can
from crm.listing.columns import Column
from crm.listing.kinds import KINDS, ListKind
from crm.listing.rows import Narrowed, narrowed, shaped
from crm.models import ListExport
from crm.stored_files import LIST_AS_CSV, LIST_AS_WORKBOOK
from lib import workbooks
from lib.sheets import BYTE_ORDER_MARK, comma_separated
from tenancy.context import activate

AT_ONCE = 2000  # rows that are written within the request
BATCH = 1000
Form, State = ListExport.Form, ListExport.State
LEFT = "Whoever asked for it is no longer a member who may take lists along."


def start(kind: ListKind, *, by: Membership, asked: dict[str, str], columns: list[str], form: str) -> ListExport:
    """Write what this member may see of the list."""
    found = narrowed(kind, by, asked)
    total = found.rows.unrestricted().count()
    job = ListExport(
        by=by, kind=kind.many, asked=asked, columns=columns, form=form, total=total,
        left_out=found.rows.count() - total,
    )  # fmt: skip
    if total > AT_ONCE:
        job.begin(State.RUNNING)
        return job
    job.started_at = timezone.now()
    write(job)
    return job


def go_on(public_id: str) -> None:
    """The one piece of it."""
    jobs.go_on(ListExport, public_id, write)


def write(job: ListExport) -> None:
    """All of it, in one transaction, with the rights that the member has now."""
    members = Membership.objects.filter(account_id=job.account_id, pk=job.by_id, removed_at=None)
    member = members.select_related("user", "account").first()
    kind = KINDS[job.kind]
    if member is None or not can(member, "record.export") or not can(member, f"{kind.noun}.view"):
        raise jobs.Stopped(LEFT)
    with activate(job.account_id, actor=actor_for(member)), reads_as(member.user):
        found = narrowed(kind, member, job.asked)
        with Beat(job.task, job.public_id) as beat:
            lines = _lines(kind, member, found, kind.chosen(job.columns), job.asked.get("sort", ""), beat)
            job.file = _file(job, kind, lines, member)
        job.end(State.DONE)
        said = {"kind": job.kind, "rows": job.total, "form": job.get_form_display(), "file": job.file.name}
        narrowed_to = [chip.words for chip in found.chips] + ([f"“{found.text}”"] if found.text else [])
        audit.record(
            "records.exported", job, data={**said, "narrowed": ", ".join(narrowed_to), "left_out": job.left_out}
        )


def _lines(
    kind: ListKind, member: Membership, found: Narrowed, columns: list[Column], sort: str, beat: Beat
) -> Iterator[list[str]]:
    sorting = kind.sorting(sort) or kind.by_name
    rows = found.rows.unrestricted().annotate(**sorting.made).order_by(*sorting.order)
    yield [column.heading for column in columns]
    for row in beat.counting(shaped(kind, member, columns, sorting, rows).iterator(chunk_size=BATCH)):
        yield [column.plain(row) for column in columns]


def _file(job: ListExport, kind: ListKind, lines: Iterator[list[str]], member: Membership) -> Any:
    name = f"{member.account.slug}-{kind.many}-{timezone.localdate():%Y-%m-%d}.{job.form}"
    if job.form == Form.XLSX:
        book = workbooks.written(kind.label, lines, author=settings.OPERATOR.line())
        return store([book], purpose=LIST_AS_WORKBOOK, name=name, by=member)
    pieces = (comma_separated(piece) for piece in iter(lambda: list(islice(lines, BATCH)), []))
    return store(chain([BYTE_ORDER_MARK.encode()], pieces), purpose=LIST_AS_CSV, name=name, by=member)
