"""What our staff do about requests that reached us: each step a line at the request and one in the operator's log."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts import consents
from accounts.models import Account, User
from datamap import Retention
from lib.formats import day
from privacy.deletion import persons
from privacy.deletion.models import PersonErasure
from privacy.rights import clocks, correcting, emails, intake, restricting, steps
from privacy.rights.exceptions import Kept
from privacy.rights.intake import LINKS, locked, note
from privacy.rights.models import Agent, Channel, Comparison, Decision, Kind, RightsRequest
from privacy.rights.steps import Refused
from privacy.support_access.models import StaffAction
from tenancy.sweeping import sweeps

TO_PASS_ON, NOT_PASSED_ON = "Half of the time to pass it on is gone", "Not passed on in time"
UNCONFIRMED = timedelta(days=30)  # whose mailbox stayed silent so long does not want it any more


@transaction.atomic
def acknowledge(request: RightsRequest, *, by: User) -> None:
    """The person was told that it arrived, other than by our letter."""
    request = locked(request)
    if steps.acknowledge(request):
        _done(request, "Acknowledged", by=by)


@transaction.atomic
def pause(request: RightsRequest, because: str, *, by: User) -> None:
    """We wait for a word of theirs."""
    request = locked(request)
    if steps.pause(request):
        _done(request, f"Paused: {because}", by=by)


@transaction.atomic
def resume(request: RightsRequest, *, by: User) -> None:
    """The word came."""
    request = locked(request)
    if steps.resume(request):
        _done(request, "Taken up again", by=by)


@transaction.atomic
def extend(request: RightsRequest, because: str, *, by: User) -> None:
    """It takes longer: once, in time, and the person hears why."""
    request = locked(request)
    steps.extend(request)
    _done(request, f"Extended: {because}", by=by)
    emails.later(request, LINKS.make(request.public_id.hex), because)


@transaction.atomic
def pass_on(request: RightsRequest, account: Account, *, by: User) -> None:
    """Give it to the firm that decides about the data."""
    if not locked(request).waits_for_the_firm:
        raise Refused("This is ours to answer, or it was passed on already.")
    intake.pass_on(request, account)
    _log(request, "passed on to a firm", by=by)


@transaction.atomic
def reach(request: RightsRequest, email: str, *, by: User) -> None:
    """A letter or a call came without an address; here is one, by which they confirm it and have the answer."""
    request = locked(request)
    if not request.is_open or request.email:
        raise Refused("There is an address already, or it was answered.")
    intake.reach(request, email)
    _done(request, "Wrote to the address that they named", by=by)


@transaction.atomic
def write_to_new_address(request: RightsRequest, *, by: User) -> None:
    """They ask for another address to sign in with: its mailbox says whether it is theirs, and that answers them."""
    request = locked(request)
    if trouble := _trouble_with_whom(request):
        raise Refused(trouble)
    correcting.write_to(request)
    _done(request, "Wrote to the new address", by=by)


@transaction.atomic
def decide(request: RightsRequest, decision: str, *, answer: str, kept: list[Kept], by: User, told: str = "") -> None:
    """Our answer, which goes to the person. Nothing is handed over for somebody whom we don't know."""
    request = locked(request)
    if request.is_open and decision != Decision.REFUSED and (trouble := _trouble_with_whom(request)):
        raise Refused(trouble)
    doubted = _doubted(request)
    if doubted and doubted.decided_by_id == by.pk:
        raise Refused(f"You gave the answer to {doubted}. Somebody else decides whether it stands.")
    has_consent = _gave_research_consent(request)
    request.decided_by = by
    steps.decide(request, decision, answer=answer, kept=kept, told=told, has_research_consent=has_consent)
    _done(request, f"Decided: {request.get_decision_display().lower()}", by=by)
    token = LINKS.make(request.public_id.hex)
    url = settings.SITE_URL + reverse("rights_copy", args=[token]) if has_copy(request) else ""
    emails.decided(request, token, copy_url=url)
    if decision == Decision.REFUSED:
        restricting.refuse(request)
    elif doubted and doubted.decision == Decision.REFUSED:
        _take_up_again(doubted, request, by=by)
    if request.kind == Kind.DELETE and decision != Decision.REFUSED:
        _erase(request)
    if request.kind == Kind.CORRECT and decision == Decision.FULL:
        correcting.write(request, by=by)


def _doubted(request: RightsRequest) -> RightsRequest | None:
    """The request whose answer this one doubts."""
    of = request.appeal_of
    return RightsRequest.objects.select_for_update().filter(number=of).first() if of else None


def _take_up_again(doubted: RightsRequest, appeal: RightsRequest, *, by: User) -> None:
    """The refusal does not stand: the request is open again, under its own clock."""
    doubted.decision, doubted.answer, doubted.exceptions, doubted.closed_at = "", "", [], None
    _done(doubted, f"Taken up again: {appeal} was right", by=by)


