"""Activities for programs: the same form, actions and log as on the pages."""

import pytest

from audit.models import Event

A_CALL = {"kind": "call", "subject": "Call Maren", "due_on": "2027-01-31", "due_time": "15:00", "remind_before": 10}


@pytest.fixture
def bobs(program_of, acme, bob):
    return program_of(acme, bob)


def test_one_lives_its_life(bobs, acme, inside):
    company = bobs.post("companies/", {"name": "Tidewater"}).data
    made = bobs.post("activities/", {**A_CALL, "company": company["id"], "repeats": "FREQ=MONTHLY;COUNT=3"})
    assert made.status_code == 201, made.data
    assert made.data["repeats"] == "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=28,29,30,31;BYSETPOS=-1;COUNT=3"
    assert (made.data["due_time"], made.data["time_zone"]) == ("15:00", "Europe/Copenhagen")
    assert (made.data["remind_at"], made.data["done"]) == ("2027-01-31T13:50:00Z", False)
    one = f"activities/{made.data['id']}/"
    moved = bobs.patch(one, {"due_on": "2027-01-15", "remind_before": None}).data
    assert moved["repeats"] == "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=15;COUNT=3"
    assert moved["remind_at"] is None
    assert bobs.patch(one, {"done": True}).data["done_at"] is not None
    open_ones = bobs.get("activities/?done=false").data["results"]
    assert [each["due_on"] for each in open_ones] == ["2027-02-15"]
    assert bobs.patch(one, {"done": False}).data["done"] is False
    assert len(bobs.get(f"activities/?done=false&company={company['id']}").data["results"]) == 1
    assert bobs.delete(one).status_code == 204
    assert bobs.get(one).status_code == 404
    with inside(acme):
        kinds = list(Event.objects.filter(kind__startswith="activity").order_by("id").values_list("kind", flat=True))
    verbs = ("created", "changed", "completed", "taken_back", "reopened", "deleted")
    assert kinds == [f"activity.{verb}" for verb in verbs]


@pytest.mark.parametrize("part", [{"due_time": "15:00"}, {"remind_before": 10}, {"repeats": "FREQ=DAILY"}])
def test_a_time_needs_a_day(bobs, part):
    refused = bobs.post("activities/", {"subject": "Call Maren", **part})
    assert (refused.status_code, "need a day" in str(refused.data["errors"])) == (422, True)
    made = bobs.post("activities/", A_CALL).data
    assert bobs.patch(f"activities/{made['id']}/", {"due_on": None}).status_code == 422


def test_lists_are_narrowed(bobs):
    for day, kind in (("2027-01-01", "task"), ("2027-01-02", "call"), (None, "task")):
        bobs.post("activities/", {"subject": f"{kind} {day}", "due_on": day, "kind": kind})
    found = {
        asked: [each["subject"] for each in bobs.get(f"activities/?{asked}").data["results"]]
        for asked in ("due_from=2027-01-02", "due_to=2027-01-01", "kind=call", "done=true", "ordering=due_on")
    }
    assert found == {
        "due_from=2027-01-02": ["call 2027-01-02"],
        "due_to=2027-01-01": ["task 2027-01-01"],
        "kind=call": ["call 2027-01-02"],
        "done=true": [],
        "ordering=due_on": ["task 2027-01-01", "call 2027-01-02", "task None"],
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"repeats": "FREQ=HOURLY"}, "repeats"),
        ({"due_on": "2027-02-30"}, "due_on"),
        ({"due_time": "25:00"}, "due_time"),
        ({"time_zone": "Middle/Earth"}, "time_zone"),
        ({"kind": "note"}, "kind"),
        ({"minutes": 0}, "minutes"),
        ({"contact": "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"}, "contact"),
        ({"due_on": None}, "whole"),
    ],
)
def test_what_can_not_be_meant_is_refused_by_name(bobs, wrong, field):
    answer = bobs.post("activities/", {**A_CALL, **wrong})
    assert answer.status_code == 422
    assert field in answer.data["errors"] or field == "whole"


def test_a_key_of_own_records_only_sees_its_own(alices, bobs, acme, bob):
    from accounts.models import Membership

    theirs = alices.post("activities/", A_CALL).data
    Membership.objects.filter(account=acme, user=bob).update(sees_only_own_records=True)
    mine = bobs.post("activities/", A_CALL).data
    assert [each["id"] for each in bobs.get("activities/").data["results"]] == [mine["id"]]
    assert bobs.patch(f"activities/{theirs['id']}/", {"done": True}).status_code == 404
    assert bobs.post("activities/", {**A_CALL, "owner": theirs["owner"]}).status_code == 422
