"""Erasing what is held of a child: at once, without a time of grace, and again until it is done."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import lifecycle, restrictions
from accounts.models import Account, Membership, User
from privacy.children import emails, freezing
from privacy.children.models import ChildReport, ParentalConsent
from privacy.deletion import erasing, holds, persons
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.subjects import is_only_owner
from privacy.support_access import actions as tickets
from tenancy.context import activate

CHILD = PersonErasure.Ground.CHILD
OTHERS = "{firm} has other members and no other owner. Have it name another owner, and confirm again."
HELD = "A legal hold keeps this from being erased until it is lifted."


def hindrance(report: ChildReport) -> str:
    """What stands in the way of erasing; "" if nothing does."""
    user = freezing.user_of(report)
    for member in _owned_alone(user) if user else ():
        others = Membership.objects.filter(account_id=member.account_id, removed_at=None).exclude(pk=member.pk)
        if others.exists():
            return OTHERS.format(firm=member.account.name)
        if holds.of_account(member.account_id).exists():
            return HELD
    return ""


def finish(report: ChildReport) -> None:
    """All that is left to do, now, in this process. Safe to run twice."""
    if report.outcome != ChildReport.Outcome.ERASED or not report.is_open:
        return
    try:
        if words := hindrance(report):
            raise persons.Refused(words)
        certificate = _erase_user(report) if report.person == ChildReport.Person.USER else _erase_contact(report)
    except persons.Refused as refused:
        ChildReport.objects.filter(pk=report.pk).update(trouble=str(refused)[:300])
        return
    end(report, certificate)


@transaction.atomic
def end(report: ChildReport, certificate: UUID | None = None) -> None:
    """It is over: whom it was about is forgotten, and so are the words of the report."""
    found = ChildReport.objects.select_for_update(of=("self",)).select_related("ticket", "decided_by").get(pk=report.pk)
    if not found.is_open:
        return
    if found.outcome == ChildReport.Outcome.ERASED:
        _let_go(found)
    emails.to_reporter(found)
    found.person_ref = found.firm_ref = None
    found.trouble, found.certificate, found.closed_at = "", certificate, timezone.now()
    found.save()
    tickets.close_and_forget(found.ticket)


def _let_go(report: ChildReport) -> None:
    """That a parent agreed once, and took it back, stays provable; to whose data it led does not."""
    own = ParentalConsent.objects.filter(person_ref=report.person_ref)
    own.filter(holds_since=None).delete()
    own.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    own.update(person_ref=None, firm_ref=None)


def _erase_user(report: ChildReport) -> UUID | None:
    """First the accounts that are theirs alone, which take the sign-in along; then the sign-in, where it is left."""
    user = freezing.user_of(report)
    if user is None:
        return None
    restrictions.lift(user, restrictions.Ground.CHILD)  # no word of it stays with what is left of the row
    certificate: UUID | None = None
    for member in _owned_alone(user):
        with activate(member.account_id, actor=freezing.CHILDREN):
            account = Account.objects.select_for_update(no_key=True).get(pk=member.account_id)
            if account.closed_at is None:
                lifecycle.close(account, timezone.now())
        certificate = erasing.finish(erasing.begin(account).number).public_id
    left = User.objects.filter(pk=user.pk).first()
    return persons.finish(persons.erase(left, asked_by=None, reason=CHILD)).public_id if left else certificate


def _erase_contact(report: ChildReport) -> UUID | None:
    account = freezing.account_of(report)
    if account is None:
        return None
    with activate(account, actor=freezing.CHILDREN):
        contact = freezing.contact_inside(report)
        erasure = contact and persons.erase(contact, asked_by=None, reason=CHILD)
    return persons.finish(erasure).public_id if erasure else None


def _owned_alone(user: User) -> list[Membership]:
    own = Membership.objects.filter(user_id=user.pk, removed_at=None).select_related("account", "user")
    return [member for member in own.order_by("account_id") if is_only_owner(member)]
