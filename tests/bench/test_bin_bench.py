"""The whole benchmark on a handful of rows: what it says of time is nothing here, what it counts is true."""

import json
import subprocess
import sys

import pytest

from config.env import env

ONLY = "contacts,search a full,create,log,nothing,memory"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    file = tmp_path_factory.mktemp("bench") / "bench.json"
    command = [sys.executable, "-m", "bench", "--contacts=500", "--rounds=1", "--requests=3", f"--only={ONLY}"]
    ended = subprocess.run(
        [*command, f"--json={file}", f"--data={env.data_dir / 'bench'}"], capture_output=True, text=True
    )
    assert ended.returncode in (0, 1), ended.stdout + ended.stderr
    return {**json.loads(file.read_text()), "printed": ended.stdout}


def test_everything_chosen_is_measured_and_nothing_else(told):
    assert list(told["cases"]) == [
        "memory of a worker, fresh",
        "nothing, signed in",
        "an empty list, API",  # what searches stand on
        "contacts, API",
        "contacts, API, page 1,800",
        "contacts, page",
        "contacts, page 1,800",
        "search a full name, API",
        "search a full name, typed",
        "create a contact, API",
        "create a contact, form",
        "log time, API",
        "log time, in the grid",
        "memory of a worker, after all",
    ]
    assert all(f"| {name} " in told["printed"] for name in told["cases"])


def test_costs_are_counted_in_the_kernel_and_in_the_database(told):
    page, nothing = told["cases"]["contacts, page"], told["cases"]["nothing, signed in"]
    assert page["cpu_ms"] > nothing["cpu_ms"] > nothing["floor_cpu_ms"] > 0
    assert page["statements"] == pytest.approx(sum(asked["calls"] for asked in page["asked"]))
    assert {"BEGIN", "COMMIT"} <= {asked["statement"] for asked in page["asked"]}
    assert told["cases"]["memory of a worker, fresh"]["value"] > told["cases"]["memory of a worker, fresh"]["floor"]


def test_what_is_created_is_really_created(told):
    created, logged = told["cases"]["create a contact, form"], told["cases"]["log time, in the grid"]
    assert any(asked["statement"].startswith('INSERT INTO "crm_contact"') for asked in created["asked"])
    assert any(asked["statement"].startswith('INSERT INTO "timetracking_timeentry"') for asked in logged["asked"])


def test_searches_read_no_table_whole_and_statements_do_not_grow_with_rows(told):
    assert told["findings"] == []
