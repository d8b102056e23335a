"""Timesheets for programs: the same table of states, the same approvers, the same lock."""

import pytest

from accounts.models import Membership
from tests.api.test_openapi import schema_of
from timetracking.models import TimeSettings


@pytest.fixture
def bobs(program_of, acme, bob):
    return program_of(acme, bob, "time:read", "time:write")


@pytest.fixture
def hours(alices, bobs, acme, inside):
    """An hour of Bob's on a Friday, in an account where hours are approved."""
    with inside(acme):
        TimeSettings.objects.create(approval="manager")
    project = alices.post("projects/", {"name": "Website"}).data["id"]
    return bobs.post("time-entries/", {"project": project, "day": "2026-11-20", "minutes": 60}).data


def test_it_is_submitted_returned_approved_and_reopened(alices, bobs, hours):
    made = bobs.post("timesheets/", {"day": "2026-11-20"})
    assert made.status_code == 201, made.data
    schema_of("Timesheet").validate(made.data)
    at = f"timesheets/{made.data['id']}/"
    assert (made.data["first_day"], made.data["last_day"]) == ("2026-11-16", "2026-11-22")
    assert (made.data["state"], made.data["minutes"]) == ("submitted", 60)
    assert [each["locked"] for each in bobs.get("time-entries/?locked=true").data["results"]] == [True]
    assert bobs.get("time-entries/?locked=false").data["results"] == []
    refused = bobs.patch(f"time-entries/{hours['id']}/", {"minutes": 90})
    assert refused.status_code == 422
    assert "can withdraw" in refused.data["errors"]["record"][0]
    assert bobs.post(f"{at}approve/").status_code == 422  # not their own
    assert bobs.post(f"{at}withdraw/").data["state"] == "open"
    assert bobs.get(f"time-entries/{hours['id']}/").data["locked"] is False
    assert bobs.patch(f"time-entries/{hours['id']}/", {"minutes": 90}).status_code == 200
    bobs.post("timesheets/", {"day": "2026-11-16"})
    assert alices.post(f"{at}return/", {}).data["errors"] == {"words": ["This is needed."]}
    returned = alices.post(f"{at}return/", {"words": "Look at Friday"}).data
    assert (returned["state"], returned["words"]) == ("returned", "Look at Friday")
    bobs.post("timesheets/", {"day": "2026-11-16"})
    assert alices.post(f"{at}reopen/", {"words": "x"}).data["errors"]["state"]
    assert alices.post(f"{at}approve/").data["state"] == "approved"
    assert bobs.delete(f"time-entries/{hours['id']}/").status_code == 422
    assert alices.post(f"{at}reopen/", {"words": "Once more"}).data["state"] == "returned"
    assert [each["id"] for each in alices.get("timesheets/?state=returned").data["results"]] == [made.data["id"]]


def test_whose_they_are_and_what_is_refused(alices, bobs, hours, program_of, acme, carol, alice):
    assert bobs.post("timesheets/", {"day": "soon", "color": "red"}).data["errors"].keys() == {"day", "color"}
    boss = str(Membership.objects.get(account=acme, user=alice).public_id)
    assert "person" in bobs.post("timesheets/", {"day": "2026-11-20", "person": boss}).data["errors"]
    assert "Nothing is logged" in bobs.post("timesheets/", {"day": "2026-10-01"}).data["errors"]["record"][0]
    assert bobs.post("timesheets/", {"day": "2026-10-01", "has_no_hours": True}).data["has_no_hours"] is True
    mine = alices.post("timesheets/", {"day": "2026-10-01", "has_no_hours": True}).data["id"]
    assert bobs.get(f"timesheets/{mine}/").status_code == 404
    assert bobs.post(f"timesheets/{mine}/approve/").status_code == 404
    assert len(alices.get("timesheets/").data["results"]) == 2
    carols = program_of(acme, carol, "time:read", "time:write")
    assert carols.post("timesheets/", {"day": "2026-11-20"}).status_code == 403


def test_a_late_change_says_why(alices, bobs, hours):
    sheet = bobs.post("timesheets/", {"day": "2026-11-20"}).data["id"]
    alices.post(f"timesheets/{sheet}/approve/")
    one = f"time-entries/{hours['id']}/"
    assert alices.patch(one, {"minutes": 90}).status_code == 422
    assert bobs.patch(one, {"minutes": 90, "reason": "Forgotten"}).status_code == 422
    late = alices.patch(one, {"minutes": 90, "reason": "Forgotten"})
    assert (late.status_code, late.data["minutes"], "reason" in late.data) == (200, 90, False)
    assert alices.get(f"timesheets/{sheet}/").data["state"] == "submitted"
    assert alices.delete(one).status_code == 422
    assert alices.delete(f"{one}?reason=Entered+twice").status_code == 204
