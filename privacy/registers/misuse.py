"""Fraud and breaches of the terms: a case, at most some days of reading only, and an appeal to somebody else (87)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts import lifecycle, mail
from accounts.links import LastingLink
from accounts.models import Account, User
from accounts.queries import account_at
from accounts.standing import Standing
from lib import formats
from privacy.registers.actions import WrongHands, note
from privacy.registers.models import Misuse

State = Misuse.State
LINKS = LastingLink("privacy.registers.misuse")


@transaction.atomic
def open_case(case: Misuse, *, by: User) -> Misuse:
    """Somebody says that a firm cheats or breaks the terms: it is written down, and nothing happens yet."""
    case.save()
    note(f"Opened a case about {case}", by=by)
    return case


@transaction.atomic
def dismiss(case: Misuse, *, by: User) -> None:
    """There is nothing to it."""
    case = _held(case, State.OPEN)
    case.state, case.first, case.decided_at = State.DISMISSED, by, timezone.now()
    case.save()
    note(f"Nothing of it: {case}", by=by)


@transaction.atomic
def suspend(case: Misuse, days: int, *, by: User) -> None:
    """The account can be read and taken along for so many days, not written; owners hear why, and how to appeal."""
    case = _held(case, State.OPEN)
    account = _account(case)
    case.ends_at = lifecycle.overrule(account, Standing.READ_ONLY, days, reason=case.reason, staff=by, tells=False)
    case.state, case.first, case.decided_at = State.SUSPENDED, by, timezone.now()
    case.save()
    note(f"Suspended: {case}", by=by)
    url = settings.SITE_URL + reverse("appeal", args=[LINKS.make(case.public_id.hex)])
    for owner in lifecycle.owners(account):
        day = formats.day(case.ends_at.date(), "year") if case.ends_at else ""
        mail.write("suspended", owner.email, account=account, firm=account.name, reason=case.reason, day=day, url=url)


@transaction.atomic
def appeal(case: Misuse, words: str) -> None:
    """The firm says why it is wrong. Once; the words stay with the case."""
    case = _held(case, State.SUSPENDED)
    case.state, case.appeal, case.appealed_at = State.APPEALED, words, timezone.now()
    case.save()
    mail.write("appeal_waits", settings.OPERATOR.legal_email, firm=case.firm, url=settings.SITE_URL + _page(case))


@transaction.atomic
def answer(case: Misuse, words: str, *, lifts: bool, by: User) -> None:
    """Somebody else than whoever suspended it decides; the firm reads the answer."""
    case = _held(case, State.APPEALED)
    if case.first_id == by.pk:
        raise WrongHands("Whoever suspended it does not answer the appeal.")
    account = _account(case)
    if lifts:
        lifecycle.overrule(account, "", 0, reason=words, staff=by, tells=False)
    case.state, case.second = (State.LIFTED if lifts else State.UPHELD), by
    case.answer, case.answered_at = words, timezone.now()
    case.save()
    note(f"Answered the appeal: {case}", by=by)
    for owner in lifecycle.owners(account):
        mail.write("appeal_answered", owner.email, account=account, firm=account.name, answer=words, lifts=lifts)


def of_link(token: str) -> Misuse | None:
    """The case that a link in our letter names."""
    public_id = LINKS.read(token)
    return Misuse.objects.filter(public_id=public_id).first() if public_id else None


def _page(case: Misuse) -> str:
    return reverse("registers:misuse", args=[case.public_id])


def _account(case: Misuse) -> Account:
    account = account_at(case.firm)
    if account is None:
        raise WrongHands("The account is gone.")
    return account


def _held(case: Misuse, *states: Misuse.State) -> Misuse:
    found = Misuse.objects.select_for_update().get(pk=case.pk)
    if found.state not in states:
        raise WrongHands("Somebody else was quicker.")
    return found
