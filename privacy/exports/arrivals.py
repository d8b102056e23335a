"""An archive that somebody brings: uploaded, looked into, checked, decided about, stored.

Three pieces of a job, each one transaction (ADR 32). Whoever dies in one leaves nothing of it: the archive lies sealed
in its row's file until it is stored or refused, so another worker begins the piece again, and nobody ever sees half of
it. While somebody waits for their upload, of the archive nothing but its last hundred bytes is read.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts import jobs
from accounts.alarms import Alarm, Beat
from accounts.files.purposes import MB, Unwelcome
from accounts.files.sealed import DamagedFile
from accounts.files.stored import store
from accounts.members import actor_for
from accounts.models import Account, Membership
from accounts.people import errors, invitations
from accounts.people.pasted import Person
from accounts.permissions import can
from privacy.exports import emails
from privacy.exports.candor_archive import NoArchive, TooLarge, Zipped, listing_of
from privacy.exports.checking import Plan, Refused, check, looked_into, rows_to_read
from privacy.exports.importing import bring, must_be_empty, place_of, role_of
from privacy.exports.models import ArchiveImport
from privacy.exports.stored_files import ARRIVED
from tenancy.context import activate, current_account_id

UNDER_WAY = "An archive is being brought in already. Wait until it is done."
LEFT = "Whoever asked for it is no longer an owner here."
EXPIRED = "The archive was kept for seven days, and they are over. Upload it again."
DAMAGED = "The stored archive can’t be read any more. Upload it again."
PAUSED = "The account is read-only by now. Choose a plan, and bring the archive in then."
MOST_A_DAY = 5
ENOUGH = f"{MOST_A_DAY} archives were uploaded within a day; more are not taken. Try again tomorrow."
A_DAY = timedelta(days=1)
MOST_UNPACKED = 20 * 2048 * MB  # text packs to a twentieth at best
# The operator brings in larger ones, by command; here a stranger's archive must not take a worker's memory.
MOST_FILES, LARGEST_LIST, LARGEST_MANIFEST = 40_000, 8 * MB, 8 * MB
BY_THE_OPERATOR = "{} The operator can bring it in."
BLOCK = 1 << 18
State = ArchiveImport.State


@transaction.atomic
def upload(file: Any, *, name: str, by: Membership) -> ArchiveImport:
    """Keep an archive and check it. One that waited for a decision gives way. Raises Refused, and nothing is kept."""
    Account.objects.select_for_update().get(pk=current_account_id())  # of two at once, one waits
    _refuse_too_many()
    try:
        listing_of(file, MOST_FILES, LARGEST_LIST)
        file.seek(0)
        kept = store(iter(lambda: file.read(BLOCK), b""), purpose=ARRIVED, name=name, by=by)
    except TooLarge as trouble:
        raise Refused(BY_THE_OPERATOR.format(trouble)) from None
    except (NoArchive, Unwelcome) as trouble:
        raise Refused(str(trouble)) from None
    for earlier in ArchiveImport.objects.select_for_update().filter(state=State.CHECKED):
        earlier.end(State.CANCELLED)
    job = ArchiveImport(by=by, file=kept)
    job.begin(State.CHECKING)
    audit.record("archive.uploaded", job, data={"file": kept.name, "sha256": kept.sha256})
    return job


@transaction.atomic
def accept(job: ArchiveImport, *, invite: Collection[str], by: Membership) -> bool:
    """Store what was checked, and invite these people of it. False where somebody else decided meanwhile."""
    Account.objects.select_for_update().get(pk=current_account_id())
    job = _locked(job)
    if not job.waits_for_decision:
        return False
    if ArchiveImport.objects.filter(state__in=ArchiveImport.at_work).exists():
        raise Refused(UNDER_WAY)
    must_be_empty()
    for person in job.people:
        person["invite"] = person["id"] in invite
    job.by, job.total = by, sum(job.plan["rows"].values())
    job.begin(State.RUNNING)
    audit.record("archive.accepted", job, data={"rows": job.total})
    emails.coming(job)
    return True


@transaction.atomic
def drop(job: ArchiveImport) -> bool:
    """Throw it away instead. False where it does not wait any more."""
    job = _locked(job)
    if not job.waits_for_decision:
        return False
    job.end(State.CANCELLED)
    audit.record("archive.dropped", job)
    return True


@transaction.atomic
def expire(job: ArchiveImport) -> None:
    """Nobody decided within the days for which it was kept."""
    if job.waits_for_decision and job.file.discarded_at is not None:
        _locked(job).end(State.FAILED, EXPIRED)


def go_on(public_id: str) -> None:
    """The next piece: a look at what it says of itself, the check, or the storing."""
    jobs.go_on(ArchiveImport, public_id, _piece)


def progress(job: ArchiveImport) -> int:
    """How many rows it has read, or stored."""
    mark = Alarm.objects.filter(account_id=current_account_id(), task=job.task, public_id=job.public_id)
    return min(mark.values_list("done", flat=True).first() or 0, job.total)


# ------------------------------------------------------------------------------- pieces of a worker


def _piece(job: ArchiveImport) -> None:
    try:
        by = _asker(job)
    except jobs.Stopped as reason:
        _refuse(job, [str(reason)])
        return
    with activate(current_account_id(), actor=actor_for(by)):
        try:
            with closing(job.file.open()) as file, Beat(job.task, job.public_id) as beat:
                files = Zipped(file, MOST_FILES, LARGEST_LIST)
                if job.state == State.RUNNING:
                    _store(job, files, beat, by)
                elif job.total:
                    _check(job, files, beat)
                else:
                    _look(job, files)
        except TooLarge as trouble:
            _refuse(job, [BY_THE_OPERATOR.format(trouble)])
        except (Refused, NoArchive) as refusal:
            _refuse(job, [str(each) for each in refusal.args])
        except FileNotFoundError:
            _refuse(job, [EXPIRED])
        except DamagedFile:
            _refuse(job, [DAMAGED])


def _look(job: ArchiveImport, files: Zipped) -> None:
    """How much there is to read, so that the page can tell how far the check has come."""
    must_be_empty()
    job.total = max(1, rows_to_read(looked_into(files, MOST_UNPACKED, LARGEST_MANIFEST)))
    job.move_on()


def _check(job: ArchiveImport, files: Zipped, beat: Beat) -> None:
    must_be_empty()
    plan = check(files, watch=beat.watch, most_unpacked=MOST_UNPACKED, largest_manifest=LARGEST_MANIFEST)
    job.plan = plan.kept()
    job.people = [{**person, "place": _found(person)} for person in plan.people]
    job.end(State.CHECKED)


def _store(job: ArchiveImport, files: Zipped, beat: Beat, by: Membership) -> None:
    plan = Plan({"account": job.plan["account"]}, rows=job.plan["rows"], people=job.people)
    job.rows = bring(files, plan, watch=beat.watch, record=job)
    job.findings = _invite(job.people, by)
    job.plan["people"] = len(job.people)
    job.plan["invited"] = sum(bool(person.get("invite")) for person in job.people) - len(job.findings)
    job.end(State.DONE)
    emails.brought(job)


def _refuse(job: ArchiveImport, sentences: list[str]) -> None:
    job.findings = sentences
    job.end(State.FAILED, sentences[0])


def _invite(people: list[dict[str, Any]], by: Membership) -> list[str]:
    """Ask those who were chosen to come; a sentence for each who can't be asked."""
    refused = []
    for person in people:
        if person.get("invite") and not person["place"]:
            name = " ".join(filter(None, (person["first_name"], person["last_name"])))
            try:
                sent = invitations.invite([Person(person["email"], name)], role=role_of(person), message="", by=by)
                refused += [] if sent else [f"{person['email']} was not invited: see People."]
            except errors.Refused as refusal:
                refused.append(f"{person['email']} was not invited: {refusal}")
    return refused


def _found(person: dict[str, Any]) -> str:
    """Whom of ours somebody of an archive is; nothing, where it is nobody yet."""
    place = place_of(person)
    return str(place) if place is not None and not place.kept_for else ""


def _asker(job: ArchiveImport) -> Membership:
    """Who asked, if they still may. Raises Stopped."""
    members = Membership.objects.filter(account_id=current_account_id(), pk=job.by_id or 0, removed_at=None)
    member = members.select_related("user", "account").first()
    if member is None or not can(member, "archive.import"):
        raise jobs.Stopped(LEFT)
    if not member.account.standing().may_write:
        raise jobs.Stopped(PAUSED)
    return member


def _refuse_too_many() -> None:
    if ArchiveImport.objects.filter(state__in=ArchiveImport.at_work).exists():
        raise Refused(UNDER_WAY)
    if ArchiveImport.objects.filter(created_at__gt=timezone.now() - A_DAY).count() >= MOST_A_DAY:
        raise Refused(ENOUGH)


def _locked(job: ArchiveImport) -> ArchiveImport:
    """The same as it stands now, for the one who decides."""
    every = ArchiveImport.objects.select_related("file").select_for_update(of=("self",))
    found: ArchiveImport = every.get(pk=job.pk)
    return found
