"""The stage of all tests: a cloned database used as the app role, and the cast.

``db`` (or ``@pytest.mark.django_db``) wraps a test in a transaction that is rolled back. ``committed``
gives real commits and clones the database again afterwards: for the door, ``after_commit``, workers
and browsers. ``inside(account)`` works in an account for a few lines; ``in_acme`` for a whole test
(not together with requests of another account: one context at a time).
"""

from __future__ import annotations

import math
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

import audit
from accounts.models import Account, Membership, User
from config.celery import app
from crm import substrings
from demo import cast
from tenancy.context import activate
from tenancy.globals import SWEPT_BY, fenced_models, found_by
from tests import database, signed_in  # noqa: F401  (teaches Django's test client our session cookie)
from tests.database import pytest_sessionfinish, pytest_sessionstart  # noqa: F401  (hooks)
from tests.log_words import Listener
from tests.recorder import Reader, Recorder
from tests.templates import read_once

pytest_plugins = ["tests.postman", "tests.processes", "tests.processor", "tests.promises", "tests.turns"]
app.conf.update(broker_url="memory://", broker_transport_options={})  # until a test starts a worker
read_once()

# Everybody tries the same examples, so a red test is of the change. ``--hypothesis-profile=wild`` looks for new ones.
hypothesis_settings.register_profile(  # a busy machine is slow, and that is no fault
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("wild", deadline=None, print_blob=True)
hypothesis_settings.load_profile("steady")

Inside = Callable[[Account], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def worker_database() -> Iterator[str]:
    """The name of this worker's own database."""
    name = f"candor_test_{os.getpid()}"
    database.clone(name)
    yield name
    connections.close_all()
    database.drop(name)


@pytest.fixture(scope="session")
def django_db_setup(worker_database: str, django_db_blocker: pytest.FixtureRequest) -> None:
    """Point Django at the worker's database, as the app role."""
    settings.DATABASES["default"]["NAME"] = worker_database
    connection.settings_dict["NAME"] = worker_database
    connection.settings_dict["CONN_MAX_AGE"] = None
    substrings._known[worker_database] = False, math.inf  # asked now and then, it would spoil counting statements


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """Hashing that is quick and worthless: tests sign in often."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def ledger_of_deletions(settings: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file of the test's own: what it erases is gone with its database, and would keep others out of theirs."""
    settings.DELETION_LEDGER = tmp_path_factory.getbasetemp() / f"ledger-{uuid.uuid4()}.jsonl"  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def statement_reader() -> Reader:
    """Knows the fenced tables; remembers the statements it has read."""
    return Reader({model._meta.db_table for model in fenced_models()}, found_by(), SWEPT_BY)


@pytest.fixture(autouse=True)
def recorder(statement_reader: Reader) -> Iterator[Recorder]:
    """Fails the test when a statement names an account's table without its account."""
    recorder = Recorder(statement_reader)
    with connection.execute_wrapper(recorder):
        yield recorder
    if recorder.found:
        pytest.fail("\n".join(recorder.found), pytrace=False)


@pytest.fixture(autouse=True)
def every_event_has_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """Fails the test when the product records a kind of event that no app has words for."""
    listener = Listener(audit.record)
    monkeypatch.setattr(audit, "record", listener)
    yield listener
    if listener.found:
        pytest.fail("\n".join(listener.found), pytrace=False)


@pytest.fixture
def committed(django_db_setup, django_db_blocker, worker_database) -> Iterator[None]:
    """Real commits, seen by other processes; the database is cloned anew afterwards."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        database.clone(worker_database)


@pytest.fixture
def _rows(request: pytest.FixtureRequest) -> None:
    """Rows may be made: by ``committed`` if the test asks for it, otherwise in a rolled back transaction."""
    request.getfixturevalue("committed" if "committed" in request.fixturenames else "db")


@pytest.fixture
def inside() -> Inside:
    """``with inside(acme): …`` works in an account for a few lines."""
    return lambda account: activate(account, actor=cast.SYSTEM)


@pytest.fixture
def alice(_rows: None) -> User:
    return cast.person("alice@acme.example")


@pytest.fixture
def acme(alice: User) -> Account:
    return cast.acme(alice)


@pytest.fixture
def bob(acme: Account) -> User:
    user = cast.person("bob@acme.example")
    cast.joins(acme, user, Membership.Role.MEMBER)
    return user


@pytest.fixture
def carol(acme: Account) -> User:
    user = cast.person("carol@acme.example")
    cast.joins(acme, user, Membership.Role.READER)
    return user


@pytest.fixture
def mallory(_rows: None) -> User:
    return cast.person("mallory@globex.example")


@pytest.fixture
def globex(mallory: User) -> Account:
    return cast.globex(mallory)


@pytest.fixture
def sam(_rows: None) -> User:
    return cast.person("sam@candor.example")


@pytest.fixture
def tess(_rows: None) -> User:
    return cast.person("tess@candor.example")


@pytest.fixture
def in_acme(acme: Account, inside: Inside) -> Iterator[Account]:
    with inside(acme):
        yield acme


@pytest.fixture
def in_globex(globex: Account, inside: Inside) -> Iterator[Account]:
    with inside(globex):
        yield globex


@pytest.fixture
def files_folder(tmp_path: Path, settings: Any) -> Path:
    """A folder of its own for the test's stored files."""
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return tmp_path
