"""Whatever is pressed in whatever order: one timer, no minute twice, none lost, nothing silently gone."""

from datetime import timedelta
from itertools import pairwise

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from timetracking.errors import NothingRuns, UnderAMinute, WrongMoment
from timetracking.models import RunningTimer, TimeEntry
from timetracking.timer import actions
from timetracking.timer.actions import Back
from timetracking.timer.clock import MINUTE, whole_minute
from timetracking.timer.queries import running_timer

PAUSES = st.sampled_from([1, 20, 61, 61, 300, 7 * 3600, 26 * 3600]).map(lambda seconds: timedelta(seconds=seconds))


def test_any_order_of_presses(acme, bobs, website, internal, moving_clock, inside):
    class Presses(RuleBasedStateMachine):
        backs = Bundle("backs")

        @initialize()
        def begin(self):
            self.savepoint = transaction.savepoint()
            self.undone = set()

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)

        @rule(target=backs, project=st.sampled_from([website, internal]), pause=PAUSES)
        def start(self, project, pause):
            moving_clock.moment += pause
            before = running_timer(bobs)
            started = actions.start(bobs, project)
            assert (started.stopped is None) == (before is None or before.project == project)
            if started.stopped:
                self.counts(started.stopped, before, started.timer.started_at)
                return Back(started.stopped.was, ids(started.stopped), str(started.timer.public_id))
            return None

        @rule(target=backs, keep=st.sampled_from([None, True, True, False]), pause=PAUSES)
        def stop(self, keep, pause):
            moving_clock.moment += pause
            before = running_timer(bobs)
            try:
                stopped = actions.stop(bobs, keep=keep)
            except NothingRuns:
                assert before is None
                return None
            except UnderAMinute:
                assert running_timer(bobs) == before
                return None
            self.counts(stopped, before, moving_clock.now(), keep=keep)
            return Back(stopped.was, ids(stopped))

        @rule(target=backs)
        def discard(self):
            try:
                return Back(actions.discard(bobs).was)
            except NothingRuns:
                return None

        @rule(back=backs)
        def take_back(self, back):
            if back is not None and repr(back) not in self.undone:
                self.undone.add(repr(back))
                try:
                    actions.take_back(bobs, back)
                except WrongMoment:
                    return  # more than a month ago

        @rule(earlier=PAUSES)
        def begin_earlier(self, earlier):
            timer = running_timer(bobs)
            if timer is not None:
                try:
                    actions.change(bobs, expected=timer.version, started_at=timer.started_at - earlier)
                except WrongMoment:
                    assert running_timer(bobs).started_at == timer.started_at

        def counts(self, stopped, before, at, keep=None):
            """Its own minutes, but for those that were logged before it."""
            longest = (whole_minute(at) - whole_minute(before.started_at)) / MINUTE
            assert stopped.minutes <= max(longest, 1 if keep else 0)
            if not stopped.entries:
                assert running_timer(bobs) is None or running_timer(bobs) != before

        @invariant()
        def one_timer_and_no_minute_twice(self):
            assert RunningTimer.objects.filter(person=bobs).count() <= 1
            spans = sorted(TimeEntry.objects.of(bobs).values_list("started_at", "stopped_at", "minutes"))
            assert all(first[1] <= second[0] for first, second in pairwise(spans))
            assert all((stop - start) / MINUTE == minutes for start, stop, minutes in spans)
            assert all(start == whole_minute(start) for start, *_ in spans)

    def ids(stopped):
        return [str(entry.public_id) for entry in stopped.entries]

    with inside(acme):
        run_state_machine_as_test(
            Presses,
            settings=settings(
                max_examples=12, stateful_step_count=10, deadline=None, derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
