"""Timed, typed, imported, changed, handed in, approved, opened again, in any order: hours that people trust."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tenancy.errors import Conflict
from tests.timetracking.approval.test_pages import switch_on
from tests.timetracking.timer.conftest import moving_clock  # noqa: F401  (a fixture)
from timetracking import actions
from timetracking.approval import actions as approval
from timetracking.errors import Refused
from timetracking.imports import undoing
from timetracking.imports.job import steps
from timetracking.models import HoursImport, TimeEntry, Timesheet
from timetracking.summary import differences
from timetracking.timer import actions as timer
from timetracking.timer.clock import MINUTE

DAYS = st.sampled_from([date(2026, 11, day) for day in (9, 10, 16, 18)])
MINUTES = st.integers(1, 600)
WRITTEN = st.one_of(
    st.integers(1, 1200).map(lambda number: f"{number // 100}.{number % 100:02}"),  # decimal hours
    st.tuples(st.integers(0, 9), st.integers(0, 59), st.integers(0, 59)).map(lambda it: "{}:{:02}:{:02}".format(*it)),
)
REFUSALS = (Refused, Conflict)


def exactly(written):
    """Minutes as the file says them, half a minute rounded up; None below half a minute."""
    hours, *rest = written.split(":")
    seconds = Fraction(hours) * 3600 + sum(int(part) * scale for part, scale in zip(rest, (60, 1), strict=False))
    return int(seconds / 60 + Fraction(1, 2)) or None


def on(day):
    """What stands on a person's day."""
    names = ("id", "day", "minutes", "note", "billable", "started_at", "source")
    return sorted(TimeEntry.objects.filter(day=day).values_list(*names))


def test_any_life_of_hours(acme, alices, bobs, website, internal, moving_clock, files_folder, inside):  # noqa: F811
    class Life(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.savepoint = transaction.savepoint()
            self.closed = {}  # what stood on the days of a closed sheet as it was closed

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)

        @rule(project=st.sampled_from([website, internal]), seconds=st.sampled_from([61, 300, 7 * 3600]))
        def work_by_the_timer(self, project, seconds):
            with suppress(*REFUSALS):
                timer.start(bobs, project)
                moving_clock.moment += timedelta(seconds=seconds)
                timer.stop(bobs, keep=True)

        @rule(day=DAYS, minutes=MINUTES)
        def type_in(self, day, minutes):
            with suppress(*REFUSALS):
                assert actions.log_time(bobs, website, None, day, minutes).minutes == minutes

        @rule(place=st.integers(0, 9), day=DAYS, minutes=MINUTES)
        def change(self, place, day, minutes):
            if entry := self.entry(place):
                with suppress(*REFUSALS):
                    actions.change_entry(entry, minutes=minutes, day=day)

        @rule(place=st.integers(0, 9))
        def delete_and_bring_back(self, place):
            if entry := self.entry(place):
                before = on(entry.day)
                try:
                    actions.undo(bobs, actions.delete_entries([entry]))
                except REFUSALS:
                    return
                assert [row[1:] for row in on(entry.day)] == sorted(row[1:] for row in before) or len(before) > 1

        @rule(rows=st.lists(st.tuples(DAYS, WRITTEN), min_size=1, max_size=5))
        def bring_in(self, rows):
            """Once all that is open is there to the minute; twice nothing more is."""
            lines = [f"{day},Bob Reyes,Website relaunch,{written}\n" for day, written in rows]
            content = "Date,User,Project,Hours\n" + "".join(lines)
            first = self.imported(content)
            for row in first.rows.select_related("entry"):
                day, written = rows[row.row - 2]
                if row.entry:
                    assert (row.entry.day, row.entry.minutes) == (day, exactly(written))
                elif row.outcome == "rejected":
                    assert day in self.closed_days()
                else:
                    assert exactly(written) is None
            assert first.rows.count() == len(rows)
            assert self.imported(content).stored == 0

        @rule()
        def take_the_last_import_back(self):
            job = HoursImport.objects.order_by("-pk").first()
            if job and undoing.may_be_undone(job):
                undoing.start(job, by=alices)
                self.worked(job)

        @rule(day=DAYS)
        def hand_in(self, day):
            try:
                sheet = approval.submit(bobs, day, by=bobs)
            except REFUSALS:
                return
            self.closed[sheet.pk] = self.standing(sheet)

        @rule(verb=st.sampled_from(["approve", "send_back", "withdraw"]), place=st.integers(0, 3))
        def decide(self, verb, place):
            sheets = list(Timesheet.objects.order_by("pk"))
            if not sheets:
                return
            sheet = sheets[place % len(sheets)]
            try:
                if verb == "approve":
                    approval.approve(sheet, by=alices)
                elif verb == "withdraw":
                    approval.withdraw(sheet, by=bobs)
                else:
                    approval.send_back(sheet, "Look again", by=alices)
            except REFUSALS:
                return
            if verb != "approve":
                self.closed.pop(sheet.pk, None)

        @invariant()
        def sums_are_what_the_entries_are(self):
            assert differences() == []

        @invariant()
        def closed_days_stand_as_they_were(self):
            for sheet in Timesheet.objects.closed():
                assert self.standing(sheet) == self.closed[sheet.pk]

        @invariant()
        def the_timer_counts_no_minute_twice(self):
            own = TimeEntry.objects.filter(source=TimeEntry.Source.TIMER, version=1)
            spans = sorted(own.values_list("started_at", "stopped_at"))
            assert all(first[1] <= second[0] for first, second in pairwise(spans))

        @invariant()
        def clocks_say_how_long_it_was(self):
            timed = TimeEntry.objects.exclude(started_at=None).values_list("started_at", "stopped_at", "minutes")
            assert all((stop - start) / MINUTE == minutes for start, stop, minutes in timed)

        def entry(self, place):
            entries = list(TimeEntry.objects.with_names().select_related("person__user").order_by("pk"))
            return entries[place % len(entries)] if entries else None

        def standing(self, sheet):
            days = {sheet.first_day + timedelta(days=number) for number in range(7)}
            return [row for day in sorted(days) for row in on(day)]

        def closed_days(self):
            return {
                sheet.first_day + timedelta(days=number)
                for sheet in Timesheet.objects.closed()
                for number in range((sheet.last_day - sheet.first_day).days + 1)
            }

        def imported(self, content):
            job = steps.upload(io.BytesIO(content.encode()), name="hours.csv", by=alices)
            steps.start_check(job)
            foreseen = self.worked(job).counts()
            steps.start_run(job)
            assert self.worked(job).counts() == foreseen
            return job

        def worked(self, job):
            while True:
                steps.go_on(str(job.public_id))
                job.refresh_from_db()
                if not job.is_at_work:
                    assert job.state in ("checked", "done", "undone"), job.failure
                    return job

    with inside(acme):
        switch_on()
        run_state_machine_as_test(
            Life,
            settings=settings(
                max_examples=6, stateful_step_count=10, deadline=None, derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
