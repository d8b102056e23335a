"""A second try for tests that drive real processes, and for no others."""

from __future__ import annotations

import pytest

# What browsers, servers and killed processes do takes its time, and a busy machine more of it. Nobody else is asked
# twice: a test in this process that is red once has found something.
REAL = ("tests/browser/", "tests/walks/", "tests/kills/", "tests/config/test_launch.py", "tests/config/test_broker.py")
REAL_FIXTURES = {"_server_process", "celery_worker", "chromium"}


def drives_processes(item: pytest.Item) -> bool:
    return item.nodeid.startswith(REAL) or not REAL_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if drives_processes(item):
            item.add_marker(pytest.mark.flaky(reruns=1))
