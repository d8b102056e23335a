"""Checking the log and exporting it: at once while it is short, otherwise by a worker, as a job."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

import audit
from accounts import jobs
from accounts.alarms import Beat
from accounts.files.stored import store
from accounts.log import sheet
from accounts.log_job import LogJob
from accounts.members import actor_for, reads_as
from accounts.models import Membership
from accounts.stored_files import LOG_PROOF, LOG_TABLE
from audit.candor_verify import Anchor
from audit.models import Head
from tenancy.context import activate

logger = logging.getLogger(__name__)

AT_ONCE = 3000  # events that are read within the request
What, State = LogJob.What, LogJob.State


def length_of(account_id: int) -> int:
    """How many events are sealed."""
    head = Head.objects.filter(account_id=account_id).first()
    return head.length if head else 0


def start(what: str, *, by: Membership, anchor: str = "", asked: dict[str, str] | None = None) -> LogJob:
    """Read the log, up to now. A second click gets the job of the first."""
    wanted: dict[str, Any] = {"what": what, "anchor": anchor, "asked": asked or {}}
    if under_way := LogJob.objects.filter(**wanted, by=by, state=State.RUNNING).first():
        return under_way
    audit.seal(by.account_id)
    job = LogJob(**wanted, by=by, total=length_of(by.account_id))
    if job.total > AT_ONCE:
        job.begin(State.RUNNING)
    else:
        job.started_at = timezone.now()
        read(job)
    return job


def go_on(public_id: str) -> None:
    """The one piece of it."""
    jobs.go_on(LogJob, public_id, read)


def read(job: LogJob) -> None:
    """All of it, in one transaction: the log as it stands at one moment."""
    with Beat(job.task, job.public_id) as beat:
        _check(job, beat) if job.what == What.CHECK else _export(job, beat)
    job.end(State.DONE)
    _say_it_happened(job)


def _check(job: LogJob, beat: Beat) -> None:
    anchors = [Anchor(job.anchor, "the anchor that you gave")] if job.anchor else []
    report = audit.verify(job.account_id, anchors=anchors, watch=beat.counting)
    names = ("proved", "findings", "not_proved", "more", "sealed", "unsealed", "checkpoint", "key", "anchor")
    job.report = {name: getattr(report, name) for name in names}
    if report.findings:
        logger.error("The log of account %s does not verify: %s findings", job.account_id, len(report.findings))


def _export(job: LogJob, beat: Beat) -> None:
    with reads_as(job.by.user):
        is_proof = job.what == What.PROOF
        chunks = _lines(job, beat) if is_proof else sheet.table(job, beat)
        name = f"{job.by.account.slug}-log-{timezone.localdate():%Y-%m-%d}.{job.what}"
        job.file = store(chunks, purpose=LOG_PROOF if is_proof else LOG_TABLE, name=name, by=job.by)


def _lines(job: LogJob, beat: Beat) -> Iterator[bytes]:
    return (line.encode() for line in beat.counting(audit.export_log(job.account_id)))


def _say_it_happened(job: LogJob) -> None:
    """In the name of who asked for it."""
    with activate(job.account_id, actor=actor_for(job.by)):
        if job.what == What.CHECK:
            findings = len(job.report["findings"]) + job.report["more"]
            audit.record("audit.checked", job, data={"events": job.report["sealed"], "findings": findings})
        else:
            file = job.file
            said = {"file": file.name, "sha256": file.sha256, "size": file.size, "asked": job.asked}
            audit.record("audit.exported", job, data=said)
