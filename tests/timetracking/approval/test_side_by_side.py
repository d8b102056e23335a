"""Hours written while their timesheet is decided: nothing drifts, and nobody waits crosswise."""

import re
import threading
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenancy.context import Actor, activate
from tenancy.errors import Conflict
from tests.timetracking.approval.test_pages import APPROVALS, switch_on
from tests.timetracking.conftest import MONDAY
from timetracking import actions as time
from timetracking.actions import cells
from timetracking.approval import actions
from timetracking.errors import Locked
from timetracking.models import TimeEntry, TimeSettings, Timesheet
from timetracking.queries import cell_of
from timetracking.sheets import locks
from timetracking.summary import differences
from timetracking.timer import actions as timer

NEXT_MONDAY = MONDAY + timedelta(days=7)


@pytest.fixture
def submitted(acme, bobs, entry, inside):
    """Bob's week with an hour and a half on Monday, handed in."""
    with inside(acme):
        switch_on()
        return actions.submit(bobs, MONDAY, by=bobs)


def read():
    return TimeEntry.objects.with_names().select_related("person__user").get()


def late(acme, alices):
    return activate(acme, actor=Actor("member", alices.pk, "Alice"))


def test_an_entry_read_before_its_sheet_was_reopened(acme, bobs, alices, submitted, inside):
    with inside(acme):
        actions.approve(submitted, by=alices)
        before = read()
        actions.send_back(submitted, "Look again", by=alices)
        time.change_entry(before, minutes=100)
        assert not list(differences())
        assert read().rates_frozen_at is None


def test_an_entry_read_before_its_sheet_was_approved(acme, alices, submitted, inside):
    with inside(acme):
        before = read()
        actions.approve(submitted, by=alices)
        with late(acme, alices):
            time.change_entry(before, minutes=100, reason="Forgotten")
        assert not list(differences())
        assert (read().rates_frozen_at, read().minutes) == (None, 100)


def test_an_entry_that_leaves_its_approved_sheet_is_approved_no_more(acme, alices, submitted, inside):
    with inside(acme):
        actions.approve(submitted, by=alices)
        assert read().rates_frozen_at
        with late(acme, alices):
            time.change_entry(read(), day=NEXT_MONDAY, reason="Wrong week")
        moved = read()
        assert (moved.rates_frozen_at, moved.bill_rate, moved.cost_rate) == (None, None, None)
        assert not list(differences())


def test_of_two_writers_the_second_is_told(acme, bobs, entry, inside):
    with inside(acme):
        first, second = read(), read()
        time.change_entry(first, note="First")
        with pytest.raises(Conflict):
            time.change_entry(second, note="Second")
        time.delete_entries([read()])
        with pytest.raises(Conflict):
            time.change_entry(first, note="Gone")


def held(act):
    """Which people are held meanwhile, in order: "5, 1" is one by key, and whether alone."""
    with CaptureQueriesContext(connection) as asked:
        act()
    found = [re.search(r"advisory_xact_lock(_shared)?\((\d+), 1\)", query["sql"]) for query in asked]
    return [(int(match[2]), match[1] is None) for match in found if match]


def test_where_nobody_approves_any_more_writers_are_held_too(acme, bobs, submitted, website, inside):
    with inside(acme):
        switch_on(approval=TimeSettings.Approval.OFF)
        assert held(lambda: time.log_time(bobs, website, None, NEXT_MONDAY, 30)) == [(bobs.pk, False)]


def test_a_late_edit_is_alone_from_the_beginning(acme, bobs, alices, submitted, inside):
    with inside(acme), late(acme, alices):
        assert {alone for _, alone in held(lambda: time.change_entry(read(), minutes=5, reason="Less"))} == {True}
        assert {alone for _, alone in held(lambda: time.delete_entries([read()], reason="None"))} == {True}


def test_many_are_decided_in_the_order_of_people(acme, alice, alices, bobs, client, inside):
    with inside(acme):
        switch_on()
        week = {"state": Timesheet.State.SUBMITTED, "submitted_at": timezone.now()}
        rows = [
            Timesheet.objects.create(person=person, first_day=first, last_day=first + timedelta(days=6), **week)
            for person, first in ((bobs, MONDAY), (alices, NEXT_MONDAY), (bobs, NEXT_MONDAY))
        ]
    client.force_login(alice)
    found = held(
        lambda: client.post(f"{APPROVALS}decide/", {"row": [row.public_id for row in rows], "what": "approve"})
    )
    first = sorted([alices.pk, bobs.pk])
    assert found[:2] == [(number, True) for number in first]
    with inside(acme):
        assert Timesheet.objects.filter(state="approved").count() == 3


def test_one_decides_after_another(committed, acme, alices, submitted, inside):
    """Two who decide sheets of different people may meet in the sums of one project."""
    begun, done, order = threading.Event(), threading.Event(), []

    def decide():
        with inside(acme):
            locks.decide_in_turn()
            begun.set()
            done.wait(0.5)
            order.append("first")
        connections.close_all()

    deciding = threading.Thread(target=decide)
    deciding.start()
    assert begun.wait(20)
    with inside(acme):
        actions.approve(submitted, by=alices)
        order.append("second")
    done.set()
    deciding.join()
    assert order == ["first", "second"]


@pytest.fixture
def crosswise(acme, alices, bobs, website, internal, inside):
    """Bob's two weeks, handed in, and an hour of Alice: they meet on two projects."""
    with inside(acme):
        switch_on()
        time.log_time(bobs, internal, None, MONDAY, 60, billable=True)
        time.log_time(bobs, website, None, NEXT_MONDAY, 60)
        sheets = [actions.submit(bobs, day, by=bobs) for day in (MONDAY, NEXT_MONDAY)]
        time.log_time(alices, website, None, NEXT_MONDAY, 30)
    return sheets


