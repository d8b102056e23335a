"""Letters about reports of children. None names the child, and none says what the report said."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.links import LastingLink
from accounts.models import Account
from lib.formats import day
from privacy.children.models import ChildReport, ParentalConsent
from privacy.support_access.emails import address_of
from privacy.support_access.models import Queue
from privacy.support_access.queries import approvers_of

LINKS = LastingLink("privacy.children.consent")


def to_staff(report: ChildReport, why: str) -> None:
    """Somebody of us has to look."""
    url = settings.SITE_URL + reverse("children:report", args=[report.ticket.public_id])
    mail.write("child_waits", address_of(Queue.CHILDREN), number=str(report), why=why, desk_url=url)


def to_firm(report: ChildReport, account: Account) -> None:
    """One of the firm's contacts is frozen, or will be erased."""
    for member in approvers_of(account):
        mail.write("child_firm", member.user.email, account=account, firm=account.name, number=str(report),
                   privacy_email=address_of(Queue.PRIVACY))  # fmt: skip


def to_reporter(report: ChildReport) -> None:
    """It is dealt with. What we held, and whether we did, is told to nobody."""
    if report.ticket.email:
        mail.write("child_ended", report.ticket.email, number=str(report))


def to_parent(consent: ParentalConsent) -> None:
    """Your consent is on record; here is how to take it back."""
    url = settings.SITE_URL + reverse("child_consent", args=[LINKS.make(consent.public_id.hex)])
    words: dict[str, Any] = {
        "way": consent.get_way_display(),
        "given": day(consent.given_at, "year"),
        "consent_url": url,
    }
    mail.write("child_consent", consent.parent_email, **words)
