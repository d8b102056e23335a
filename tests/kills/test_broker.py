"""The broker loses every message, the scheduler is killed: the rows know what is to be done, and it is done."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, OutgoingMail
from accounts.tasks import send_waiting_mail
from config.celery import BEAT, app
from tests import processes
from tests.kills.stage import (
    Nursery,
    faults_of_import,
    faults_of_mailing,
    letters,
    minutes_pass_for_jobs,
    seen,
    start_import,
    until,
    write_mailing,
)


@pytest.fixture(params=["nursery", "nursery_on_redis"])
def any_nursery(request) -> Nursery:
    """With its messages in PostgreSQL, and in Redis."""
    return request.getfixturevalue(request.param)


def waiting_messages() -> int:
    with app.connection_for_write() as broker:
        return sum(broker.default_channel._size(queue) for queue in ("default", "long"))


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_test_finds_no_message_that_another_left(broker_database, turn):
    assert waiting_messages() == 0
    send_waiting_mail.delay()
    assert waiting_messages() == 1


def test_a_broker_that_loses_everything_loses_nothing(any_nursery, postman, acme):
    job = start_import(acme, 50)
    write_mailing(5)
    assert waiting_messages() == 2
    processes.empty_the_broker()
    assert waiting_messages() == 0
    worker = any_nursery.worker()
    assert (seen(job).rows_read, letters()["sent"]) == (0, 0)
    any_nursery.scheduler("waiting mail")
    until(lambda: letters()["sent"] == 5, worker)
    minutes_pass_for_jobs(job)
    until(lambda: not seen(job).is_at_work, worker)
    assert faults_of_import(job, 50) == []
    assert faults_of_mailing(postman, 5) == []


def test_processes_that_saw_the_broker_emptied_go_on_with_it(any_nursery, postman, acme):
    """Web server, worker and scheduler have long been connected when it happens."""
    worker, _ = any_nursery.worker(), any_nursery.scheduler("waiting mail", "alarms")
    write_mailing(1)
    until(lambda: letters()["sent"] == 1, worker)
    processes.empty_the_broker()
    job = start_import(acme, 50)
    write_mailing(1)
    until(lambda: letters()["sent"] == 2 and not seen(job).is_at_work, worker)
    assert faults_of_import(job, 50) == []


def test_a_killed_scheduler_goes_on_where_it_is_started_again(nursery, postman):
    worker, scheduler = nursery.worker(), nursery.scheduler("waiting mail")
    until(lambda: worker.log.read_text().count("send_waiting_mail") >= 2, worker)
    scheduler.kill()
    processes.empty_the_broker()
    OutgoingMail.objects.create(to="edith@pell.example", kind="welcome", subject="Unheard of", text="Hello")
    assert letters() == {"waiting": 1}
    nursery.scheduler("waiting mail")
    until(lambda: letters()["sent"] == 1, worker)


def test_the_scheduler_and_a_worker_keep_every_account_up(nursery, postman, acme, globex):
    """From the clock over a small task of its own for each account to the letter that its owner reads."""
    now = timezone.now()
    Account.objects.filter(pk=acme.pk).update(
        created_at=now - timedelta(days=24), trial_ends_at=now + timedelta(days=6)
    )
    worker, _ = nursery.worker(), nursery.scheduler("trials and closings")
    until(lambda: letters()["sent"] == 1, worker)
    until(lambda: worker.log.read_text().count("Task accounts.keep_account_up") >= 6, worker)  # both, and again
    assert list(OutgoingMail.objects.values_list("kind", "to")) == [("trial_ends", "alice@acme.example")]
    assert not re.search("Task accounts.keep_.* raised", worker.log.read_text())


def test_what_was_lost_is_noticed_within_a_minute_and_a_half():
    """The sweep's period for letters; for jobs, an alarm's silence and the period in which alarms are looked at."""
    from accounts.alarms import SILENCE

    assert BEAT["waiting mail"]["schedule"].total_seconds() <= 60
    assert SILENCE + BEAT["alarms"]["schedule"].total_seconds() <= 90
