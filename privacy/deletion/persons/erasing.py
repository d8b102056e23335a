"""Erasing one person. What stands in one account is one transaction; a sign-in goes account after account.

The line in the ledger and the certificate come after the commit; the clock comes back for what died before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

import audit
from accounts.datamap import sessions_of
from accounts.models import Membership, User
from crm.models import Contact
from privacy.deletion import ledger
from privacy.deletion.models import LedgerLine, PersonErasure
from privacy.deletion.persons import certifying, copies, doing, subjects, users
from privacy.deletion.persons.mentions import Mention
from privacy.deletion.persons.preview import BLANKED, Line, Preview, blanked_lines
from tenancy.context import activate, current_account_id
from tenancy.queue import after_commit, send

Kind, State = PersonErasure.Kind, PersonErasure.State
Person = Contact | Membership | User
CHANGED = "Somebody wrote or changed something about them meanwhile. Look at it once more."


class Refused(RuntimeError):
    """Not now; the words say why, and what to do first."""


def preview(person: Person) -> Preview:
    """What becomes of everything about a contact or a member of the active account, or, outside of accounts, about
    somebody who signs in. Changes nothing.
    """
    if isinstance(person, Contact):
        return subjects.of_contact(person)
    if isinstance(person, Membership):
        return subjects.of_member(person)
    return users.of_account_holder(person)


def erase(
    person: Person,
    *,
    asked_by: Membership | None,
    reason: str,
    blanked: Collection[str] | None = None,
    is_again: bool = False,
) -> PersonErasure:
    """Erase a contact or a member of the active account, at once; raises Refused with a sentence.

    Somebody who signs in is erased by a worker (``finish`` does it in this process); they are signed out at once.
    ``reason`` is one of ``PersonErasure.Ground``. ``blanked`` are the names of those texts of the preview that are
    blanked; None: all that surely name the person. ``is_again``: a backup brought them back, and nothing may stop it.
    """
    ground = PersonErasure.Ground(reason)
    if isinstance(person, User):
        return _begin(person, ground, blanked=blanked, is_again=is_again)
    return _erase_here(person, ground=ground, blanked=blanked, is_again=is_again)


def go_on(erasure: PersonErasure) -> PersonErasure:
    """What a worker does: the rest, unless a letter to them is on its way, which may be the answer that they asked for.

    A child's data waits for nothing (100).
    """
    if erasure.state == State.ASKED and erasure.ground != PersonErasure.Ground.CHILD:
        user = User.objects.filter(pk=erasure.number or 0).first()
        if user is not None and users.has_letters_under_way(user):
            return erasure
    return finish(erasure)


def finish(erasure: PersonErasure) -> PersonErasure:
    """All that is left to do, now, in this process. Safe to run twice."""
    if erasure.state == State.ASKED:
        user = User.objects.get(pk=erasure.number or 0)
        for member in users.memberships(user):
            _erase_in(member, erasure)
        _erase_own(user, erasure)
    return certify(erasure)


@transaction.atomic
def certify(erasure: PersonErasure) -> PersonErasure:
    """Write the line of the ledger, and sign what was done. Harmless when it was done."""
    found = PersonErasure.objects.select_for_update().get(pk=erasure.pk)
    if found.state == State.ERASED:
        line = ledger.write(LedgerLine.objects.get(digest=found.digest))
        found.certificate = certifying.signed_certificate(found, line)
        found.state = State.DONE
        found.save(update_fields=["certificate", "state"])
    return found


@transaction.atomic
def _erase_here(
    person: Any, *, ground: PersonErasure.Ground, blanked: Collection[str] | None, is_again: bool
) -> PersonErasure:
    """In the active account: rows, files, texts and the words of the log, all or nothing."""
    type(person)._base_manager.select_for_update(of=("self",)).get(pk=person.pk, account_id=current_account_id())
    seen = preview(person)
    if seen.hindrances and not is_again:
        raise Refused(" ".join(seen.hindrances))
    seen, chosen = _with_chosen(seen, blanked)
    known = ledger.announce(seen.kind, person.public_id)
    _checked(seen.lines, doing.carry_out(seen, chosen))
    if isinstance(person, Membership):
        Membership.objects.filter(pk=person.pk, account_id=person.account_id).update(user=users.stand_in())
    doing.check_now()
    erasure = _noted(seen, known, ground, current_account_id())
    audit.record(f"{seen.kind}.erased", person, data={"record": "", "ground": str(ground.label)})
    after_commit("deletion.certify_person", public_id=str(erasure.public_id))
    return erasure


@transaction.atomic
def _begin(user: User, ground: PersonErasure.Ground, *, blanked: Any, is_again: bool) -> PersonErasure:
    """From now on they can't come in; a worker does the rest."""
    if known := PersonErasure.objects.filter(kind=Kind.USER, number=user.pk, state=State.ASKED).first():
        return known
    seen = preview(user)
    if seen.hindrances and not is_again:
        raise Refused(" ".join(seen.hindrances))
    erasure = _noted(replace(seen, lines=()), ledger.announce(seen.kind, user.public_id), ground, None)
    PersonErasure.objects.filter(pk=erasure.pk).update(state=State.ASKED, number=user.pk, blanked=_listed(blanked))
    User.objects.filter(pk=user.pk).update(is_active=False)
    Session.objects.filter(pk__in=sessions_of(user).values("pk")).delete()
    transaction.on_commit(
        lambda: send("deletion.erase_user", kwargs={"public_id": str(erasure.public_id)}), robust=True
    )
    erasure.refresh_from_db()
    return erasure


