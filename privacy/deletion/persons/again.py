"""After a backup was put back: people whom the ledger names are found by their keyed hashes, and erased again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from accounts.lifecycle import living_accounts
from accounts.models import Membership, User
from crm.models import Contact
from privacy.deletion import ledger
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.erasing import erase, finish
from privacy.deletion.persons.preview import DELETED
from privacy.deletion.persons.users import ERASER
from tenancy.context import activate

Kind = PersonErasure.Kind
KINDS = frozenset(map(str, Kind.values))


def erase_again(lines: Collection[ledger.Line]) -> Iterator[str]:
    """Whoever of them this database still has, one after the other. Says what was done."""
    wanted = {line.digest for line in lines if line.kind in KINDS}
    if not wanted:
        return
    for number in living_accounts():
        yield from _in_account(number, wanted)
    everybody = User.objects.filter(is_staff__in=[False]).values_list("pk", "public_id")
    for number in [number for number, public_id in everybody if _is_named(Kind.USER, public_id, wanted)]:
        if user := User.objects.filter(pk=number).first():
            yield _told(finish(erase(user, asked_by=None, reason=PersonErasure.Ground.AGAIN, is_again=True)))


def _in_account(number: int, wanted: set[str]) -> Iterator[str]:
    with activate(number, actor=ERASER):
        contacts = Contact.objects.values_list("public_id", flat=True)
        found: list[tuple[Any, UUID]] = [(Contact, each) for each in contacts if _is_named(Kind.CONTACT, each, wanted)]
        known = Membership.objects.filter(account_id=number).values_list("public_id", flat=True)
        found += [(Membership, each) for each in known if _is_named(Kind.MEMBER, each, wanted)]
    for model, public_id in found:
        with activate(number, actor=ERASER):
            person = model.objects.filter(account_id=number, public_id=public_id).first()
            erasure = person and erase(person, asked_by=None, reason=PersonErasure.Ground.AGAIN, is_again=True)
        if erasure:  # None: it was a part of somebody who went just now
            yield _told(finish(erasure))


def _is_named(kind: str, public_id: UUID, wanted: set[str]) -> bool:
    return not wanted.isdisjoint(ledger.digests_of(kind, public_id))


def _told(erasure: PersonErasure) -> str:
    rows = sum(each["rows"] for each in erasure.lines if each["fate"] == DELETED)
    return f"Erased a {erasure.kind} again: {rows:,} rows."
