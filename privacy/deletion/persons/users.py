"""Somebody who signs in: what every firm keeps of them, their own rows, and the name that stands for them then."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.mail import UNDER_WAY
from accounts.models import EmailChange, Invitation, Membership, OutgoingMail, User
from accounts.models.users import NOBODYS
from accounts.people import members
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons import doing
from privacy.deletion.persons.mentions import Mention
from privacy.deletion.persons.plan import Plan, rows_of
from privacy.deletion.persons.preview import POINTED, Line, Preview, ended_lines, lines_of
from privacy.deletion.persons.subjects import THE_ONLY_OWNER, is_only_owner, of_member, plan_of
from privacy.deletion.persons.traces import Traces, of_user
from privacy.deletion.preview import words_of
from privacy.support_access.models import Ticket
from tenancy.context import Actor, activate

ERASER = Actor("system", None, "Candor")
NAMES = ("email", "first_name", "last_name")
OURS = "They are on our staff: that ends first."
KEEPS = "{account} keeps the hours that were worked there, without name and notes."


def stand_in() -> User:
    """A name that is nobody's, to which what stays of a member leads from now on."""
    code = secrets.token_hex(2).upper()
    return User.objects.create(
        email=_nowhere(), first_name="Former member", last_name=code, is_active=False, password=make_password(None)
    )


def of_account_holder(user: User) -> Preview:
    """Their sign-in, and what every firm keeps of them. Outside of any account; changes nothing."""
    plan, known = own(user), memberships(user)
    lines, hindrances = own_lines(plan), [OURS] if user.is_staff else []
    others = [KEEPS.format(account=member.account.name) for member in known]
    found: list[Mention] = []
    for member in known:
        if is_only_owner(member):
            hindrances.append(THE_ONLY_OWNER.format(account=member.account.name))
            continue
        with activate(member.account_id, actor=ERASER), _taken_back():
            seen = in_account(member)
        lines += seen.lines
        found += seen.mentions
        others += [f"{member.account.name}: {words}" for words in seen.others]
        hindrances += [f"{member.account.name}: {words}" for words in seen.hindrances]
    return Preview(
        kind=PersonErasure.Kind.USER,
        who=str(user),
        lines=added_up(lines),
        mentions=tuple(found),
        hindrances=tuple(hindrances),
        others=tuple(others),
        plan=plan,
        traces=traces_of(user),
    )


def of_account_holder_here(member: Membership) -> Preview:
    """The part of it that stands in the active account, for whoever may know of no other. Changes nothing."""
    if is_only_owner(member):
        alone = replace(of_member(member, and_user=True), kind=PersonErasure.Kind.USER)
        return replace(alone, hindrances=(THE_ONLY_OWNER.format(account=member.account.name),))
    with _taken_back():
        return in_account(member)


def in_account(member: Membership, *, is_again: bool = False) -> Preview:
    """What becomes of them in the active account, once they have left it; nobody takes over what they leave.

    ``is_again``: even where a backup says that nobody else owns it. The operator names another owner then.
    """
    if member.is_active and is_again and is_only_owner(member):
        member.removed_at = timezone.now()
        Membership.objects.filter(pk=member.pk, account_id=member.account_id).update(removed_at=member.removed_at)
    elif member.is_active:
        return _leaving(member)
    return replace(of_member(member, and_user=True), kind=PersonErasure.Kind.USER)


def _leaving(member: Membership) -> Preview:
    """They leave first. What ends with that, as a running timer or a view of their own, is said, too."""
    theirs = plan_of(member, and_user=True).rows()
    members.leave(member, to=None)
    ended = {model: len(numbers) - rows_of(model, numbers).count() for model, numbers in theirs.items()}
    seen = of_member(member, and_user=True)
    return replace(seen, kind=PersonErasure.Kind.USER, lines=added_up([*seen.lines, *ended_lines(ended)]))


def memberships(user: User) -> list[Membership]:
    """In every account, former ones included."""
    return list(Membership.objects.filter(user_id=user.pk).select_related("account", "user").order_by("account_id"))


def traces_of(user: User) -> Traces:
    """By which words they are known; addresses of former days, too."""
    former = EmailChange.objects.filter(user_id=user.pk).values_list("old_email", "new_email")
    return of_user(user, further=[address for pair in former for address in pair])


def has_letters_under_way(user: User) -> bool:
    """Whether a letter to them is not sent and not given up yet."""
    return OutgoingMail.objects.filter(to=user.email, state__in=UNDER_WAY).exists()


def own(user: User) -> Plan:
    """Rows outside the accounts that are about them."""
    plan = Plan()
    plan.take(user, inside=False)
    for model, rows in (
        (OutgoingMail, OutgoingMail.objects.filter(user_id=user.pk)),
        (Ticket, Ticket.objects.filter(email=user.email)),
        (Invitation, Invitation.objects.filter(email=user.email)),
    ):
        plan.doomed[model] |= set(rows.values_list("pk", flat=True))
    plan.close()
    for name in (*NAMES, "password"):
        plan.emptied[User].pop(name, None)
    plan.pointing = {}
    return plan


def own_lines(plan: Plan) -> list[Line]:
    table = User._meta.db_table
    return [*lines_of(plan, set(), {}), Line(table, words_of(table), POINTED, 1, NAMES)]


def carry_out_own(user: User, plan: Plan) -> Counter[str]:
    """Erase those rows. The sign-in itself stays as a name that is nobody's: hours and proofs lead to it."""
    done = doing.empty(plan) + doing.delete(plan)
    User.objects.filter(pk=user.pk).update(
        email=_nowhere(), first_name="Former", last_name="user", is_active=False, password=make_password(None)
    )
    return +done


def added_up(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of several accounts as one for each table and fate."""
    found: dict[str, Line] = {}
    for line in lines:
        known = found.get(line.key)
        found[line.key] = replace(line, rows=line.rows + known.rows) if known else line
    return tuple(found[key] for key in sorted(found))


@contextmanager
def _taken_back() -> Iterator[None]:
    """Whatever happens in here has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _nowhere() -> str:
    return f"{uuid4().hex}@{NOBODYS}"
