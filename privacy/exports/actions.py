"""Archives: asked for, reviewed, written, fetched, thrown away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

import audit
from accounts import jobs
from accounts.alarms import Alarm, Beat
from accounts.files.stored import store
from accounts.members import actor_for
from accounts.models import Account, Membership
from accounts.permissions import can
from audit.keys import ready_key
from privacy.exports import emails
from privacy.exports.archive import Writing
from privacy.exports.models import Export
from privacy.exports.scopes import Scope, scope_of
from privacy.exports.selecting import counting
from privacy.exports.snapshot import Snapshot
from privacy.exports.stored_files import ARCHIVE, KEPT
from tenancy.context import Actor, activate, current_account_id

A_DAY = timedelta(days=1)
WORTH = timedelta(minutes=10)  # how long what was asked for lets the file out
MOST_A_DAY = 3
_ALL = "SELECT sum(count) FROM ({counts}) c"
State, Of = Export.State, Export.Scope
UNDER_WAY = "An archive is being written already. Wait until it is ready, then ask for the next."
ENOUGH = f"{MOST_A_DAY} archives were asked for within a day; more is not needed. Ask again tomorrow."
LEFT = "Whoever asked for it is no longer a member who may export."
GONE = "The one whom it is about is not there any more."
NOBODY = Actor("system", None, "manage.py export_account")


class Refused(Exception):
    """Not now; the words say why, and when."""


@transaction.atomic
def start(scope: str, *, by: Membership | None, about: UUID | None = None) -> Export:
    """Ask for an archive; every owner hears of it. One is written at a time, and three a day; raises Refused."""
    account = Account.objects.select_for_update().get(pk=current_account_id())
    _end_reviews_of_nobody()
    _refuse_too_many()
    export = Export(scope=scope, by=by, about=about, account=account)
    if scope == Of.CONTACT:
        export.state = State.REVIEW
        export.save()
    else:
        _begin(export)
    audit.record("export.asked", export, data={"scope": export.get_scope_display()})
    emails.asked(export)
    return export


@transaction.atomic
def review(export: Export, *, withheld: Collection[str]) -> None:
    """The texts were read; those named are left out. From here on it is a worker's."""
    export = _locked(export)
    if not export.waits_for_review:
        raise Refused("This archive was reviewed already.")
    export.withheld = sorted(withheld)
    audit.record("export.reviewed", export, data={"detail": f"{len(export.withheld)} texts left out"})
    _begin(export)


def go_on(public_id: str) -> None:
    """The one piece of it."""
    jobs.go_on(Export, public_id, write)


def write(export: Export) -> None:
    """All of it, from one snapshot. What dies on the way leaves no archive, and is begun again."""
    by = _asker(export)
    scope = scope_of(export)
    if scope is None:
        raise jobs.Stopped(GONE)
    account = Account.objects.get(pk=current_account_id())
    with Beat(export.task, export.public_id) as beat, Snapshot(account.pk) as snapshot:
        writing = Writing(account, scope, snapshot, ready_key(), str(by or NOBODY.name), beat.watch)
        export.file = store(writing.chunks(), purpose=ARCHIVE, name=_name(export, account), by=by)
    export.total, export.rows, export.manifest = writing.total, writing.rows, writing.manifest
    export.file.expires_at = timezone.now() + KEPT  # from now, when it is ready, and not from when it was begun
    export.file.save(update_fields=["expires_at"])
    export.end(State.READY)
    with activate(current_account_id(), actor=actor_for(by) if by else NOBODY):
        said = {"file": export.file.name, "sha256": export.file.sha256, "size": export.file.size, "rows": export.rows}
        audit.record("export.written", export, data=said)
    emails.ready(export)


@transaction.atomic
def note_fetched(export: Export, *, by: Membership) -> int:
    """Somebody takes it along: counted, logged, told to every owner. Returns how often it was fetched."""
    export = _locked(export)
    export.downloads += 1
    export.save(update_fields=["downloads"])
    audit.record("export.fetched", export, data={"file": export.file.name if export.file else ""})
    emails.fetched(export, by)
    return export.downloads


@transaction.atomic
def throw_away(export: Export) -> bool:
    """Delete the archive before its time, or drop one that waits for its review. False where it is neither."""
    export = _locked(export)
    if export.waits_for_review:
        export.end(State.CANCELLED)
    elif export.has_content and export.file:
        export.file.discard()
    else:
        return False
    audit.record("export.deleted", export)
    return True


def progress(export: Export) -> int:
    """How many rows are written, in both forms."""
    mark = Alarm.objects.filter(account_id=current_account_id(), task=export.task, public_id=export.public_id)
    return min(mark.values_list("done", flat=True).first() or 0, export.total)


def _locked(export: Export) -> Export:
    """The same as it stands now, for the one who decides: a page may have read it before somebody else's click."""
    found: Export = Export.objects.select_related("file").select_for_update(of=("self",)).get(pk=export.pk)
    return found


def _end_reviews_of_nobody() -> None:
    """Whose contact is gone meanwhile can't be reviewed any more, and must not be in the way of the next."""
    for export in Export.objects.filter(state=State.REVIEW):
        if scope_of(export) is None:
            export.end(State.FAILED, GONE)


def _begin(export: Export) -> None:
    audit.seal(current_account_id())
    scope = scope_of(export)
    export.total = 2 * _rows(scope, current_account_id()) if scope else 0
    export.begin(State.RUNNING)


def _rows(scope: Scope, account_id: int) -> int:
    """How many rows there are at this moment, to tell how far the writing has come."""
    counts = " UNION ALL ".join(counting(part.entity, account_id, part.only) for part in scope.parts)
    with connection.cursor() as cursor:
        cursor.execute(_ALL.format(counts=counts), [each for part in scope.parts for each in part.params])
        return int(cursor.fetchone()[0] or 0)


def _refuse_too_many() -> None:
    others = Export.objects.exclude(state__in=[State.FAILED, State.CANCELLED])
    if others.filter(state__in=[State.RUNNING, State.REVIEW]).exists():
        raise Refused(UNDER_WAY)
    if others.filter(created_at__gt=timezone.now() - A_DAY).count() >= MOST_A_DAY:
        raise Refused(ENOUGH)


def _asker(export: Export) -> Membership | None:
    """Who asked, if they still may; None for the operator's command. Raises Stopped."""
    if export.by_id is None:
        return None
    members = Membership.objects.filter(account_id=current_account_id(), pk=export.by_id, removed_at=None)
    member = members.select_related("user", "account").first()
    if member is None or not can(member, "export.start"):
        raise jobs.Stopped(LEFT)
    return member


def _name(export: Export, account: Account) -> str:
    about = "" if export.scope == Of.ACCOUNT else f"-{export.scope}-{str(export.about)[:8]}"
    return f"{account.slug}{about}-{timezone.now():%Y-%m-%dT%H%MZ}.zip"


def note_written_by_hand(*, rows: int, size: int) -> None:
    """The operator wrote an archive by command: it stands in the account's log, too."""
    audit.record("export.written_by_hand", None, data={"rows": rows, "size": size})
