"""What staff write into the registers. Each step is one transaction, with a line in the operator's own log."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import mail
from accounts.lifecycle import owners
from accounts.models import User
from accounts.queries import account_at
from privacy.registers import announcing, statistics
from privacy.registers.models import BusinessTransfer, Disclosure, Incident, Release
from privacy.support_access.models import StaffAction

State = Disclosure.State


class WrongHands(Exception):
    """The same person twice, or a step that does not come next."""


def note(what: str, *, by: User) -> None:
    """The line in the operator's own log."""
    StaffAction.objects.create(kind=StaffAction.Kind.REGISTERED, staff=by, detail=what[:300])


@transaction.atomic
def open_disclosure(case: Disclosure, *, by: User) -> Disclosure:
    """Somebody asks: from now on it stands in the register, whatever becomes of it."""
    case.save()
    note(f"Opened: {case}", by=by)
    return case


@transaction.atomic
def refuse(case: Disclosure, *, why: str, by: User) -> None:
    """Nothing is handed over."""
    case = _held(case, State.OPEN, State.APPROVED)
    case.state, case.decision, case.first, case.decided_at = State.REFUSED, why, by, timezone.now()
    case.save()
    note(f"Refused: {case}", by=by)


@transaction.atomic
def approve(case: Disclosure, *, why: str, released: str, by: User) -> None:
    """The first of two: what may be handed over, and on what ground. Nothing leaves yet."""
    case = _held(case, State.OPEN)
    case.state, case.first, case.decided_at = State.APPROVED, by, timezone.now()
    case.decision, case.released = why, released
    case.save()
    note(f"Approved: {case}", by=by)


@transaction.atomic
def release(case: Disclosure, *, by: User) -> None:
    """The second of two, who is somebody else: now it is handed over, and the firm hears of it where it may."""
    case = _held(case, State.APPROVED)
    if case.first_id == by.pk:
        raise WrongHands("Whoever approved it does not release it.")
    case.state, case.second, case.released_at = State.RELEASED, by, timezone.now()
    case.save()
    note(f"Released: {case}", by=by)
    if case.may_be_told:
        _tell(case)


@transaction.atomic
def tell_firm(case: Disclosure, *, by: User) -> None:
    """Tell the firm later, once nothing forbids it any more."""
    case = _held(case, State.RELEASED)
    if case.told_at or not case.may_be_told:
        raise WrongHands("The firm knows already, or may not be told yet.")
    _tell(case)
    note(f"Told the firm: {case}", by=by)


@transaction.atomic
def examine(case: Disclosure, *, by: User) -> None:
    """What was handed over in danger is looked at afterwards, by somebody who did not hand it over."""
    case = _held(case, State.RELEASED)
    if case.second_id == by.pk or case.reviewed_at:
        raise WrongHands("Somebody else examines it, once.")
    case.reviewed_at = timezone.now()
    case.save()
    note(f"Examined: {case}", by=by)


def _held(case: Disclosure, *states: Disclosure.State) -> Disclosure:
    found = Disclosure.objects.select_for_update().get(pk=case.pk)
    if found.state not in states:
        raise WrongHands("Somebody else was quicker.")
    return found


def _tell(case: Disclosure) -> None:
    account = account_at(case.firm) if case.firm else None
    if account is None:
        return
    words = {"authority": case.authority, "instrument": case.instrument, "released": case.released}
    words["contact"] = settings.OPERATOR.legal_email
    for person in owners(account):
        mail.write("disclosure", person.email, account=account, firm=account.name, **words)
    case.told_at = timezone.now()
    case.save(update_fields=["told_at"])


@transaction.atomic
def save_incident(incident: Incident, *, by: User) -> Incident:
    """Write down an incident, or what is known since."""
    incident.save()
    note(f"Incident: {incident}", by=by)
    return incident


@transaction.atomic
def tell_of_incident(incident: Incident, *, by: User) -> None:
    """Every firm hears of it, once."""
    announcing.announce_incident(Incident.objects.select_for_update().get(pk=incident.pk))
    note(f"Told firms of the incident: {incident}", by=by)


@transaction.atomic
def announce_transfer(transfer: BusinessTransfer, *, by: User) -> BusinessTransfer:
    """Our business goes to somebody else; every firm hears of it now."""
    transfer.save()
    announcing.announce_transfer(transfer)
    note(f"Announced that the business goes to {transfer.successor}", by=by)
    return transfer


@transaction.atomic
def make_release(*, topic: str, purpose: str, since: date, until: date, by: User) -> Release:
    """Count, and keep what was counted and what may be said of it. The first of two; nothing leaves yet (89)."""
    counted = statistics.tally(topic, purpose, since, until)
    same = Release.objects.filter(topic=topic, purpose=purpose, since=since, until=until)
    made = Release(topic=topic, purpose=purpose, since=since, until=until, version=same.count() + 1, first=by)
    made.method, made.tally = statistics.method(topic, purpose), counted
    made.figures = statistics.figures(counted)
    made.digest = statistics.digest(made)
    made.save()
    note(f"Counted: {made}", by=by)
    return made


@transaction.atomic
def publish_release(release: Release, *, by: User) -> None:
    """The second of two, who is somebody else: from now on everybody may read it."""
    found = Release.objects.select_for_update().get(pk=release.pk)
    if found.published_at is not None:
        raise WrongHands("It is published already.")
    if found.first_id == by.pk:
        raise WrongHands("Whoever counted it does not publish it.")
    if not statistics.is_made_again(found):
        raise WrongHands("The figures do not come out of what was counted. Count again.")
    found.second, found.published_at = by, timezone.now()
    found.save(update_fields=["second", "published_at"])
    note(f"Published: {found}", by=by)