def _erase(request: RightsRequest) -> None:
    """Erase whom we know by now, in whichever firm; what the law keeps stays, as the preview says."""
    user = User.objects.filter(public_id=request.user_ref).first() if request.user_ref else None
    if user is None:
        raise Refused(correcting.NOBODY)
    try:
        persons.erase(user, asked_by=None, reason=PersonErasure.Ground.ASKED)
    except persons.Refused as refused:
        raise Refused(str(refused)) from refused


def has_copy(request: RightsRequest) -> bool:
    """Whether there is something to fetch, and the person may: known, granted, and not for long."""
    fresh = request.closed_at is not None and timezone.now() - request.closed_at < clocks.PROOF_KEPT
    granted = request.decision in (Decision.FULL, Decision.PARTIAL)
    return bool(request.what.hands_over and granted and fresh and request.is_identified and request.user_ref)


def ring() -> None:
    """Tell our people of open requests whose time runs out: at a half, at 80 and 95 percent, and when it is over."""
    for request in RightsRequest.objects.filter(closed_at=None, paused_at=None, kind__in=Kind.values):
        _ring(request)
    firms = RightsRequest.objects.filter(closed_at=None, population=RightsRequest.Population.FIRM, kind__in=Kind.values)
    for request in firms.filter(~Q(channel=Channel.FORM) | Q(confirmed_at__isnull=False)):
        _ring_to_pass_on(request)


@transaction.atomic
def _ring(request: RightsRequest) -> None:
    if (share := clocks.passed_alarm(request.percent)) > request.alarmed:
        RightsRequest.objects.filter(pk=request.pk).update(alarmed=share)
        note(request, f"{share} % of the time is gone")
        emails.to_staff("rights_runs_out", request, share=share)


@transaction.atomic
def _ring_to_pass_on(request: RightsRequest) -> None:
    """A firm's request goes to that firm within two working days: its half rings, and its end. The steps remember."""
    request = locked(request)
    ends = clocks.end_of(request.forward_by, request.zone)
    share = clocks.share_passed(request.arrived_at, ends, timezone.now())
    words = NOT_PASSED_ON if share >= 1 else TO_PASS_ON if share >= 0.5 else ""
    if words and not request.steps.filter(what__in=[words, NOT_PASSED_ON]).exists():
        note(request, words)
        emails.to_staff("rights_pass_on", request, by=day(request.forward_by, "year"), is_over=share >= 1)


@sweeps()
def forget() -> None:
    """What proved who somebody is goes 30 days after the end, with words and address; the record after two years."""
    now = timezone.now()
    every = RightsRequest.objects.filter(kind__in=Kind.values)
    silent = every.filter(closed_at=None, confirmed_at=None, channel=Channel.FORM)
    for request in silent.filter(arrived_at__lt=now - UNCONFIRMED):
        intake.give_up(request)
    for request in every.filter(closed_at__lt=now - clocks.PROOF_KEPT, forgotten_at=None):
        _forget_proof(request)
    every.filter(closed_at__lt=now - timedelta(days=Retention.TWO_YEARS.days or 0)).delete()


@transaction.atomic
def _forget_proof(request: RightsRequest) -> None:
    Comparison.objects.filter(request=request).delete()
    Agent.objects.filter(request=request).delete()
    names = ("name", "email", "words", "old_value", "new_value", "answer", "told", "mark", "firm")
    gone = {**dict.fromkeys(names, ""), "user_ref": None}
    kept = [{"code": each["code"], "what": "", "evidence": ""} for each in request.exceptions]
    RightsRequest.objects.filter(pk=request.pk).update(**gone, exceptions=kept, forgotten_at=timezone.now())
    note(request, "Proof, words and address forgotten")


def _trouble_with_whom(request: RightsRequest) -> str:
    """Why it can't be granted to whoever asks; "" if it can."""
    if request.population == RightsRequest.Population.FIRM:
        return "The firm decides about this data: pass it on."
    if not request.is_identified:
        return "We don’t know who asks: wait until they are known, or refuse."
    agent = Agent.objects.filter(request=request).first()
    if agent is not None and not agent.may_act:
        return "The person has not confirmed the agent, or the permission is over."
    return ""


def _gave_research_consent(request: RightsRequest) -> bool:
    user = User.objects.filter(public_id=request.user_ref).first() if request.user_ref else None
    return user is not None and consents.has_given(user, consents.Further.RESEARCH)


def _done(request: RightsRequest, what: str, *, by: User) -> None:
    request.save()
    note(request, what, by=by)
    _log(request, what.partition(":")[0].lower(), by=by)


def _log(request: RightsRequest, what: str, *, by: User) -> None:
    StaffAction.objects.create(kind=StaffAction.Kind.RIGHTS, staff=by, detail=f"{request}: {what}"[:300])
