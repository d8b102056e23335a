"""One look at one record: on record first, then read through the database's one door, then shown, then over.

Nothing here runs in a transaction of the caller's: what is not committed, ``read_record`` refuses.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

import audit
from accounts.models import User
from lib.formats import exact
from privacy.support_access import emails, kinds, reading
from privacy.support_access.granting import staff_actor, staff_did
from privacy.support_access.kinds import Named
from privacy.support_access.models import Grant, Look, StaffAction
from privacy.support_access.reading import Refused
from tenancy.context import activate

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00")
SILENT_FOR = timedelta(seconds=30)  # an open page asks every five


@dataclass(frozen=True)
class ShownField:
    """One line of what staff see."""

    key: str
    label: str
    value: str
    how: str

    @property
    def is_masked(self) -> bool:
        return self.how != "shown"

    @property
    def words(self) -> str:
        """The value as people read it: moments by the reader's own clock."""
        if not _MOMENT.fullmatch(self.value):
            return self.value
        return exact(datetime.fromisoformat(self.value))


def open_record(grant: Grant, record: Named, *, by: User) -> tuple[Look, list[ShownField]]:
    """Look at a record. Raises Refused; the account's log says that somebody tried."""
    if connection.in_atomic_block:
        raise RuntimeError("A look must be committed before it is read: open no transaction around it.")
    if not (grant.is_open and grant.looker == by and record.key in grant.granted):
        raise Refused("not open")
    look = _on_record(grant, record, by)
    audit.seal(grant.account)
    try:
        shown = _labelled(record, reading.read_record(look.public_id))
    except Refused as refused:
        _was_refused(look, record, refused, by)
        raise
    _was_shown(look, record, shown, by)
    return look, shown


@transaction.atomic
def _on_record(grant: Grant, record: Named, by: User) -> Look:
    said = {"ticket": str(grant.ticket), "reason": grant.reason, "basis": grant.basis}
    with activate(grant.account, actor=staff_actor(by)):
        event = audit.record("look.opened", kinds.in_log(record), data=said)
        look = Look.objects.create(grant=grant, account=grant.account, staff=by, record=record.key, event=event)
    staff_did(StaffAction.Kind.LOOKED, grant, by=by, detail=str(record))
    look.refresh_from_db()
    return look


@transaction.atomic
def _was_shown(look: Look, record: Named, shown: list[ShownField], by: User) -> None:
    """What was shown, as a hash, and which fields in full. At a grant's first look the firm gets a letter."""
    in_full = [field.key for field in shown if field.key in look.grant.lifted and field.value]
    spelled = audit.canonical({"fields": [[field.key, field.how, field.value] for field in shown]})
    digest, now = hashlib.sha256(spelled.encode()).hexdigest(), timezone.now()
    Look.objects.filter(pk=look.pk).update(shown_at=now, seen_at=now, shown_hash=digest, unmasked=in_full)
    said = {"hash": digest, "fields": [field.key for field in shown], "unmasked": in_full}
    with activate(look.account, actor=staff_actor(by)):
        audit.record("look.shown", kinds.in_log(record), data={**said, "ticket": str(look.grant.ticket)})
        if not look.grant.looks.exclude(pk=look.pk).exclude(shown_at=None).exists():
            emails.look_opened(look)


@transaction.atomic
def _was_refused(look: Look, record: Named, refused: Refused, by: User) -> None:
    Look.objects.filter(pk=look.pk).update(closed_at=timezone.now())
    with activate(look.account, actor=staff_actor(by)):
        audit.record("look.refused", kinds.in_log(record), data={"why": str(refused)})


def may_stay(look: Look, grant: Grant) -> int:
    """The seconds for which an open page may still show the record; 0 blanks it."""
    if look.closed_at or not grant.is_open or grant.ends_at is None:
        return 0
    Look.objects.filter(pk=look.pk).update(seen_at=timezone.now())
    return max(0, int((grant.ends_at - timezone.now()).total_seconds()))


@transaction.atomic
def close(look: Look, *, at: Any = None) -> None:
    """The page was left: the log says how long it was open."""
    at = at or timezone.now()
    if not Look.objects.filter(pk=look.pk, closed_at=None).update(closed_at=at):
        return
    seconds = max(0, round((at - look.opened_at).total_seconds()))
    with activate(look.account, actor=staff_actor(look.staff)):
        audit.record("look.closed", kinds.in_log(Named.of(look.record)), data={"seconds": seconds})


def close_silent() -> None:
    """Pages that stopped asking were left without a word."""
    silent = Look.objects.filter(seen_at__lt=timezone.now() - SILENT_FOR, closed_at=None)
    for look in silent.select_related("account", "staff"):
        close(look, at=look.seen_at)


def _labelled(record: Named, found: dict[str, Any]) -> list[ShownField]:
    """In the order in which the record's own pages name its fields."""
    given = {each["column"]: each for each in found["fields"]}
    return [
        ShownField(field.key, field.label, given[field.column]["value"], given[field.column]["how"])
        for field in kinds.fields_of(record.kind)
        if field.column in given
    ]
