"""Who approves whose hours: managers of people or of projects, level by level, and who stands in for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Membership
from accounts.permissions import ADMINS, ROLES, can_for_others
from tenancy.context import current_account_id
from timetracking.models import Delegation, ProjectMember, Signature, TimeEntry, TimeSettings, Timesheet


class Part(NamedTuple):
    """What one signature is for: a level, and there perhaps one project; and whose it may be."""

    level: int
    project_id: int | None
    approvers: frozenset[int]


class Approvers:
    """How the account's settings, managers, teams and delegations stand now; each read once."""

    def __init__(self) -> None:
        self.settings = TimeSettings.current()
        self.today: date = timezone.localdate()

    @cached_property
    def members(self) -> dict[int, Membership]:
        members = Membership.objects.select_related("user", "account").filter(account_id=current_account_id())
        return {member.pk: member for member in members}

    @cached_property
    def stand_ins(self) -> dict[int, set[int]]:
        """Delegate → those for whom they approve today."""
        found: dict[int, set[int]] = {}
        now = Delegation.objects.filter(first_day__lte=self.today, last_day__gte=self.today)
        for person, delegate in now.values_list("person_id", "delegate_id"):
            found.setdefault(delegate, set()).add(person)
        return found

    @cached_property
    def teams(self) -> dict[int, set[int]]:
        """Project → its managers."""
        found: dict[int, set[int]] = {}
        if self.settings.approval == TimeSettings.Approval.PROJECT:
            managers = ProjectMember.objects.filter(is_manager=True)
            for project, person in managers.values_list("project_id", "person_id"):
                if self._is_able(person):
                    found.setdefault(project, set()).add(person)
        return found

    def chain(self, person: int) -> list[frozenset[int]]:
        """The person's manager, the manager's manager and so on; where there is none, owners and admins."""
        found: list[frozenset[int]] = []
        seen, at = {person}, self.members[person].manager_id
        while at is not None and at not in seen:
            seen.add(at)
            if self._is_able(at):
                found.append(frozenset({at}))
            at = self.members[at].manager_id
        return found or [self._top(person)]

    def parts(self, person: int, projects: Collection[int]) -> list[Part]:
        """All signatures that a timesheet with hours on these projects needs, level by level."""
        chain, levels = self.chain(person), self.settings.levels
        if self.settings.approval != TimeSettings.Approval.PROJECT:
            return [Part(level, None, approvers) for level, approvers in enumerate(chain[:levels])]
        managed = {project: frozenset(self.teams.get(project, ())) - {person} for project in projects}
        parts = [Part(0, project, managers) for project, managers in sorted(managed.items()) if managers]
        if len(parts) < len(managed) or not parts:
            parts.append(Part(0, None, chain[0]))
        return parts + [Part(level, None, approvers) for level, approvers in enumerate(chain[: levels - 1], 1)]

    def missing(
        self, sheet: Timesheet, projects: Collection[int], signed: Iterable[tuple[int, int | None]]
    ) -> list[Part]:
        """The signatures that this timesheet waits for now: those of its lowest level that is not complete."""
        there = set(signed)
        left = [part for part in self.parts(sheet.person_id, projects) if (part.level, part.project_id) not in there]
        return [part for part in left if part.level == left[0].level]

    def in_whose_place(self, member: Membership, part: Part) -> tuple[bool, int | None]:
        """Whether the member may sign this part, and for whom if not for themselves."""
        if not can_for_others(member, "time.approve") and part.approvers != {member.pk}:
            return False, None
        if member.pk in part.approvers:
            return True, None
        absent = sorted(self.stand_ins.get(member.pk, set()) & part.approvers)
        return bool(absent), absent[0] if absent else None

    def may_settle(self, member: Membership, sheet: Timesheet) -> bool:
        """Owners and admins may approve every timesheet but their own."""
        return member.role in ADMINS and member.pk != sheet.person_id

    def may_decide(self, member: Membership, sheet: Timesheet, projects: Collection[int]) -> bool:
        """Whether this member is one of the sheet's approvers, on whatever level."""
        if self.may_settle(member, sheet):
            return True
        is_other = member.pk != sheet.person_id
        return any(
            self.in_whose_place(member, part)[0]
            for part in self.parts(sheet.person_id, projects)
            if is_other or part.approvers == {member.pk}
        )

    def who(self, parts: Iterable[Part], *, but: int) -> list[Membership]:
        """Whom to ask for these signatures: approvers, and who stands in for them today."""
        wanted = {number for part in parts for number in part.approvers}
        wanted |= {delegate for delegate, absent in self.stand_ins.items() if absent & wanted} - {but}
        return [self.members[number] for number in sorted(wanted) if self.members[number].is_active]

    def waiting_for(self, member: Membership) -> Q:
        """The condition on waiting timesheets that they wait for this member, themselves or in somebody's place."""
        mine = {member.pk, *self.stand_ins.get(member.pk, ())}
        if not can_for_others(member, "time.approve"):
            return Q(pk__in=())
        chains = {person: self.chain(person) for person in self.members}
        is_by_project = self.settings.approval == TimeSettings.Approval.PROJECT
        found = Q(pk__in=())
        for level in range(is_by_project, self.settings.levels):
            place = level - is_by_project
            people = [one for one, chain in chains.items() if len(chain) > place and chain[place] & mine]
            found |= Q(level=level, person__in=people)
        if is_by_project:
            first = [one for one, chain in chains.items() if chain[0] & mine]
            found |= Q(level=0) & (_has_part_of(self._managed_by(mine)) | (Q(person__in=first) & self._has_rest()))
        return found & (~Q(person=member) | Q(person=member, level=0) & self._is_own_top(member))

    def _is_own_top(self, member: Membership) -> Q:
        return Q() if self.chain(member.pk)[0] == {member.pk} else Q(pk__in=())

    def _managed_by(self, people: set[int]) -> list[int]:
        return [project for project, managers in self.teams.items() if managers & people]

    def _has_rest(self) -> Q:
        """Hours on a project that nobody else manages, or no hours at all; not signed yet."""
        others = ProjectMember.objects.filter(
            project=OuterRef("project"), is_manager=True, person__removed_at=None, person__sees_only_own_records=False,
            person__role__in=ROLES["time.approve"],
        ).exclude(person=OuterRef("person"))  # fmt: skip
        rest = Exists(_hours().filter(~Exists(others)))
        signed = Exists(Signature.objects.filter(sheet=OuterRef("pk"), level=0, project=None))
        return (Q(rest) | ~Q(Exists(_hours()))) & ~Q(signed)

    def _top(self, person: int) -> frozenset[int]:
        tops = {number for number, member in self.members.items() if member.role in ADMINS and self._is_able(number)}
        return frozenset(tops - {person} or {person})

    def _is_able(self, number: int) -> bool:
        member = self.members[number]
        return member.is_active and can_for_others(member, "time.approve")


def _hours() -> object:
    """The entries of the timesheet that is asked about."""
    days = (OuterRef("first_day"), OuterRef("last_day"))
    return TimeEntry.objects.filter(person=OuterRef("person"), day__range=days)


def _has_part_of(projects: list[int]) -> Q:
    """Hours on one of these projects that nobody has signed yet."""
    signed = Signature.objects.filter(sheet=OuterRef(OuterRef("pk")), level=0, project=OuterRef("project"))
    return Q(Exists(_hours().filter(~Exists(signed), project__in=projects)))
