"""What a firm does about requests of its contacts and members, each step with a line in its log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

import audit
from accounts.bell import ring
from accounts.lifecycle import living_accounts
from accounts.models import Account, Membership
from crm.contact_privacy import actions as contact_privacy
from crm.models import Contact, ContactConsent, Permission
from datamap import Retention
from privacy.rights import emails, recipients, steps
from privacy.rights.clocks import passed_alarm
from privacy.rights.exceptions import Kept
from privacy.rights.models import Channel, Decision, FirmRequest, Kind, RightsRequest
from privacy.rights.notices import ARRIVED, RUNS_OUT
from privacy.support_access.queries import approvers_of
from tenancy.context import Actor, activate, whole
from tenancy.queue import send
from tenancy.sweeping import sweeps

CLOCK = Actor("system", None, "Privacy requests")
TAKEN_ALONG = ("kind", "country", "name", "email", "words", "part", "old_value", "new_value", "arrived_at")
UNTIL_DECIDED = "{what}, until it is decided"


def take(account: Account, request: RightsRequest) -> None:
    """We pass a request on. Its clock runs since it reached us; of what we know about the person nothing goes along."""
    with activate(account, actor=CLOCK):
        facts = {name: getattr(request, name) for name in TAKEN_ALONG}
        enter(FirmRequest(**facts, account=account, channel=Channel.FORWARDED, origin=request.number))


@whole
def enter(request: FirmRequest, *, by: Membership | None = None) -> FirmRequest:
    """It is on the firm's board from now on; those who decide hear of it."""
    request.save(force_insert=True)
    audit.record("privacy_request.entered", request, data={"channel": request.get_channel_display().lower()})
    ring(list(approvers_of(request.account)), ARRIVED, request, by=by)
    emails.to_firm("rights_firm_waits", request, request.account)
    return request


@whole
def name_contact(request: FirmRequest, contact: Contact, *, by: Membership) -> None:
    """Who it is about. A use to which they object, or that they want restricted, stops with this very step."""
    request.contact_ref = contact.public_id
    request.save_checked(request.version)
    audit.record("privacy_request.named", request, data={"contact": str(contact)})
    what = Kind(request.kind)
    if what in (Kind.WITHDRAW, Kind.OBJECT, Kind.OPT_OUT):
        said = {"permission": Permission.REFUSED, "said_on": timezone.localdate(request.arrived_at)}
        words = f"Privacy request of {timezone.localdate(request.arrived_at)}"
        consent = ContactConsent(contact=contact, how=ContactConsent.How.OTHER, words=words, **said)
        contact_privacy.note_consent(consent, by=by)
    if what in (Kind.OBJECT, Kind.RESTRICT) and not contact.is_restricted:
        contact_privacy.restrict(contact, reason=UNTIL_DECIDED.format(what=request.get_kind_display()), by=by)


@whole
def acknowledge(request: FirmRequest) -> None:
    """The person was told that it arrived."""
    if steps.acknowledge(request):
        _keep(request, "acknowledged")


@whole
def pause(request: FirmRequest, because: str) -> None:
    """A word of the person is missing; while it is, the days don't count."""
    if steps.pause(request):
        _keep(request, "paused", because)


@whole
def resume(request: FirmRequest) -> None:
    """The word came."""
    if steps.resume(request):
        _keep(request, "resumed")


@whole
def extend(request: FirmRequest, because: str) -> None:
    """It takes longer; the person must be told, and once is all."""
    steps.extend(request)
    _keep(request, "extended", because)
    emails.later_by_firm(request, request.account, because)


@whole
def decide(
    request: FirmRequest, decision: str, *, answer: str, kept: list[Kept], by: Membership, told: str = ""
) -> None:
    """The firm's answer, which goes to the person. What was refused names its reasons and what shows them."""
    steps.decide(request, decision, answer=answer, kept=kept, told=told)
    _keep(request, "decided", request.get_decision_display())
    contact = request.contact
    if decision == Decision.REFUSED and contact is not None and _was_stopped_for(request, contact):
        contact_privacy.lift(contact, reason=f"Refused: {request.get_kind_display()}")
    emails.decided_by_firm(request, request.account, by=by)


@whole
def corrected(request: FirmRequest, contact: Contact, *, answer: str, by: Membership) -> None:
    """The contact says now what they asked for: they hear of it, and so does whoever took the old words along."""
    audit.record("privacy_request.corrected", request, data={"label": request.get_part_display()})
    took = {each.by for each in recipients.archives_with(contact) if each.by}
    for member in took:
        emails.corrected(request, contact, member)
    hears = [f"{each} hears of changes by itself" for each in recipients.webhooks()]
    told = "; ".join([*(f"{member}, who took an archive along" for member in took), *hears])
    decide(request, Decision.FULL, answer=answer, kept=[], by=by, told=told or "Nobody else got it from here.")


def wake_all() -> None:
    """One small task for each firm."""
    for account_id in living_accounts():
        send("rights.keep_firm_up", kwargs={"account_id": account_id})


def ring_late() -> None:
    """Ring, in the active account, for open requests whose time runs out."""
    for request in FirmRequest.objects.filter(closed_at=None, paused_at=None).select_related("account"):
        if (share := passed_alarm(request.percent)) > request.alarmed:
            FirmRequest.objects.filter(pk=request.pk).update(alarmed=share)
            ring(list(approvers_of(request.account)), RUNS_OUT, request)
            emails.to_firm("rights_firm_late", request, request.account, share=share)


@transaction.atomic
@sweeps()
def forget_old() -> None:
    """Drop, in the active account, what ended two years ago."""
    ended = FirmRequest.objects.filter(closed_at__lt=timezone.now() - timedelta(days=Retention.TWO_YEARS.days or 0))
    ended.delete()


def _was_stopped_for(request: FirmRequest, contact: Contact) -> bool:
    return bool(contact.restriction_reason == UNTIL_DECIDED.format(what=request.get_kind_display()))


def _keep(request: FirmRequest, what: str, detail: str = "") -> None:
    data: dict[str, Any] = {"detail": detail} if detail else {}
    request.save_checked(request.version)
    audit.record(f"privacy_request.{what}", request, data=data)
