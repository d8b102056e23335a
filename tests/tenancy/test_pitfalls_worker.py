"""Pitfall 24: what one task leaves behind in a worker process, the next must not find."""

import inspect
import sys

import pytest

from config.celery import app
from crm.models import Tag
from tenancy.errors import NoAccount
from tenancy.queue import after_commit
from tenancy.tasks import AccountTask
from tests import processes
from tests.tenancy import worker_tasks


@pytest.fixture
def tags(acme, globex, inside):
    for account in (acme, globex):
        with inside(account):
            Tag.objects.create(name=f"of {account}")


def test_two_accounts_tasks_in_one_worker_process(
    committed, broker_database, worker_database, tags, acme, globex, tmp_path
):
    """24: account, account again, none; a failing task between them; all in one process."""
    path = tmp_path / "seen"
    command = [sys.executable, "-m", "celery", "-A", "tests.tenancy.worker_tasks", "worker", "-Q", "default"]
    command += ["-c", "1", "-n", "fence@test", "--without-gossip", "--without-mingle"]
    with app.connection_for_write() as broker:
        broker.default_channel.queue_purge("default")  # of what other tests sent
    with processes.running(command, {**processes._environ(worker_database), "WORKER_QUEUE": "default"}) as process:
        with app.connection_for_write() as broker:
            for account, fails in ((acme, True), (globex, False), (acme, False)):
                words = {"path": str(path), "account_id": account.pk, "fails": fails}
                app.send_task("trial.look", kwargs=words, connection=broker)
                app.send_task("trial.look_without_account", kwargs={"path": str(path)}, connection=broker)
        processes.until(lambda: path.exists() and len(path.read_text().splitlines()) >= 6, seconds=60, process=process)
    seen = [line.split(" ", 1) for line in path.read_text().splitlines()]
    assert len({pid for pid, _ in seen}) == 1
    assert [words for _, words in seen] == [
        "of Acme job",
        "None nobody",
        "of Globex job",
        "None nobody",
        "of Acme job",  # what the failing task wrote was rolled back
        "None nobody",
    ]


def test_a_task_without_an_account_does_not_run(db, tmp_path):
    """24: the account is a keyword without a default."""
    with pytest.raises(TypeError, match="account_id"):
        worker_tasks.look(str(tmp_path / "seen"))
    with pytest.raises(TypeError, match="account_id"):
        worker_tasks.look.apply(kwargs={"path": str(tmp_path / "seen")}).get()
    assert not (tmp_path / "seen").exists()


def test_what_waits_for_the_commit_names_the_account(db, acme, inside, monkeypatch, django_capture_on_commit_callbacks):
    """3: the message carries the account; without one nothing can be sent."""
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **given: sent.append((name, given["kwargs"])))
    with pytest.raises(NoAccount):
        after_commit("trial.look", path="x")
    with django_capture_on_commit_callbacks(execute=True), inside(acme):
        after_commit("trial.look", path="x")
        assert sent == []
    assert sent == [("trial.look", {"path": "x", "account_id": acme.pk})]


def test_every_task_of_ours_is_a_door_or_works_in_no_account():
    """A task that takes an account and does not open it would work outside the fence's sight."""
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith(("celery.", "errands.", "trial."))]
    wrong = [task.name for task in ours if _takes_account(task) and not isinstance(task, AccountTask)]
    assert ours
    assert wrong == []


def _takes_account(task):
    return "account_id" in inspect.signature(task.run).parameters
