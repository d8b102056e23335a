"""Workers that may be killed, on the test's own database, with a mail server that counts."""

from collections.abc import Iterator

import pytest

from config.celery import app
from tests import processes
from tests.kills.stage import Nursery, Postman


@pytest.fixture(scope="session")
def _postman() -> Iterator[Postman]:
    with Postman() as postman:
        yield postman


@pytest.fixture(scope="session")
def _nursery(worker_database: str, _broker_database: None, _postman: Postman) -> Iterator[Nursery]:
    with Nursery({**processes._environ(worker_database), "EMAIL_URL": _postman.url, "BATCH": "100"}) as nursery:
        yield nursery


@pytest.fixture
def postman(_postman: Postman) -> Postman:
    _postman.taken.clear()
    return _postman


@pytest.fixture(scope="session")
def _redis() -> Iterator[str]:
    """The address of a Redis server of our own."""
    with processes.redis_server() as url:
        yield url


@pytest.fixture(scope="session")
def _nursery_on_redis(
    worker_database: str, _broker_database: None, _postman: Postman, _redis: str
) -> Iterator[Nursery]:
    environ = processes._environ(worker_database) | {"EMAIL_URL": _postman.url, "CELERY_BROKER_URL": _redis}
    with Nursery(environ) as nursery:
        yield nursery


@pytest.fixture
def nursery_on_redis(committed: None, _nursery_on_redis: Nursery, _redis: str, shared_files: None) -> Iterator[Nursery]:
    """Like ``nursery``, with its messages in Redis; what this test sends goes there too."""
    before = app.conf.broker_url, app.conf.broker_transport_options
    processes.use_broker(_redis, {})
    processes.empty_the_broker()
    yield _nursery_on_redis
    _nursery_on_redis.kill_all()
    processes.use_broker(*before)


@pytest.fixture
def nursery(committed: None, _nursery: Nursery, shared_files: None) -> Iterator[Nursery]:
    """``nursery.worker(KILL_AT="place@3")`` and ``nursery.scheduler("waiting mail")``; all gone after the test.

    No message of an earlier test reaches them.
    """
    processes.empty_the_broker()
    yield _nursery
    _nursery.kill_all()
    processes.empty_the_broker()
