"""The day summaries are the sum of the entries, whatever happened to these."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenancy.errors import Conflict
from tests.timetracking.conftest import MONDAY
from timetracking import actions, summary
from timetracking.errors import Refused
from timetracking.models import PersonDay, ProjectDay, TimeEntry
from timetracking.rates.freezing import freeze, thaw

DAYS = st.integers(0, 3).map(lambda number: MONDAY + timedelta(number))
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["log", "longer", "move", "delete", "undo", "bill", "approve", "reopen", "copy", "sample"]),
        st.integers(0, 50),
        DAYS,
        st.integers(1, 300),
    ),
    min_size=4,
    max_size=14,
)


def do(step, number, day, minutes, people, projects, undos):
    """One thing that somebody does, with what there is."""
    entries = list(TimeEntry.objects.with_names().select_related("person__user").order_by("id"))
    entry = entries[number % len(entries)] if entries else None
    person, project = people[number % len(people)], projects[number % len(projects)]
    if step == "log" or entry is None:
        actions.log_time(person, project, None, day, minutes)
    elif step == "sample":
        actions.log_time(person, project, None, day, minutes, source=TimeEntry.Source.SAMPLE)
    elif step == "longer":
        actions.change_entry(entry, minutes=minutes)
    elif step == "move":
        actions.change_entry(entry, day=day, project=project, task=None)
    elif step == "bill":
        actions.change_entry(entry, billable=not entry.billable)
    elif step == "delete":
        undos.append((entry.person, actions.delete_entries([entry])))
    elif step == "undo" and undos:
        actions.undo(*undos.pop())
    elif step == "copy":
        target = MONDAY + timedelta(weeks=1 + number)
        undos.append((person, actions.copy_week(person, MONDAY, target, hours=True).undo))
    elif step == "approve":
        freeze(entries[: number % 5])
    elif step == "reopen":
        thaw(entries[: number % 5])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_they_are_the_sum_of_the_entries_after_anything(steps, acme, alices, bobs, website, internal, inside):
    with inside(acme):
        undos = []
        for step in steps:
            with suppress(Refused, Conflict):
                do(*step, [alices, bobs], [website, internal], undos)
            assert summary.differences() == [], step
        assert not PersonDay.objects.filter(entries=0).exists() and not ProjectDay.objects.filter(entries=0).exists()


def test_a_command_finds_and_mends_what_is_wrong(acme, entry, inside, capsys):
    call_command("sum_up_days")
    with inside(acme):
        PersonDay.objects.update(minutes=1)
    with pytest.raises(CommandError, match="1 days differ"):
        call_command("sum_up_days")
    call_command("sum_up_days", "--rebuild")
    call_command("sum_up_days")
    with inside(acme):
        assert [row.minutes for row in PersonDay.objects.all()] == [90]
