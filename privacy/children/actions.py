"""A report about a child from its first word to its end. What we find takes two of us: one says it, one confirms it.

Each step is a line in the operator's log, which holds no word about the child.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account, User, normalise_email
from privacy.children import emails, erasing, freezing
from privacy.children.freezing import Refused
from privacy.children.models import ChildReport, ParentalConsent
from privacy.support_access import actions as tickets
from privacy.support_access.models import Queue, StaffAction, Ticket, Topic
from tenancy.queue import send

Finding, Outcome, Person = ChildReport.Finding, ChildReport.Outcome, ChildReport.Person
ENDS = {Finding.CHILD: Outcome.ERASED, Finding.NOT_CHILD: Outcome.LIFTED, Finding.NOTHING: Outcome.NOTHING}


@transaction.atomic
def take(**facts: Any) -> Ticket:
    """A report arrives. Where it names the address of a sign-in, promotional mail to it stops by itself."""
    ticket = tickets.open_ticket(**facts)
    report = of_ticket(ticket)
    try:
        freezing.name(report, normalise_email(facts["subject"].strip()), None)
    except Refused:
        return ticket
    freezing.halt_mail(report)
    report.save()
    return ticket


def of_ticket(ticket: Ticket) -> ChildReport:
    """The report behind a ticket, whichever way it came."""
    return ChildReport.objects.get_or_create(ticket=ticket, defaults={"arrived_at": ticket.opened_at})[0]


@transaction.atomic
def freeze(report: ChildReport, address: str, account: Account | None, *, by: User) -> None:
    """Say whom it is about; from this moment it is kept and not used."""
    report = _open(report)
    if report.frozen_at:
        raise Refused("It is frozen already.")
    freezing.name(report, normalise_email(address), account)
    freezing.freeze(report)
    report.save()
    _log(report, "Frozen", by)
    if account is not None:
        emails.to_firm(report, account)


@transaction.atomic
def find(report: ChildReport, finding: str, ground: str, *, by: User) -> None:
    """The first word on it. While we can't tell, it stays frozen."""
    report = _open(report)
    if finding in (Finding.CHILD, Finding.NOT_CHILD) and report.frozen_at is None:
        raise Refused("Say first whom it is about, and freeze that.")
    if finding == Finding.NOTHING and report.frozen_at:
        raise Refused("Something is frozen: say whether it is a child’s.")
    report.finding, report.ground, report.found_by, report.found_at = finding, ground, by, timezone.now()
    report.save()
    _log(report, f"Said: {report.get_finding_display().lower()}", by)


@transaction.atomic
def note_consent(report: ChildReport, consent: ParentalConsent, *, by: User) -> None:
    """A parent was verified and allows that the data stays. It holds once a second one of us confirms it."""
    report = _open(report)
    if report.frozen_at is None:
        raise Refused("Say first whom it is about, and freeze that.")
    consent.report, consent.verified_by = report, by
    consent.person, consent.person_ref, consent.firm_ref = report.person, report.person_ref, report.firm_ref
    ParentalConsent.objects.filter(report=report, holds_since=None).delete()
    consent.save()
    report.finding, report.ground = Finding.CHILD, ChildReport.Ground.PARENT
    report.found_by, report.found_at = by, timezone.now()
    report.save()
    _log(report, "Noted a parent’s consent", by)


@transaction.atomic
def confirm(report: ChildReport, *, by: User) -> None:
    """The second word: what was found becomes true. A child's data is erased at once."""
    report = _open(report)
    if not report.waits_for_second:
        raise Refused("Nothing was found yet.")
    if report.found_by == by:
        raise Refused("Somebody else must confirm this.")
    consent = ParentalConsent.objects.filter(report=report, holds_since=None).first()
    outcome = Outcome.ALLOWED if consent and report.finding == Finding.CHILD else ENDS[Finding(report.finding)]
    if outcome == Outcome.ERASED and (words := erasing.hindrance(report)):
        raise Refused(words)
    report.outcome, report.decided_by, report.decided_at = outcome, by, timezone.now()
    report.save()
    _log(report, f"Confirmed: {report.get_outcome_display().lower()}", by)
    if outcome == Outcome.ERASED:
        _wake(report)
        return
    freezing.thaw(report)
    if consent is not None and outcome == Outcome.ALLOWED:
        ParentalConsent.objects.filter(pk=consent.pk).update(holds_since=timezone.now())
        emails.to_parent(consent)
    erasing.end(report)


@transaction.atomic
def withdraw(consent: ParentalConsent) -> None:
    """A parent takes it back: what it allowed to stay is frozen and erased at once. Harmless the second time."""
    consent = ParentalConsent.objects.select_for_update().get(pk=consent.pk)
    if not consent.holds:
        return
    consent.withdrawn_at = timezone.now()
    consent.save(update_fields=["withdrawn_at"])
    ticket = tickets.open_ticket(Topic.CHILD, "A parent’s consent was taken back.", subject="Consent taken back")
    report = of_ticket(ticket)
    report.person, report.person_ref, report.firm_ref = consent.person, consent.person_ref, consent.firm_ref
    freezing.freeze(report)
    report.finding, report.ground, report.found_at = Finding.CHILD, ChildReport.Ground.PARENT, timezone.now()
    report.outcome, report.decided_at = Outcome.ERASED, timezone.now()
    report.save()
    _wake(report)


def being_erased() -> QuerySet[ChildReport]:
    """What is decided and not yet gone."""
    return ChildReport.objects.filter(closed_at=None, outcome__in=[Outcome.ERASED])


def ring_late() -> None:
    """Tell our people of reports that nobody looked at within a day, or decided within two weeks."""
    for ticket in Ticket.objects.filter(queue__in=Queue.values, topic=Topic.CHILD, closed_at=None):
        of_ticket(ticket)
    now = timezone.now()
    for report in ChildReport.objects.filter(closed_at=None, outcome__in=[""]).select_related("ticket"):
        passed = 2 if now > report.decide_by else 1 if now > report.look_by and not report.finding else 0
        if passed > report.rung:
            ChildReport.objects.filter(pk=report.pk).update(rung=passed)
            emails.to_staff(report, "Two weeks are over." if passed == 2 else "Nobody has looked at it for a day.")


def _wake(report: ChildReport) -> None:
    transaction.on_commit(lambda: send("children.erase", kwargs={"public_id": str(report.public_id)}), robust=True)


def _open(report: ChildReport) -> ChildReport:
    """The report as it stands now; whoever else works on it waits."""
    found = ChildReport.objects.select_for_update(of=("self",)).select_related("ticket", "found_by").get(pk=report.pk)
    if not found.is_open or found.outcome:
        raise Refused("It was decided already.")
    return found


def _log(report: ChildReport, what: str, by: User) -> None:
    StaffAction.objects.create(kind=StaffAction.Kind.CHILD, staff=by, ticket=report.ticket, detail=what)
