"""The table of states: every state, every verb, every role; and any order of them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Membership, User
from demo import cast
from tenancy.context import Actor, activate
from tests.timetracking.approval.test_locks import lock_through
from tests.timetracking.approval.test_pages import switch_on
from tests.timetracking.conftest import MONDAY
from timetracking import actions as time
from timetracking.approval import actions
from timetracking.approval.approvers import Approvers
from timetracking.approval.queries import projects_of
from timetracking.errors import Locked, NotReady, NotTheirs, WrongState
from timetracking.management.commands.timesheet_states import PAGE, drawn
from timetracking.models import LateEdit, TimeEntry, TimeSettings, Timesheet
from timetracking.sheets.states import TABLE, State, Verb, Who
from timetracking.summary import differences

STEPS = {(step.state, step.verb): step for step in TABLE}


@pytest.fixture
def firm(acme, bobs, alices, inside):
    """Bob is managed by Dora; Emil is a colleague, Frida a manager of nobody, Alice the owner."""
    with inside(acme):
        switch_on()
        names = {"dora": "member", "emil": "member", "frida": "manager", "gero": "reader"}
        people = {
            name: cast.joins(acme, User.objects.create_user(f"{name}@acme.example", first_name=name), role)
            for name, role in names.items()
        }
        Membership.objects.filter(pk=bobs.pk, account=acme).update(manager=people["dora"])
        bobs.refresh_from_db()
    return {"bob": bobs, "alice": alices, **people}


def do(verb, sheet, by):
    """What the pages and programs call."""
    if verb == Verb.SUBMIT:
        return actions.submit(sheet.person, sheet.first_day, by=by)
    if verb == Verb.WITHDRAW:
        return actions.withdraw(sheet, by=by)
    if verb == Verb.APPROVE:
        return actions.approve(sheet, by=by)
    if verb in (Verb.RETURN, Verb.REOPEN):
        return actions.send_back(sheet, "Look again", by=by)
    with activate(sheet.account_id, actor=Actor("member", by.pk, str(by))):
        time.change_entry(TimeEntry.objects.with_names().get(), minutes=45, reason="Forgotten")
    sheet.refresh_from_db()
    return sheet


MAY = {
    Who.PERSON: {"bob", "alice", "frida"},  # who may log time for others may submit for them
    Who.APPROVER: {"dora", "alice"},
    Who.CORRECTOR: {"alice", "frida"},
}


def test_every_state_verb_and_role(acme, firm, entry, inside):
    """Only what a row of the table says, and only by whom it names; everything else changes nothing."""
    done = set()
    with inside(acme):
        for state in State:
            for verb in set(Verb) - {Verb.SIGN, Verb.TAKE_BACK}:
                for name, by in firm.items():
                    with transaction.atomic():
                        sheet = Timesheet.objects.create(
                            person=firm["bob"], state=state, first_day=MONDAY, last_day=MONDAY + timedelta(days=6)
                        )
                        step = STEPS.get((state, verb))
                        if verb in (Verb.RETURN, Verb.REOPEN):  # one button: the state says which it is
                            step = STEPS.get((state, Verb.RETURN)) or STEPS.get((state, Verb.REOPEN))
                        if step is None and verb == Verb.CORRECT:
                            transaction.set_rollback(True)
                            continue  # an open day is simply written to
                        try:
                            with transaction.atomic():
                                then = do(verb, sheet, by).state
                        except (WrongState, NotTheirs, Locked, PermissionDenied):
                            then = None
                        sheet.refresh_from_db()
                        allowed = step is not None and name in MAY[step.who]
                        assert (then is not None) == allowed, (state, verb, name)
                        assert sheet.state == (step.then if allowed else state), (state, verb, name)
                        assert LateEdit.objects.exists() == (allowed and verb == Verb.CORRECT)
                        done |= {(state, verb)} if allowed else set()
                        transaction.set_rollback(True)
    assert done >= {(step.state, step.verb) for step in TABLE if step.verb not in (Verb.SIGN, Verb.TAKE_BACK)}


def test_two_levels_and_an_absent_manager(acme, firm, entry, inside):
    with inside(acme):
        switch_on(levels=2)
        Membership.objects.filter(pk=firm["dora"].pk, account=acme).update(manager=firm["frida"])
        sheet = actions.submit(firm["bob"], MONDAY, by=firm["bob"])
        with pytest.raises(NotTheirs):
            actions.approve(sheet, by=firm["frida"])
        sheet = actions.approve(sheet, by=firm["dora"])
        assert (sheet.state, sheet.level) == ("partly_approved", 1)
        with pytest.raises(NotTheirs):
            actions.approve(sheet, by=firm["dora"])
        assert actions.approve(sheet, by=firm["frida"]).state == "approved"
        assert actions.send_back(sheet, "Once more", by=firm["dora"]).state == "returned"
        Membership.objects.filter(pk=firm["dora"].pk, account=acme).update(sees_only_own_records=True)
        parts = Approvers().parts(firm["bob"].pk, projects_of(sheet))
        assert [part.approvers for part in parts] == [{firm["frida"].pk}]  # who sees only own records approves nobody


def test_an_approval_is_taken_back_by_whoever_just_gave_it(acme, firm, entry, inside):
    with inside(acme):
        switch_on(levels=2)
        Membership.objects.filter(pk=firm["dora"].pk, account=acme).update(manager=firm["frida"])
        sheet = actions.submit(firm["bob"], MONDAY, by=firm["bob"])
        told = TimeEntry.objects.get().updated_at
        first = actions.approve(sheet, by=firm["dora"])
        assert TimeEntry.objects.get().updated_at > told
        last = actions.approve(sheet, by=firm["frida"])
        assert TimeEntry.objects.get().rates_frozen_at
        for by, version in ((firm["dora"], first.version), (firm["dora"], last.version), (firm["frida"], 1)):
            with pytest.raises(WrongState, match="changed since"):
                actions.take_back(sheet, by=by, version=version)
        sheet = actions.take_back(sheet, by=firm["frida"], version=last.version)
        assert (sheet.state, sheet.level, sheet.decided_by) == ("partly_approved", 1, firm["dora"])
        assert not TimeEntry.objects.get().rates_frozen_at
        sheet = actions.take_back(sheet, by=firm["dora"], version=sheet.version)
        assert (sheet.state, sheet.level, sheet.decided_by) == ("submitted", 0, None)
        assert not sheet.signatures.exists()
        assert actions.approve(sheet, by=firm["dora"]).state == "partly_approved"


def test_the_page_shows_the_table():
    assert PAGE.read_text() == drawn(PAGE.read_text())
    assert "approved --> submitted: correct (who may edit late)" in PAGE.read_text()


def test_nobody_returns_without_words(acme, firm, entry, inside):
    with inside(acme):
        sheet = actions.submit(firm["bob"], MONDAY, by=firm["bob"])
        with pytest.raises(NotReady, match="Say what"):
            actions.send_back(sheet, "  ", by=firm["dora"])


DAYS = st.integers(0, 10).map(lambda number: MONDAY + timedelta(days=number))
REASONS = st.sampled_from(["", "Forgotten"])


def test_any_order(acme, firm, website, inside):
    """Whatever is done in whatever order: no hour of a locked day moves without a late edit, and sums stay true."""

    class Office(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.savepoint = transaction.savepoint()
            for number in (0, 1, 8):
                time.log_time(firm["bob"], website, None, MONDAY + timedelta(days=number), 60)
            actions.submit(firm["bob"], MONDAY, by=firm["bob"])

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)
            lock_through(None)

        def attempt(self, act, reason, *days):
            """Write hours as the manager would, and look at what became of it."""
            person, before, kept = firm["bob"], hours(), LateEdit.objects.count()
            locked = [day for day in days if is_locked(person, day)]
            actor = Actor("member", firm["frida"].pk, "Frida")
            with activate(acme, actor=actor):
                try:
                    with transaction.atomic():
                        act()
                except Locked:
                    assert locked
                    assert not reason
                    assert hours() == before
                    return
            if locked and hours() != before:
                assert reason
                assert LateEdit.objects.count() == kept + 1
                assert not [day for day in locked if state_of(person, day) == State.APPROVED]
            if not locked:
                assert LateEdit.objects.count() == kept

        @rule(day=DAYS, reason=REASONS)
        def log(self, day, reason):
            self.attempt(lambda: time.log_time(firm["bob"], website, None, day, 60, reason=reason), reason, day)

        @rule(day=DAYS, reason=REASONS, number=st.integers(0, 5))
        def move(self, day, reason, number):
            if entry := pick(number):
                self.attempt(lambda: time.change_entry(entry, day=day, reason=reason), reason, entry.day, day)

        @rule(reason=REASONS, number=st.integers(0, 5))
        def delete(self, reason, number):
            if entry := pick(number):
                self.attempt(lambda: time.delete_entries([entry], reason=reason), reason, entry.day)

        @rule(number=st.integers(0, 5), verb=st.sampled_from([Verb.APPROVE, Verb.RETURN]), reason=REASONS)
        def write_what_was_read_before_it_was_decided(self, number, verb, reason):
            if entry := pick(number):
                for sheet in Timesheet.objects.with_names().touching(entry.day, entry.day):
                    self.tried(lambda sheet=sheet: do(verb, sheet, firm["dora"]))
                self.attempt(
                    lambda: time.change_entry(entry, minutes=entry.minutes % 90 + 1, reason=reason), reason, entry.day
                )

        @rule(day=DAYS)
        def submit(self, day):
            self.tried(lambda: actions.submit(firm["bob"], day, by=firm["bob"], no_hours=True))

        @rule(
            number=st.integers(0, 5),
            verb=st.sampled_from([Verb.WITHDRAW, Verb.APPROVE, Verb.APPROVE, Verb.RETURN]),
            name=st.sampled_from(["bob", "dora", "dora"]),
        )
        def decide(self, number, verb, name):
            sheets = list(Timesheet.objects.with_names().order_by("id"))
            if sheets:
                self.tried(lambda: do(verb, sheets[number % len(sheets)], firm[name]))

        @rule(day=st.one_of(st.none(), DAYS))
        def lock(self, day):
            lock_through(day)

        def tried(self, act):
            try:
                with transaction.atomic():
                    act()
            except (WrongState, NotTheirs, NotReady, PermissionDenied):
                pass

        @invariant()
        def sums_are_true(self):
            assert not list(differences())
            open_sheets = Timesheet.objects.exclude(state=State.APPROVED).exclude(state=State.PARTLY_APPROVED)
            assert not [sheet for sheet in open_sheets if sheet.signatures.exists()]
            frozen = TimeEntry.objects.filter(rates_frozen_at__isnull=False)
            assert all(state_of(entry.person, entry.day) == State.APPROVED for entry in frozen.select_related("person"))

    with inside(acme):
        few = settings(max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
        run_state_machine_as_test(Office, settings=few)


def hours():
    return sorted(TimeEntry.objects.values_list("public_id", "day", "minutes"))


def pick(number):
    entries = list(TimeEntry.objects.with_names().select_related("person__user").order_by("id"))
    return entries[number % len(entries)] if entries else None


def state_of(person, day: date):
    return Timesheet.objects.of(person).touching(day, day).values_list("state", flat=True).first()


def is_locked(person, day):
    locked = TimeSettings.current().locked_through
    return state_of(person, day) in Timesheet.CLOSED or (locked is not None and day <= locked)
