"""A worker killed with -9 in the midst of an import: nothing is lost, nothing is doubled, and it is finished."""

from accounts.jobs import GIVEN_UP
from config.celery import app
from tests.kills.stage import (
    faults_of_import,
    minutes_pass_for_jobs,
    seen,
    start_import,
    start_import_of_hours,
    until,
)

ROWS = 650  # seven pieces of a hundred

# Each worker does a piece and dies in the next, so that no piece uses up its tries.
DEATHS = [
    ("the try is written down@2", 100),
    ("contacts are in, their search words not@2", 200),
    ("all is written, nothing committed@2", 300),
    ("committed, the next piece's message not sent@1", 400),
    ("done, the message not acknowledged@3", 650),
]

DEATHS_OF_HOURS = [
    ("the try is written down@2", 100),
    ("hours are in, their sums not@2", 200),
    ("all is written, nothing committed@2", 300),
    ("done, the message not acknowledged@2", 350),
]


def test_killed_at_five_points_everything_is_there_once(nursery, acme):
    outlive(nursery, start_import(acme, ROWS), DEATHS)


def test_killed_at_four_points_each_hour_is_there_once_with_its_sums(nursery, acme):
    outlive(nursery, start_import_of_hours(acme, DEATHS_OF_HOURS[-1][1]), DEATHS_OF_HOURS)


def outlive(nursery, job, deaths):
    """The work goes on after each death, and at each everything up to some row is there once."""
    whole = deaths[-1][1]
    for place, rows in deaths:
        worker = nursery.worker(KILL_AT=place)
        until(lambda worker=worker: not worker.is_alive, worker)
        assert seen(job).rows_read == rows, place
        assert faults_of_import(job, whole) == [], place
        if seen(job).is_at_work:
            minutes_pass_for_jobs(job)
    assert seen(job).state == "done"


def test_a_message_that_comes_again_after_all_is_done_does_nothing(nursery, acme):
    """The killed worker's message, which was never acknowledged."""
    job = start_import(acme, 150)
    worker = nursery.worker()
    until(lambda: not seen(job).is_at_work, worker)
    app.send_task(job.task, kwargs={"public_id": str(job.public_id), "account_id": acme.pk})
    until(lambda: worker.log.read_text().count("succeeded") >= 3, worker)
    assert faults_of_import(job, 150) == []


def test_two_workers_and_many_messages_do_each_piece_once(nursery, acme):
    workers = [nursery.worker(), nursery.worker()]
    job = start_import(acme, ROWS)
    for _ in range(6):
        app.send_task(job.task, kwargs={"public_id": str(job.public_id), "account_id": acme.pk})
    until(lambda: not seen(job).is_at_work, *workers)
    assert faults_of_import(job, ROWS) == []


def test_a_row_that_kills_its_worker_ends_the_import_and_nothing_else(nursery, acme, globex):
    """No alarm is needed: the message of a dead process goes to the next one at once, three times."""
    worker = nursery.worker()
    poisoned = start_import(acme, 250, extra="poison,,poison@x.example,\n")
    sound = start_import(globex, 250)
    until(lambda: not seen(poisoned).is_at_work and not seen(sound).is_at_work, worker)
    stopped = seen(poisoned)
    assert (stopped.state, stopped.failure, stopped.rows_read, stopped.stored) == ("failed", GIVEN_UP, 200, 200)
    assert faults_of_import(sound, 250) == []
    assert worker.is_alive
