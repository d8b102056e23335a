"""Requests come in: from the app, by the public form, by mail, or written down by staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import inbound
from accounts.links import LastingLink
from accounts.models import Account, User, normalise_email
from accounts.queries import account_at
from lib.seals import marks
from privacy.rights import emails, firm, ledger, restricting
from privacy.rights.models import Agent, Channel, Decision, Kind, RightsRequest, Step
from privacy.support_access.models import new_number

Identity, Population = RightsRequest.Identity, RightsRequest.Population
LINKS = LastingLink("privacy.rights.request")
TRIES_FOR_A_NUMBER = 20


@transaction.atomic
def open_request(
    kind: Kind,
    *,
    population: str,
    channel: Channel,
    email: str,
    user: User | None = None,
    agent: Agent | None = None,
    arrived_at: datetime | None = None,
    **facts: Any,
) -> RightsRequest:
    """Somebody asks. A wish of the same address that is open already stays as it is: above all, how we know who asks.

    ``user`` has just proven by their sign-in who they are.
    """
    email = normalise_email(email)
    mark = marks("privacy request", email)[0] if email else ""
    twin = None if agent else _twin(kind, population, mark, user, facts.get("firm", ""))
    if twin is not None:
        note(twin, "Asked again")
        emails.received(twin, LINKS.make(twin.public_id.hex))
        return twin
    known = {"identity": Identity.SIGN_IN, "confirmed_at": timezone.now(), "user_ref": user.public_id} if user else {}
    request = _numbered(
        kind=kind, population=population, channel=channel, email=email, mark=mark,
        arrived_at=arrived_at or timezone.now(), acknowledged_at=timezone.now() if email else None, **facts, **known,
    )  # fmt: skip
    note(request, f"Arrived: {request.get_kind_display().lower()}")
    if agent is not None:
        agent.request = request
        agent.save()
        note(request, "Asked by an agent; the person must confirm it directly")
    emails.received(request, LINKS.make(request.public_id.hex))
    emails.to_staff("rights_waits", request)
    if user is not None:
        _begin(request)
    return request


@transaction.atomic
def confirm(request: RightsRequest) -> RightsRequest:
    """Whoever reads the mailbox says that the wish is theirs. Harmless the second time."""
    request = locked(request)
    if request.confirmed_at is not None or not request.is_open:
        return request
    request.confirmed_at = timezone.now()
    if request.identity == Identity.UNKNOWN:
        request.identity = Identity.MAILBOX
    request.save()
    Agent.objects.filter(request=request).update(confirmed_at=request.confirmed_at)
    note(request, "Confirmed from the mailbox")
    _begin(request)
    return request


@transaction.atomic
def appeal(request: RightsRequest, words: str, email: str = "") -> RightsRequest:
    """Whoever asked doubts our answer: a complaint about it, which somebody else among us decides. Once.

    ``email``: where they hear of it, if their address was erased meanwhile, as they asked.
    """
    request = locked(request)
    if made := appeal_of(request):
        return made
    if not request.may_be_doubted:
        return request
    same = {name: getattr(request, name) for name in ("name", "email", "country", "mark", "user_ref")}
    same["identity"] = Identity.MAILBOX if request.identity == Identity.UNKNOWN else request.identity
    if not request.email:
        same |= {"email": email, "mark": marks("privacy request", email)[0] if email else ""}
    now = timezone.now()
    made = _numbered(
        kind=Kind.COMPLAINT, population=Population.HOLDER, channel=Channel.FORM, words=words, appeal_of=request.number,
        arrived_at=now, acknowledged_at=now, confirmed_at=now, **same,
    )  # fmt: skip
    note(made, f"Arrived: doubts the answer to {request}")
    note(request, f"Its answer is doubted: {made}")
    emails.received(made, LINKS.make(made.public_id.hex))
    emails.to_staff("rights_waits", made)
    return made


def appeal_of(request: RightsRequest) -> RightsRequest | None:
    """The complaint that doubts our answer to it."""
    return RightsRequest.objects.filter(kind=Kind.COMPLAINT, appeal_of=request.number).first()


@transaction.atomic
def reach(request: RightsRequest, email: str) -> None:
    """Whoever wrote or called names an address: the letter goes there by which they confirm it and say who they are."""
    request.email, request.mark = email, marks("privacy request", email)[0]
    request.acknowledged_at = request.acknowledged_at or timezone.now()
    request.save()
    emails.received(request, LINKS.make(request.public_id.hex))


@transaction.atomic
def give_up(request: RightsRequest) -> None:
    """Whoever asked doesn't want it any more."""
    request = locked(request)
    if request.is_open:
        request.decision, request.closed_at = Decision.WITHDRAWN, timezone.now()
        request.save()
        note(request, "Not pursued")


@transaction.atomic
def pass_on(request: RightsRequest, account: Account) -> None:
    """The firm decides about this data: it has the request now, with its own clock, and nothing of what we know."""
    request = locked(request)
    if not request.waits_for_the_firm:
        return
    firm.take(account, request)
    request.firm_ref, request.decision, request.closed_at = account.public_id, Decision.FORWARDED, timezone.now()
    request.save()
    note(request, "Passed on to the firm")
    emails.passed_on(request)


def of_link(token: str) -> RightsRequest | None:
    """The request that a link in our letter names."""
    public_id = LINKS.read(token)
    return RightsRequest.objects.filter(public_id=public_id).first() if public_id else None


def locked(request: RightsRequest) -> RightsRequest:
    """The request as it stands now; whoever else works on it waits."""
    return RightsRequest.objects.select_for_update().get(pk=request.pk)


def note(request: RightsRequest, what: str, *, by: User | None = None) -> None:
    """One more line of what happened to it."""
    Step.objects.create(request=request, what=what[:200], by=by)


def _begin(request: RightsRequest) -> None:
    """What needs no decision happens at once: a use stops, and a firm gets what is the firm's."""
    if request.population == Population.FIRM:
        account = account_at(slugify(request.firm)) if request.firm else None
        if account is not None:
            pass_on(request, account)
        return
    if request.what.stops:
        inbound.record_opt_out(request.email, evidence=str(request))
        if request.kind == Kind.RESTRICT and restricting.restrict(request):
            note(request, "Kept, and not used from now on")
        if request.kind == Kind.OPT_OUT:
            ledger.opt_out(request.email, source=str(request))
        note(request, "Use stopped while we look at it")


def _twin(kind: str, population: str, mark: str, user: User | None, named: str) -> RightsRequest | None:
    """The same wish of the same address, still open, and known in the same way."""
    facts = {"kind": kind, "population": population, "firm": named}
    same = RightsRequest.objects.filter(**facts, closed_at=None, agent=None, appeal_of=None)
    if user is not None:
        return same.filter(user_ref=user.public_id, identity=Identity.SIGN_IN).first()
    return same.filter(mark=mark).exclude(identity=Identity.SIGN_IN).first() if mark else None


def _numbered(**facts: Any) -> RightsRequest:
    """A new request under a number that no other has."""
    for _ in range(TRIES_FOR_A_NUMBER):
        try:
            with transaction.atomic():
                return RightsRequest.objects.create(number=new_number(), **facts)
        except IntegrityError as trouble:
            taken = trouble
    raise taken