def test_many_are_decided_while_hours_move_between_their_projects(
    committed, acme, alice, alices, crosswise, internal, client, inside, monkeypatch
):
    """Who decides comes from the later project to the earlier one; who moves hours goes the other way."""
    looked, failed, real = threading.Event(), [], actions.freeze

    def move():
        assert looked.wait(20)
        try:
            with inside(acme):
                entry = TimeEntry.objects.with_names().select_related("person__user").get(person=alices)
                time.change_entry(entry, project=internal, day=MONDAY)
        except OperationalError as failure:
            failed.append(failure)
        connections.close_all()

    def freeze(entries):
        real(entries)
        looked.set()
        sleep(0.5)

    monkeypatch.setattr(actions, "freeze", freeze)
    client.force_login(alice)
    moving = threading.Thread(target=move)
    moving.start()
    try:
        client.post(f"{APPROVALS}decide/", {"row": [sheet.public_id for sheet in crosswise], "what": "approve"})
    except OperationalError as failure:
        failed.append(failure)
    moving.join()
    assert failed == []
    with inside(acme):
        assert Timesheet.objects.filter(state="approved").count() == 2
        assert TimeEntry.objects.get(person=alices).project_id == internal.pk
        assert not list(differences())


def times_counted(act):
    """How often sums are written meanwhile."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return sum("INSERT INTO timetracking_projectday" in query["sql"] for query in asked)


def test_what_comes_late_is_counted_once_with_what_it_reopens(acme, alices, bobs, crosswise, website, internal, inside):
    """Else who moves hours between these two projects could wait crosswise."""
    with inside(acme):
        for sheet in crosswise:
            actions.approve(sheet, by=alices)

    def again():
        for sheet in Timesheet.objects.waiting():
            actions.approve(sheet, by=alices)

    with inside(acme), late(acme, alices):
        entry = TimeEntry.objects.with_names().select_related("person__user").get(project=internal)
        assert times_counted(lambda: time.change_entry(entry, project=website, reason="Other project")) == 1
        again()
        assert times_counted(lambda: time.log_time(bobs, internal, None, MONDAY, 5, reason="Forgotten")) == 1
        again()
        entry = TimeEntry.objects.with_names().select_related("person__user").get(project=internal)
        assert times_counted(lambda: time.delete_entries([entry], reason="Twice")) == 1
        assert not list(differences())


def test_approvals_that_are_taken_back_are_counted_once(acme, alice, crosswise, client, inside):
    client.force_login(alice)
    client.post(f"{APPROVALS}decide/", {"row": [sheet.public_id for sheet in crosswise], "what": "approve"})
    token = client.get(APPROVALS).context["done"]["token"]
    assert times_counted(lambda: client.post(f"{APPROVALS}undo/", {"token": token})) == 1
    with inside(acme):
        assert Timesheet.objects.filter(state="submitted").count() == 2
        assert not list(differences())


def test_what_is_taken_back_is_counted_once(acme, bobs, entry, website, internal, inside):
    with inside(acme):
        time.log_time(bobs, internal, None, MONDAY, 60)
        gone = time.delete_entries(TimeEntry.objects.with_names().select_related("person__user"))
        assert times_counted(lambda: time.undo(bobs, gone)) == 1
        assert TimeEntry.objects.count() == 2
        assert not list(differences())


def test_a_night_is_counted_once(acme, bobs, website, inside):
    evening = datetime(2026, 11, 16, 20, tzinfo=UTC)
    with inside(acme):
        night = evening, evening + timedelta(hours=10)
        assert times_counted(lambda: timer.log_between(bobs, website, None, *night)) == 1
        assert TimeEntry.objects.count() == 2
        assert not list(differences())


def test_a_cell_is_saved_while_its_sheet_is_approved(committed, acme, bobs, alices, submitted, inside, monkeypatch):
    """Who saves has looked at the cell's entries; now the approver comes."""
    looked, refused, failed = threading.Event(), [], []
    with inside(acme):
        cell = cell_of(bobs, read().project, read().task, MONDAY)

    def look(*args, **kwargs):
        found = cell_of(*args, **kwargs)
        looked.set()
        sleep(0.5)
        return found

    monkeypatch.setattr(cells, "cell_of", look)

    def save():
        try:
            with inside(acme):
                time.save_cell(cell, "2:00", expected=cell.version)
        except Locked as refusal:
            refused.append(refusal)
        except OperationalError as failure:
            failed.append(failure)
        connections.close_all()

    saving = threading.Thread(target=save)
    saving.start()
    assert looked.wait(20)
    try:
        with inside(acme):
            actions.approve(submitted, by=alices)
    except OperationalError as failure:
        failed.append(failure)
    saving.join()
    assert failed == []
    assert refused
    with inside(acme):
        assert read().rates_frozen_at
        assert not list(differences())


def test_an_edit_that_waits_for_the_reopening(committed, acme, bobs, alices, submitted, inside):
    """Bob's edit was read while the week was approved, and waits until it is open again."""
    with inside(acme):
        actions.approve(submitted, by=alices)
    reading, opened, failed = threading.Event(), threading.Event(), []

    def edit():
        try:
            with inside(acme):
                entry = read()
                reading.set()
                assert opened.wait(20)
                time.change_entry(entry, minutes=100)
        except Exception as failure:
            failed.append(failure)
        connections.close_all()

    editing = threading.Thread(target=edit)
    editing.start()
    assert reading.wait(20)
    with inside(acme):
        actions.send_back(submitted, "Look again", by=alices)
        opened.set()
        sleep(0.3)
    editing.join()
    assert failed == []
    with inside(acme):
        assert (read().minutes, read().rates_frozen_at) == (100, None)
        assert not list(differences())
