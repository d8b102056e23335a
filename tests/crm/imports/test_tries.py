"""A job whose worker dies: woken again, never done by two, and given up with a sentence when it never gets further."""

import logging
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from accounts.alarms import Alarm, ring, set_alarm
from accounts.jobs import MOST_TRIES, begin_try
from accounts.tasks import JobTask
from crm.imports import job as jobs
from crm.imports import steps
from crm.models import Contact, ContactImport
from crm.tasks import go_on_importing

PEOPLE = "First name,E-mail\n" + "".join(f"M{n},m{n}@x.example\n" for n in range(5))


@pytest.fixture
def job(upload, acme, inside, monkeypatch):
    """An import in three pieces, ready for its first."""
    monkeypatch.setattr(steps, "BATCH", 2)
    job = upload(PEOPLE)
    with inside(acme):
        jobs.start_run(job)
    return job


@pytest.fixture
def turns(monkeypatch):
    """What was sent at the end of each turn. Turns are so short here that one piece takes longer."""
    messages = []
    monkeypatch.setattr(JobTask, "seconds_in_a_row", 0)
    monkeypatch.setattr("accounts.tasks.send", lambda name, kwargs: messages.append((name, kwargs)))
    return messages


@pytest.fixture
def woken(job, acme, turns):
    """``woken()``: what a worker does when the message arrives."""
    return lambda: go_on_importing(str(job.public_id), account_id=acme.pk)


@pytest.fixture
def seen(job, acme, inside):
    def look() -> ContactImport:
        with inside(acme):
            return ContactImport.objects.get(pk=job.pk)

    return look


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr("accounts.alarms.send", lambda name, kwargs: messages.append(kwargs))
    return messages


def dies(job, acme, inside):
    """A worker that writes down its try and is never heard of again."""
    with inside(acme):
        assert begin_try(ContactImport, str(job.public_id))


def test_every_piece_counts_its_tries_from_nothing(job, acme, inside, woken, seen):
    dies(job, acme, inside)
    dies(job, acme, inside)
    assert seen().tries == 2
    woken()
    assert (seen().tries, seen().rows_read) == (0, 2)
    for _ in range(2):
        woken()
    assert (seen().state, seen().stored) == ("done", 5)


def test_a_turn_does_pieces_as_long_as_it_lasts_and_wakes_the_next(job, acme, woken, turns, seen, monkeypatch):
    woken()
    assert seen().rows_read == 2
    assert turns == [(ContactImport.task, {"public_id": str(job.public_id), "account_id": acme.pk})]
    monkeypatch.setattr(JobTask, "seconds_in_a_row", 60)
    woken()
    assert (seen().state, seen().stored, len(turns)) == ("done", 5, 1)


def test_a_piece_that_kills_every_worker_ends_the_job_with_a_sentence(job, acme, inside, woken, seen, caplog):
    woken()
    for _ in range(MOST_TRIES):
        dies(job, acme, inside)
    with caplog.at_level(logging.ERROR):
        woken()
    stopped = seen()
    assert (stopped.state, stopped.stored) == ("failed", 2)
    assert stopped.failure == "Our program broke off at the same place three times, so it was not started there again."
    assert f"{job.public_id} was given up" in caplog.text
    assert not Alarm.objects.filter(account_id=acme.pk).exists()
    with inside(acme):
        assert Contact.objects.count() == 2


def test_a_broken_connection_is_tried_again_and_not_for_ever(job, woken, seen, monkeypatch):
    def breaks(self, job):
        raise OperationalError

    monkeypatch.setattr(steps.Steps, "import_batch", breaks)
    for tries in range(1, MOST_TRIES + 1):
        with pytest.raises(OperationalError):
            woken()
        assert (seen().state, seen().tries) == ("running", tries)
    woken()
    assert seen().state == "failed"


def test_while_one_worker_is_at_a_piece_others_leave_it_alone(committed, job, acme, inside, woken, seen):
    """Whatever the clock says: the alarm rings, messages come twice, and the piece is done once."""
    is_at_it, may_finish = threading.Event(), threading.Event()

    def work_slowly() -> None:
        with inside(acme):
            assert ContactImport.objects.select_for_update().get(pk=job.pk)
            is_at_it.set()
            may_finish.wait(20)
            jobs.go_on(str(job.public_id))
        connections.close_all()

    slow = threading.Thread(target=work_slowly)
    slow.start()
    assert is_at_it.wait(20)
    Alarm.objects.filter(account_id=acme.pk).update(rings_at=timezone.now() - timedelta(days=1))
    for _ in range(MOST_TRIES + 2):
        woken()
    assert (seen().tries, seen().rows_read) == (0, 0)
    may_finish.set()
    slow.join()
    assert (seen().tries, seen().rows_read, seen().state) == (0, 2, "running")
    with inside(acme):
        assert Contact.objects.count() == 2


def test_an_alarm_of_a_job_that_is_done_falls_silent(job, acme, inside, woken, sent):
    with inside(acme):
        jobs.cancel(job)
        set_alarm(ContactImport.task, job.public_id, seconds=-1)
    assert ring() == 1
    woken()
    assert not Alarm.objects.filter(account_id=acme.pk).exists()


def test_a_clock_set_back_does_not_put_the_alarm_off(job, acme, sent):
    """An alarm stands for a minute from now; if the clock says it is a day, the clock was wrong."""
    Alarm.objects.filter(account_id=acme.pk).update(rings_at=timezone.now() + timedelta(days=1))
    assert ring() == 1
    assert ring() == 0
    assert len(sent) == 1


def test_no_alarm_is_set_further_away_than_a_set_back_clock_is_told_from(job, in_acme):
    with pytest.raises(ValueError, match="600 seconds at most"):
        set_alarm(ContactImport.task, job.public_id, seconds=601)