def _erase_in(member: Membership, erasure: PersonErasure) -> None:
    """One account, in its own transaction, noted in the same."""
    with activate(member.account_id, actor=users.ERASER):
        found = PersonErasure.objects.select_for_update().get(pk=erasure.pk)
        if found.state != State.ASKED or member.account_id in found.accounts:
            return
        seen = users.in_account(member, is_again=found.ground == PersonErasure.Ground.AGAIN)
        seen, chosen = _with_chosen(seen, found.blanked)
        _checked(seen.lines, doing.carry_out(seen, chosen))
        audit.record("member.erased", member, data={"record": "", "ground": str(found.get_ground_display())})
        found.lines = [line.as_json() for line in users.added_up([*_read(found.lines), *seen.lines])]
        found.accounts = [*found.accounts, member.account_id]
        found.save(update_fields=["lines", "accounts"])


@transaction.atomic
def _erase_own(user: User, erasure: PersonErasure) -> None:
    found = PersonErasure.objects.select_for_update().get(pk=erasure.pk)
    if found.state == State.ASKED:
        plan, traces = users.own(user), users.traces_of(user)
        lines = users.own_lines(plan)
        _checked(lines, users.carry_out_own(user, plan))
        transaction.on_commit(lambda: copies.drop_letters(traces), robust=True)
        found.lines = [line.as_json() for line in users.added_up([*_read(found.lines), *lines])]
        found.state, found.erased_at, found.number = State.ERASED, timezone.now(), None
        found.accounts, found.blanked = [], None
        found.save()


def _checked(lines: Iterable[Line], done: Counter[str]) -> None:
    """What was done is what the preview said."""
    expected = {line.key: line.rows for line in lines if line.fate in doing.CHANGING}
    if done != expected:
        raise Refused(CHANGED)


def _read(lines: list[dict[str, Any]]) -> list[Line]:
    return [Line(**{**each, "fields": tuple(each["fields"])}) for each in lines]


def _listed(names: Collection[str] | None) -> list[str] | None:
    return None if names is None else sorted(names)


def _with_chosen(seen: Preview, blanked: Collection[str] | None) -> tuple[Preview, list[Mention]]:
    """What is blanked, and the preview that says so."""
    chosen = [each for each in seen.mentions if (each.is_sure if blanked is None else each.name in blanked)]
    others = [line for line in seen.lines if line.fate != BLANKED]
    lines: list[Line] = [*others, *blanked_lines(subjects.rows_with(chosen))]
    return replace(seen, lines=tuple(sorted(lines, key=lambda line: line.key))), chosen


def _noted(seen: Preview, known: LedgerLine, ground: PersonErasure.Ground, account_id: int | None) -> PersonErasure:
    return PersonErasure.objects.create(
        account_id=account_id,
        kind=seen.kind,
        digest=known.digest,
        ground=ground,
        state=State.ERASED,
        erased_at=timezone.now(),
        lines=[line.as_json() for line in seen.lines],
        addresses=seen.traces.marks(),
    )
