"""A bulk edit from its start to its undoing: at once while it is small, otherwise by a worker, piece by piece."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

import audit
from accounts import jobs
from accounts.members import actor_for, reads_as
from accounts.models import Membership
from crm.bulk import changes
from crm.bulk.chosen import Chosen, changeable, may
from crm.listing.kinds import KINDS
from crm.models import BulkEdit
from tenancy.context import activate, whole

AT_ONCE = 200  # records that are changed within the request
PIECE = 500
What, State = BulkEdit.What, BulkEdit.State
LEFT = "Whoever asked for it is no longer a member who may do this."


@whole
def start(chosen: Chosen, *, what: str, value: dict[str, Any], words: str) -> BulkEdit:
    """Change all that was chosen, as it is now: what the list finds later on is left alone."""
    numbers = list(chosen.to_change(what).order_by("pk").values_list("pk", flat=True))
    job = BulkEdit(
        by=chosen.member, kind=chosen.kind.many, what=what, value=value, words=words[:200], asked=dict(chosen.asked),
        chosen=numbers, total=len(numbers), left_out=chosen.found.count() - len(numbers),
    )  # fmt: skip
    return _begin(job, State.RUNNING)


def take_back(job: BulkEdit, *, by: Membership) -> BulkEdit:
    """Give every record back what it had, but where somebody changed it since."""
    job.last = job.done = job.restored = job.kept = 0
    job.by = by
    return _begin(job, State.UNDOING)


def _begin(job: BulkEdit, state: str) -> BulkEdit:
    if job.total > AT_ONCE:
        job.begin(state)
        return job
    job.state, job.started_at = state, timezone.now()
    job.save()
    while job.is_at_work:
        piece(job)
    return job


def go_on(public_id: str) -> None:
    """The next piece of it."""
    jobs.go_on(BulkEdit, public_id, piece)


def piece(job: BulkEdit) -> None:
    """Some of the records, in the name of who asked for it, and with the rights they have now."""
    member = (
        Membership.objects.filter(account_id=job.account_id, pk=job.by_id, removed_at=None)
        .select_related("user", "account")
        .first()
    )
    if member is None or not may(member, KINDS[job.kind].noun, job.what):
        raise jobs.Stopped(LEFT)
    with activate(job.account_id, actor=actor_for(member)), reads_as(member.user):
        is_over = _take_back_some(job, member) if job.state == State.UNDOING else _change_some(job, member)
        if not is_over:
            return job.move_on() if job.total > AT_ONCE else None
        _tell(job)
    job.end(State.UNDONE if job.state == State.UNDOING else State.DONE)
    return None


def _change_some(job: BulkEdit, member: Membership) -> bool:
    """True when these were the last."""
    kind = KINDS[job.kind]
    some, job.chosen = job.chosen[:PIECE], job.chosen[PIECE:]
    rows = changeable(kind.model.objects.live().filter(pk__in=some), member, kind.noun, job.what)
    records = list(rows.order_by("pk").select_for_update(of=("self",)))
    if records:
        job.changed += len(changes.make(job, records))
    job.done += len(some)
    return not job.chosen


def _take_back_some(job: BulkEdit, member: Membership) -> bool:
    """True when these were the last. What this member may not change, or the firm may not use, counts as kept."""
    kind = KINDS[job.kind]
    some = list(job.changes.filter(record_id__gt=job.last).order_by("record_id")[:PIECE])  # type: ignore[attr-defined]
    if some:
        numbers = [each.record_id for each in some]
        reach = changeable(kind.model.objects.filter(pk__in=numbers), member, kind.noun, job.what)
        within = set(reach.values_list("pk", flat=True))
        restored = changes.take_back(job, kind.model, [each for each in some if each.record_id in within])
        job.restored, job.kept = job.restored + restored, job.kept + len(some) - restored
        job.last, job.done = numbers[-1], job.done + len(some)
    return len(some) < PIECE


def _tell(job: BulkEdit) -> None:
    """One line in the log for the whole batch."""
    if job.state == State.UNDOING:
        audit.record("records.put_back", job, data={"kind": job.kind, "restored": job.restored, "kept": job.kept})
    else:
        said = {"kind": job.kind, "changed": job.changed, "left_out": job.left_out, "asked": job.asked}
        audit.record("records.edited", job, data=said)
