"""What may stand in the way of an hour, asked at once: mostly nothing does, and then nobody asks for more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db import connection

from accounts.models import Membership
from tenancy.context import current_account_id
from timetracking.models import Project, Task, TimeSettings, Timesheet
from timetracking.sheets import locks

_LOOK = """
    SELECT {columns},
        EXISTS (SELECT 1 FROM timetracking_timesheet sheet WHERE sheet.account_id = one.account_id
            AND sheet.person_id = %s AND sheet.state = ANY(%s) AND %s BETWEEN sheet.first_day AND sheet.last_day),
        EXISTS (SELECT 1 FROM timetracking_runningtimer timer WHERE timer.account_id = one.account_id
            AND timer.person_id = %s),
        EXISTS (SELECT 1 FROM timetracking_projectmember team WHERE team.account_id = one.account_id
            AND team.project_id = %s),
        EXISTS (SELECT 1 FROM timetracking_timeentry entry WHERE entry.account_id = one.account_id
            AND entry.person_id = %s AND entry.day = %s AND entry.project_id = %s
            AND entry.task_id IS NOT DISTINCT FROM %s)
    FROM (SELECT %s::bigint AS account_id) one
    LEFT JOIN timetracking_timesettings settings ON settings.account_id = one.account_id
"""


@dataclass(frozen=True)
class FirstLook:
    """What there is. Who it stops, and with which words, say those whose rule it is: they read it themselves."""

    has_closed_sheet: bool
    has_timer: bool
    has_team: bool
    has_entries: bool


def look(person: Membership, project: Project, task: Task | None, day: date, *, alone: bool = False) -> FirstLook:
    """Hold the person (``locks.hold``), then look; the account's settings are read by the way."""
    locks.hold(person, alone=alone)
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        of_entries = [person.pk, day, project.pk, task.pk if task else None]
        values = [person.pk, [*Timesheet.CLOSED], day, person.pk, project.pk, *of_entries, current_account_id()]
        cursor.execute(_written(), values)
        row = cursor.fetchone()
    names = _columns()
    TimeSettings.read(names, row[: len(names)])
    return FirstLook(*row[len(names) :])


def _columns() -> list[str]:
    return [field.attname for field in TimeSettings._meta.concrete_fields]


@cache
def _written() -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(f"settings.{quote(field.column)}" for field in TimeSettings._meta.concrete_fields)
    return " ".join(_LOOK.format(columns=columns).split())
