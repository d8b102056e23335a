"""Keeping what is concerned and using it no more: who signs in is restricted and shut out, a contact restricted."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import restrictions
from accounts.datamap import sessions_of
from accounts.models import Account, User
from accounts.restrictions import Ground
from crm.contact_privacy import actions as contact_privacy
from crm.models import Contact
from privacy.children.models import ChildReport
from tenancy.context import Actor, activate

CHILDREN = Actor("system", None, "Children’s data")
REASON = "Reported as a child’s: nobody uses it until that is decided"
Person = ChildReport.Person


class Refused(Exception):
    """It can't be done so; the words say why."""


def user_of(report: ChildReport) -> User | None:
    """The sign-in that it is about, while that is there."""
    ref = report.person_ref if report.person == Person.USER else None
    return User.objects.filter(public_id=ref).first() if ref else None


def account_of(report: ChildReport) -> Account | None:
    """The firm that keeps the contact."""
    return Account.objects.filter(public_id=report.firm_ref).first() if report.firm_ref else None


def name(report: ChildReport, address: str, account: Account | None) -> None:
    """Say whom it is about: by the address of a sign-in, or of a contact of that firm."""
    if account is None:
        user = User.objects.filter(email=address, is_staff=False).first()
        if user is None:
            raise Refused("Nobody signs in with this address.")
        report.person, report.person_ref, report.firm_ref = Person.USER, user.public_id, None
        return
    with activate(account, actor=CHILDREN):
        found = list(Contact.objects.live().filter(email__iexact=address)[:2])
    if len(found) != 1:
        none, several = "No contact of this firm has this address.", "Several contacts have it: ask the firm which."
        raise Refused(several if found else none)
    report.person, report.person_ref, report.firm_ref = Person.CONTACT, found[0].public_id, account.public_id


def halt_mail(report: ChildReport) -> None:
    """No promotional mail any more, and no other use: this much happens by itself, since anybody may send a report."""
    if user := user_of(report):
        restrictions.restrict(user, Ground.CHILD)


def freeze(report: ChildReport) -> None:
    """Nobody comes in by this sign-in, and nothing uses the contact. All of it is kept."""
    if user := user_of(report):
        restrictions.restrict(user, Ground.CHILD)
        report.has_shut = bool(User.objects.filter(pk=user.pk, is_active=True).update(is_active=False))
        Session.objects.filter(pk__in=sessions_of(user).values("pk")).delete()
    elif account := account_of(report):
        with activate(account, actor=CHILDREN):
            contact = contact_inside(report)
            if contact is not None and not contact.is_restricted:
                contact_privacy.restrict(contact, reason=REASON, by=None)
    report.frozen_at = timezone.now()


def thaw(report: ChildReport) -> None:
    """Used again as before; what somebody else restricted, or another report is about, stays as it is."""
    if report.person_ref is None:
        return
    others = ChildReport.objects.filter(person_ref=report.person_ref, closed_at=None).exclude(pk=report.pk)
    if other := others.filter(frozen_at__isnull=False).first():
        ChildReport.objects.filter(pk=other.pk, has_shut=False).update(has_shut=report.has_shut)
        return
    if user := user_of(report):
        if not others.exists():
            restrictions.lift(user, Ground.CHILD)
        if report.has_shut:
            User.objects.filter(pk=user.pk).update(is_active=True)
    elif account := account_of(report):
        with activate(account, actor=CHILDREN):
            contact = contact_inside(report)
            if contact is not None and contact.restriction_reason == REASON:
                contact_privacy.lift(contact, reason="Decided: it may be used again")


def contact_inside(report: ChildReport) -> Contact | None:
    """The contact, in the active account."""
    ref = report.person_ref
    return Contact.objects.filter(public_id=ref).first() if ref else None
