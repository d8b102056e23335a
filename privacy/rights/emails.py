"""Letters about requests. They name number and kind; none repeats what somebody typed on a public form."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import Account, Membership, OutgoingMail
from crm.models import Contact
from lib.formats import day
from privacy.registers.books import authority_of
from privacy.rights import exceptions
from privacy.rights.models import Agent, Asked, FirmRequest, RightsRequest
from privacy.support_access.emails import address_of
from privacy.support_access.models import Queue
from privacy.support_access.queries import approvers_of


def received(request: RightsRequest, token: str) -> None:
    """It arrived; here is its number, how it goes on, and the link by which it is confirmed."""
    if request.email:
        is_confirmed, has_agent = request.confirmed_at is not None, Agent.objects.filter(request=request).exists()
        _to_person(request, "rights_received", token, is_confirmed=is_confirmed, has_agent=has_agent)


def passed_on(request: RightsRequest) -> None:
    """The firm has it. The letter does not say whether the firm knows this person."""
    if request.email:
        mail.write("rights_passed_on", request.email, **_facts(request))


def later(request: RightsRequest, token: str, because: str) -> None:
    """It takes longer, and why."""
    if request.email:
        _to_person(request, "rights_later", token, because=because)


def decided(request: RightsRequest, token: str, *, copy_url: str = "") -> None:
    """What became of it; where something was refused: why, and who else decides. An agent hears that it ended."""
    if request.email:
        may_be_doubted = request.may_be_doubted
        _to_person(
            request, "rights_decided", token, copy_url=copy_url, may_be_doubted=may_be_doubted, **_of_decision(request)
        )
    if agent := Agent.objects.filter(request=request).first():
        mail.write("rights_agent_ended", agent.email, **_facts(request))


def to_staff(kind: str, request: RightsRequest, **words: Any) -> OutgoingMail:
    """Word to our own people: number and kind alone."""
    url = settings.SITE_URL + reverse("rights_desk:request", args=[request.public_id])
    return mail.write(kind, address_of(Queue.PRIVACY), desk_url=url, **_facts(request), **words)


def to_firm(kind: str, request: FirmRequest, account: Account, **words: Any) -> None:
    """Word to those who decide for the firm."""
    url = settings.SITE_URL + reverse("rights:request", args=[account.slug, request.public_id])
    facts = {"firm": account.name, "what": request.get_kind_display(), "due": day(request.due_on, "year")}
    for member in approvers_of(account):
        mail.write(kind, member.user.email, account=account, board_url=url, **facts, **words)


def decided_by_firm(request: FirmRequest, account: Account, *, by: Membership) -> None:
    """The firm's answer to whoever asked it, and who there answered."""
    if request.email:
        facts = {"firm": account.name, "what": request.get_kind_display(), "by": by, **_of_decision(request)}
        mail.write("rights_firm_decided", request.email, account=account, by_email=by.user.email, **facts)


def later_by_firm(request: FirmRequest, account: Account, because: str) -> None:
    """The firm needs more time, and says why."""
    if request.email:
        facts = {"firm": account.name, "what": request.get_kind_display(), "because": because}
        due, law = day(request.due_on, "year"), request.rule.law
        mail.write("rights_firm_later", request.email, account=account, due=due, law=law, **facts)


def corrected(request: FirmRequest, contact: Contact, member: Membership) -> None:
    """Whoever took an archive along has the old words in it."""
    url = settings.SITE_URL + reverse("crm:contact", args=[request.account.slug, contact.public_id])
    facts = {"firm": request.account.name, "what": request.get_part_display(), "contact_url": url}
    mail.write("rights_corrected", member.user.email, account=request.account, **facts)


def _to_person(request: RightsRequest, kind: str, token: str, **words: Any) -> None:
    url = settings.SITE_URL + reverse("rights_request", args=[token])
    mail.write(kind, request.email, request_url=url, **_facts(request), **words)


def _facts(request: RightsRequest) -> dict[str, Any]:
    return {
        "number": str(request),
        "what": request.get_kind_display(),
        "due": day(request.due_on, "year"),
        "law": request.rule.law,
        "privacy_email": address_of(Queue.PRIVACY),
        "is_firms": request.population == RightsRequest.Population.FIRM,
    }


def _of_decision(request: Asked) -> dict[str, Any]:
    return {
        "decision": request.get_decision_display(),
        "answer": request.answer,
        "kept": exceptions.told(request.exceptions),
        "authority": authority_of(request.country),
    }
