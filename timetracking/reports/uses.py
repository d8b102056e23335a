"""Whoever's hours stand in a report, on a project's page or in a program's list by name can read who opened it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from tenancy.context import current_account_id
from timetracking.models import ReportUse, TimeSettings
from timetracking.reports.periods import Period

PAGE, FILE, PROGRAM = ReportUse.Way.PAGE, ReportUse.Way.FILE, ReportUse.Way.PROGRAM


_NOTE = """
    INSERT INTO timetracking_reportuse (account_id, public_id, person_id, by_id, report, way, first, last, day, at)
    SELECT %s, gen_random_uuid(), person, %s, %s, %s, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS person
    ON CONFLICT DO NOTHING
"""


def too_few(people: Collection[int], member: Membership) -> bool:
    """Whether this member does not see these put side by side: they are fewer than the firm says."""
    return 0 < len(people) < TimeSettings.current().smallest_group and set(people) != {member.pk}


def note(by: Membership, people: Iterable[int], report: str, period: Period, way: str = PAGE) -> None:
    """Keep that this member used the hours of these people, once a day: one statement."""
    others = sorted(set(people) - {by.pk})
    if not others:
        return
    now = timezone.now()
    what = [by.pk, report, way, period.first, period.last, timezone.localdate(now), now]
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [current_account_id(), *what, others])
