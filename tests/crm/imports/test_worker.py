"""A real worker, killed in the middle with kill -9: nothing is lost and nothing is doubled."""

import io
import os
import signal
import time

import pytest
from django.utils import timezone

from accounts.alarms import Alarm, ring
from accounts.models import Membership
from config.env import env
from crm.imports import job as jobs
from crm.models import Company, Contact, ContactImport, ImportedRow

ROWS = 12_000


def rows(count):
    head = "First name,Last name,E-mail,Company\n"
    return head + "".join(f"M{n},Groß{n},m{n}@x.example,Firma {n % 50}\n" for n in range(count))


@pytest.fixture
def shared_files(settings):
    """The worker is another process: it finds files where this installation keeps them."""
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": env.files_dir}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    pytest.fail("it did not come to pass")


def test_kill_9_loses_and_doubles_nothing(committed, acme, inside, celery_worker, shared_files):
    with inside(acme):
        by = Membership.objects.get(account_id=acme.pk, user__email="alice@acme.example")
        job = jobs.upload(io.BytesIO(rows(ROWS).encode()), name="people.csv", by=by)
        jobs.start_run(job)

    def seen():
        with inside(acme):
            return ContactImport.objects.get(pk=job.pk)

    deaths = 0
    for least in (1000, 3000, 6000):
        worker = celery_worker("long")
        wait_until(lambda least=least: seen().rows_read >= least)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        deaths += 1
        stopped_at = seen()
        assert stopped_at.state == stopped_at.State.RUNNING
        with inside(acme):
            assert Contact.objects.count() == ImportedRow.objects.count() == stopped_at.rows_read
        Alarm.objects.filter(account_id=acme.pk).update(rings_at=timezone.now())
        assert ring() == 1  # what the clock does a minute later
    celery_worker("long")
    wait_until(lambda: not seen().is_at_work)
    done = seen()
    assert deaths == 3
    assert done.state == done.State.DONE
    assert (done.rows_read, done.stored, done.rejected) == (ROWS, ROWS, 0)
    with inside(acme):
        assert Contact.objects.count() == ROWS
        assert Contact.objects.values("email_lower").distinct().count() == ROWS
        assert Company.objects.count() == 50
        assert list(ImportedRow.objects.order_by("row").values_list("row", flat=True)) == list(range(2, ROWS + 2))
        done.file.path.unlink()
    assert not Alarm.objects.filter(account_id=acme.pk).exists()
