"""Attacks × trials × found: a small version of ``bin/drill tamper``, which tries each 300 times."""

import pytest

from drills import tamper
from drills.sealed_world import attacker

TIMES = 5


@pytest.fixture
def as_owner(django_db_setup, django_db_blocker, worker_database, log_key_file):
    """The attacker owns the database."""
    with django_db_blocker.unblock(), attacker(worker_database):
        yield


def test_every_attack_is_found_as_often_as_the_table_says(as_owner, recorder, capsys):
    found = tamper.table(TIMES, recorder.looking_away)
    with capsys.disabled():
        print(f"\n{found.table()}")  # noqa: T201  (the table is the point)
    assert found.holds
    assert len(found.rows) > 30
