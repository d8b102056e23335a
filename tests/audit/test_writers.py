"""Many writers beside sealers that are killed, doubled or late: the small version of ``bin/drill seal``."""

import os
import signal
import subprocess
import sys
import threading
import time

from django.db import connection, connections

import audit
from audit import sealing
from audit.models import Event, Link, Unsealed
from drills.seal import faults, storm
from drills.sealed_world import attacker
from tests import database, processes

SEAL_SLOWLY = """
import django; django.setup()
import sys, time
from audit import sealing
sealing.BATCH = 5
from tenancy.context import activate
while True:
    with activate(int(sys.argv[1]), actor=sealing.SEALER):
        sealing.seal_batch(int(sys.argv[1]))
        time.sleep(0.1)
    print("sealed", flush=True)
"""


def test_eight_writers_and_two_sealers_leave_one_unbroken_log(committed, acme):
    connection.close()
    found = storm(acme, writers=8, events=250)
    assert len(found.committed) == 8 * 250 + 10
    assert found.undone > 0
    assert found.seals > 1
    assert faults(found) == []


def test_a_sealer_that_is_killed_leaves_nothing_half_done(committed, acme, inside, worker_database):
    with inside(acme):
        for number in range(300):
            audit.record("account.checked", data={"number": number})
    environ = {**processes._environ(worker_database), "DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", SEAL_SLOWLY, str(acme.pk)]
    with subprocess.Popen(command, env=environ, cwd=database.PROJECT, stdout=subprocess.PIPE) as process:
        for _ in range(5):
            process.stdout.readline()
        time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    with inside(acme):
        sealed = Link.objects.count()
    assert 25 <= sealed < 301
    assert sealed % 5 == 0
    assert audit.seal(acme) == 301 - sealed
    assert audit.verify(acme).findings == []


def test_two_sealers_at_once_seal_each_event_once(committed, acme, inside, monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 7)
    with inside(acme):
        for _ in range(100):
            audit.record("account.checked")
    counts = []

    def work():
        counts.append(audit.seal(acme))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 101
    assert audit.verify(acme).findings == []


def test_a_writer_does_not_wait_for_a_seal_that_is_under_way(committed, acme, inside):
    begun, written = threading.Event(), threading.Event()

    def hold():
        with inside(acme):
            sealing.seal_batch(acme.pk)
            begun.set()
            written.wait(20)
        connections.close_all()

    sealer = threading.Thread(target=hold)
    sealer.start()
    assert begun.wait(20)
    with inside(acme), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        audit.record("account.checked")
    written.set()
    sealer.join()
    assert audit.seal(acme) == 1


def test_a_clock_that_went_back_is_no_finding(acme, inside, recorder, committed, worker_database):
    """Links are ordered by number. The time of an event is what the clock said."""
    with inside(acme):
        audit.record("account.checked")
    with attacker(worker_database), inside(acme), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_event SET written_at = written_at - interval '2 hours' WHERE account_id = %s AND kind = %s",
            [acme.pk, "account.checked"],
        )
    audit.seal(acme)
    report = audit.verify(acme)
    assert report.findings == []
    with inside(acme):
        times = dict(Event.objects.values_list("kind", "written_at"))
    assert times["account.checked"] < times["account.opened"]


def test_a_real_worker_seals_what_the_clock_finds(celery_worker, acme, globex, inside):
    """The clock sends one message for each account in which something waits, and none for the others."""
    audit.seal(globex)
    with inside(acme):
        audit.record("account.checked")
    process = celery_worker("default")
    assert sealing.wake_sealers() == 1
    processes.until(lambda: not Unsealed.objects.exists(), seconds=30, process=process)
    assert audit.verify(acme).findings == []
    assert sealing.wake_sealers() == 0
