"""The deals and activities that rows speak of: found among those that are there, or made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.db.models import Min
from django.utils import timezone

from accounts.models import Membership
from crm.deals.actions import GAP
from crm.imports.matching import visible
from crm.imports.rows import Candidate
from crm.imports.values import offered
from crm.imports.writing import Changes
from crm.models import Activity, Company, Contact, ContactImport, Deal, Stage
from lib.text import fold
from tenancy.context import current_account_id

CHANGEABLE = {"value": "value", "close_on": "expected close"}


class Told(Protocol):
    filled: list[str]
    replaced: list[str]

    def sentence(self, record: Any) -> str: ...


class Batch(Protocol):
    """What deals and activities ask of the batch that they are a part of."""

    job: ContactImport
    is_check: bool
    changes: Changes

    def has_seen(self, deal: tuple[str, str]) -> bool: ...
    def owner_of(self, candidate: Candidate) -> Membership | None: ...
    def fill(self, record: Any, values: dict[str, Any], words: Mapping[str, str]) -> Told: ...
    def fill_own(self, record: Any, values: dict[str, Any], told: Any) -> None: ...


class Work:
    """What a batch's rows say of deals and activities. A deal is the same by its name and its company."""

    def __init__(self, batch: Batch, candidates: Sequence[Candidate]) -> None:
        self.batch, self.job = batch, batch.job
        names = {fold(candidate.deal["name"]) for candidate in candidates if candidate.deal}
        subjects = {candidate.activity["subject"] for candidate in candidates if candidate.activity}
        self.deals = {(deal.name_key, _key(deal.company)): deal for deal in self._deals(names)}
        self.activities = {_same(activity): activity for activity in self._activities(subjects)}
        self.stages = list(Stage.objects.offered().in_order()) if names else []
        self.tops = dict(
            Deal.objects.open().order_by().values_list("stage_id").annotate(Min("position")) if names else ()
        )

    def place(self, candidate: Candidate, contact: Contact | None, company: Company | None) -> tuple[bool, list[str]]:
        """Whether something came or changed, and sentences about it."""
        deal, is_new, said = None, False, []
        if candidate.deal:
            deal, is_new, said = self._deal(candidate, contact, company)
        if candidate.activity and self._activity(candidate, contact, company, deal):
            is_new = True
        return is_new, said

    # ------------------------------------------------------------------------------------ deals

    def _deals(self, names: Iterable[str]) -> list[Deal]:
        found = visible(Deal.objects.filter(name_key__in=names), self.job).select_related("company").order_by("-pk")
        return list(found) if names else []

    def _deal(
        self, candidate: Candidate, contact: Contact | None, company: Company | None
    ) -> tuple[Deal, bool, list[str]]:
        key = fold(candidate.deal["name"]), candidate.company_key
        deal = self.deals.get(key)
        if deal is None or self.job.on_match == self.job.OnMatch.ADD:
            deal, said = self._new_deal(candidate, company)
            self.deals[key] = deal
            self._link(deal, contact)
            return deal, True, said
        if self.job.on_match == self.job.OnMatch.SKIP:
            return deal, False, [f"The deal {deal} is already there and was left as it is."]
        self._link(deal, contact)
        told = self.batch.fill(deal, _columns(candidate.deal, CHANGEABLE), CHANGEABLE)
        self.batch.fill_own(deal, offered(candidate, "deal", deal), told)
        return deal, bool(told.filled or told.replaced), [told.sentence(f"the deal {deal}")]

    def _new_deal(self, candidate: Candidate, company: Company | None) -> tuple[Deal, list[str]]:
        stage, said = self._stage(candidate.deal["stage"], candidate.deal["status"])
        self.tops[stage.pk] = self.tops.get(stage.pk, 0) - GAP
        deal = Deal(
            name=candidate.deal["name"],
            company=company,
            stage=stage,
            status=candidate.deal["status"],
            currency=candidate.deal["currency"],
            position=self.tops[stage.pk],
            owner=self.batch.owner_of(candidate),
            custom=offered(candidate, "deal"),
            **_columns(candidate.deal, CHANGEABLE),
        )
        if deal.status != Deal.Status.OPEN:
            deal.closed_on = deal.close_on or timezone.localdate()
        self.batch.changes.made(deal)
        return deal, said

    def _stage(self, name: str, status: str) -> tuple[Stage, list[str]]:
        """The stage of that name; else the first, for an open deal, or the last."""
        key = fold(name)
        found = next((stage for stage in self.stages if fold(stage.name) == key), None)
        if found:
            return found, []
        stage = self.stages[0 if status == Deal.Status.OPEN else -1]
        is_strange = bool(key) and status == Deal.Status.OPEN
        return stage, [f"There is no stage “{name}”, so the deal was put into {stage.name}."] if is_strange else []

    def _link(self, deal: Deal, contact: Contact | None) -> None:
        if contact is not None and not contact.is_restricted:
            self.batch.changes.linked.append((deal, contact))

    # ------------------------------------------------------------------------------------ activities

    def _activities(self, subjects: Iterable[str]) -> list[Activity]:
        found = visible(Activity.objects.filter(subject__in=subjects), self.job) if subjects else ()
        return list(found)

    def _activity(
        self, candidate: Candidate, contact: Contact | None, company: Company | None, deal: Deal | None
    ) -> bool:
        """Added, unless the very same is there: a file that is imported again doubles nothing."""
        due = candidate.activity.get("due_on")
        activity = Activity(
            kind=candidate.activity["kind"],
            subject=candidate.activity["subject"],
            due_on=date.fromisoformat(due) if due else None,
            owner=self.batch.owner_of(candidate),
            contact=contact if contact is None or not contact.is_restricted else None,
            company=company,
            deal=deal,
        )
        is_foreseen = self.batch.is_check and contact is None and candidate.has_person  # of somebody not made yet
        if self.job.on_match != self.job.OnMatch.ADD and _same(activity) in self.activities and not is_foreseen:
            return False
        self.activities[_same(activity)] = activity
        self.batch.changes.made(activity)
        return True


def members_by_name() -> dict[str, Membership]:
    """The account's members by name and by address."""
    members = Membership.objects.filter(account_id=current_account_id()).select_related("user").order_by("-pk")
    found = {fold(str(member)): member for member in members}
    return found | {fold(member.user.email): member for member in members}


def _key(company: Company | None) -> str:
    return company.name_key if company else ""


def _columns(deal: dict[str, str], names: Iterable[str]) -> dict[str, Any]:
    """Typed as the columns are."""
    read: dict[str, Any] = {"value": Decimal, "close_on": date.fromisoformat}
    return {name: read[name](deal[name]) for name in names if deal.get(name)}


def _same(activity: Activity) -> tuple[Any, ...]:
    """What two activities have in common that are the same one. Who is not saved yet is nobody else."""
    about = (activity.deal, activity.contact, activity.company)
    return activity.subject, activity.due_on, *((each.pk or id(each)) if each else None for each in about)
