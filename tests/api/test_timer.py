"""The timer for programs: one a member, the same as in the bar."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.test_openapi import schema_of
from tests.days import live_where_it_is_noon


@pytest.fixture
def website(alices):
    return alices.post("projects/", {"name": "Website"}).data["id"]


def ago(minutes):
    return (timezone.now() - timedelta(minutes=minutes)).isoformat()


def test_it_is_started_switched_and_stopped(alices, website):
    live_where_it_is_noon()
    packaging = alices.post("projects/", {"name": "Packaging", "billable": False}).data["id"]
    assert alices.get("timer/").data == {"timer": None, "entry": None, "entries": []}
    running = alices.post("timer/start/", {"project": website, "note": "x", "started_at": ago(30)}).data["timer"]
    assert (running["project"], running["note"], running["billable"], running["minutes"]) == (website, "x", True, 30)
    switched = alices.post("timer/start/", {"project": packaging, "started_at": ago(10)}, Idempotency_Key="k1")
    again = alices.post("timer/start/", {"project": packaging, "started_at": ago(10)}, Idempotency_Key="k2")
    assert switched.data["entry"]["minutes"] in (20, 21)
    assert switched.data["timer"]["project"] == packaging
    assert again.data["entry"] is None
    stopped = alices.post("timer/stop/", {"stopped_at": ago(5)}).data
    assert (stopped["timer"], stopped["entry"]["project"], stopped["entry"]["billable"]) == (None, packaging, False)
    assert stopped["entries"] == [stopped["entry"]]
    for answer in (switched.data, stopped):
        schema_of("Timer").validate(answer)


def test_before_its_first_whole_minute_it_becomes_nothing(alices, website):
    alices.post("timer/start/", {"project": website})
    stopped = alices.post("timer/stop/")
    assert (stopped.status_code, stopped.data) == (200, {"timer": None, "entry": None, "entries": []})
    assert alices.get("time-entries/").data["results"] == []


def test_the_same_request_twice_has_one_effect(alices, website):
    alices.post("timer/start/", {"project": website, "started_at": ago(5)})
    first, second = (alices.post("timer/stop/", Idempotency_Key="once") for _ in range(2))
    assert first.data == second.data
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(alices.get("time-entries/").data["results"]) == 1


def test_refusals(alices, program_of, acme, bob, carol, website):
    for body, field in (
        ({}, "project"), ({"project": website, "color": "red"}, "color"),
        ({"project": "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"}, "project"),
        ({"project": website, "started_at": "1970-01-01T00:00:00Z"}, "record"),
    ):  # fmt: skip
        refused = alices.post("timer/start/", body)
        assert (refused.status_code, list(refused.data["errors"])) == (422, [field])
    assert "No timer is running" in alices.post("timer/stop/").data["errors"]["record"][0]
    alices.post("timer/start/", {"project": website})
    assert program_of(acme, bob).get("timer/").data["timer"] is None  # everybody has an own one
    assert program_of(acme, carol).post("timer/start/", {"project": website}).status_code == 403
    assert program_of(acme, bob, "time:read").post("timer/stop/").status_code == 403
