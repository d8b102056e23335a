"""The approvals page: which timesheets somebody sees there, with their sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Membership
from accounts.permissions import ADMINS, can, can_for_others
from lib.addresses import id_in, query_of
from lib.keyset import Page, page
from timetracking.approval.approvers import Approvers
from timetracking.approval.queries import Summary, hours_of, missing, summaries
from timetracking.models import Signature, Timesheet, TimesheetQuerySet
from timetracking.sheets.periods import Period, period_of
from timetracking.targets import plans

ORDER = ("first_day", "id")
NEWEST = ("-first_day", "-id")
SHOWS = {"waiting": "Waiting for you", "all": "All waiting", "missing": "Not submitted", "done": "Done"}


@dataclass(frozen=True)
class Missing:
    """Somebody who has not submitted the last period, with what they have logged in it."""

    person: Membership
    minutes: int
    target: int


class Listing:
    """One view of the approvals page, for one member."""

    def __init__(self, member: Membership, show: str, cursor: str | None = None) -> None:
        self.member, self.approvers = member, Approvers()
        self.shows = {key: label for key, label in SHOWS.items() if key != "all" or member.role in ADMINS}
        self.show = show if show in self.shows else "waiting"
        self.page: Page[Timesheet] = Page([], None, None)
        if self.show != "missing":
            order = NEWEST if self.show == "done" else ORDER
            self.page = page(self._sheets().with_names(), order=order, cursor=cursor)
        self.sums: dict[int, Summary] = summaries(self.page.rows)

    @property
    def rows(self) -> list[tuple[Timesheet, Summary]]:
        return [(sheet, self.sums[sheet.pk]) for sheet in self.page.rows]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {"label": label, "url": query_of({"show": key}), "is_current": key == self.show}
            for key, label in self.shows.items()
        ]

    @property
    def next_url(self) -> str:
        return query_of({"show": self.show, "page": self.page.next}) if self.page.next else ""

    @property
    def previous_url(self) -> str:
        return query_of({"show": self.show, "page": self.page.previous}) if self.page.previous else ""

    def chosen(self, public_id: str) -> Timesheet | None:
        """The timesheet that is looked at: the one asked for, or the first."""
        wanted = next((sheet for sheet in self.page.rows if sheet.public_id == id_in(public_id)), None)
        return wanted or next(iter(self.page.rows), None)

    def missing(self) -> tuple[Period, list[Missing]]:
        """Whose hours of the last period that is over have not come in, of those whom this member approves."""
        settings, weekday = self.approvers.settings, self.member.account.first_weekday
        now = period_of(self.approvers.today, settings, weekday)
        last = period_of(now.first - timedelta(days=1), settings, weekday)
        late = missing([one for one in self.approvers.members.values() if self._is_asked(one)], last)
        hours, expected = hours_of(late, last), plans(late, *last)
        lines = [
            Missing(one, hours.get(one.pk, 0), sum(day.target for day in expected[one.pk].values())) for one in late
        ]
        return last, sorted(lines, key=lambda line: str(line.person))

    def _is_asked(self, one: Membership) -> bool:
        if not one.is_active or not can(one, "time.log") or one.pk == self.member.pk:
            return False
        mine = {self.member.pk, *self.approvers.stand_ins.get(self.member.pk, ())}
        approves = can_for_others(self.member, "time.approve") and bool(self.approvers.chain(one.pk)[0] & mine)
        return self.member.role in ADMINS or approves

    def _sheets(self) -> TimesheetQuerySet:
        if self.show == "waiting":
            return waiting_for(self.member, self.approvers)
        if self.show == "all":
            return Timesheet.objects.waiting().exclude(person=self.member)
        approved = Timesheet.objects.filter(state=Timesheet.State.APPROVED)
        if self.member.role in ADMINS:
            return approved
        signed = Signature.objects.filter(Q(by=self.member) | Q(on_behalf_of=self.member), sheet=OuterRef("pk"))
        reach = can_for_others(self.member, "time.approve")
        return approved.filter(Q(decided_by=self.member) | Exists(signed)) if reach else approved.none()


def waiting_for(member: Membership, approvers: Approvers) -> TimesheetQuerySet:
    """The timesheets that wait for this member's approval."""
    return Timesheet.objects.waiting().filter(approvers.waiting_for(member))
