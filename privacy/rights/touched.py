"""Who used what is held about one person: looks of our support, archives that left, reports on their hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from accounts.models import Membership
from crm.models import Contact
from privacy.exports.models import Export
from privacy.support_access.kinds import Named
from privacy.support_access.models import Look
from timetracking.models import ReportUse

MOST = 50


@dataclass(frozen=True)
class Use:
    """One use: when, by whom, of what."""

    at: datetime
    who: str
    what: str


def of_member(member: Membership) -> list[Use]:
    """What was done with a member's data, the latest first."""
    uses = ReportUse.objects.filter(person=member).select_related("by__user").order_by("-at")[:MOST]
    reports = (Use(each.at, str(each.by), f"{each.get_report_display()}, {each.get_way_display()}") for each in uses)
    return _latest([*_looks(member), *_archives(member, Export.Scope.PERSON), *reports])


def of_contact(contact: Contact) -> list[Use]:
    """What was done with a contact's data, the latest first."""
    return _latest([*_looks(contact), *_archives(contact, Export.Scope.CONTACT)])


def _looks(person: Membership | Contact) -> Iterator[Use]:
    """Support names a record by its kind and its id."""
    key = Named(person._meta.label_lower, person.public_id).key
    looks = Look.objects.filter(account=person.account_id, record=key).select_related("staff", "grant__ticket")
    for look in looks.order_by("-opened_at")[:MOST]:
        yield Use(look.opened_at, f"{look.staff} of our support", f"looked at the record, for {look.grant.ticket}")


def _archives(person: Membership | Contact, scope: str) -> Iterator[Use]:
    """An archive of the whole account holds everybody."""
    ready = Export.objects.filter(Q(scope=Export.Scope.ACCOUNT) | Q(scope=scope, about=person.public_id))
    for export in ready.filter(state=Export.State.READY).select_related("by__user").order_by("-created_at")[:MOST]:
        whose = "everybody’s data" if export.scope == Export.Scope.ACCOUNT else "this person’s data"
        fetched = f", fetched {export.downloads} times" if export.downloads else ""
        yield Use(export.created_at, str(export.by or "The operator"), f"took along {whose}{fetched}")


def _latest(uses: list[Use]) -> list[Use]:
    return sorted(uses, key=lambda use: use.at, reverse=True)[:MOST]
