"""What a firm settles about time, for programs: its kinds, its working time and days, who is away and who approves."""

import pytest

from audit.models import Event
from timetracking.models import Delegation, SheetRow, TimeOff, TimeOffType, WorkingTime


@pytest.fixture
def bobs_program(program_of, acme, bob):
    return program_of(acme, bob)


def number_of(program, user, acme):
    return str(acme.memberships.get(user=user).public_id)


@pytest.mark.parametrize("name", ["expense-categories", "time-off-types"])
def test_admins_make_kinds_and_nobody_else_does(name, alices, bobs_program, acme, inside):
    made = alices.post(f"{name}/", {"name": "Parental"})
    assert (made.status_code, made.data["is_archived"]) == (201, False)
    one = f"{name}/{made.data['id']}/"
    assert "already" in str(alices.post(f"{name}/", {"name": "Parental"}).data["errors"])
    renamed = alices.patch(one, {"name": "Parents", "is_archived": True}, if_match='"1"')
    assert (renamed.status_code, renamed.data["name"], renamed.data["is_archived"]) == (200, "Parents", True)
    assert alices.patch(one, {"name": "x"}, if_match='"1"').status_code == 412
    assert [each["id"] for each in alices.get(f"{name}/?archived=true").data["results"]] == [made.data["id"]]
    assert alices.patch(one, {"is_archived": False}).data["name"] == "Parents"
    assert bobs_program.get(one).status_code == 200
    assert bobs_program.patch(one, {"name": "Bob"}).status_code == 403
    assert bobs_program.post(f"{name}/", {"name": "Bob"}).status_code == 403
    with inside(acme):
        kinds = {"expense-categories": "expense_category", "time-off-types": "time_off_type"}
        told = Event.objects.filter(kind__startswith=kinds[name], actor_kind="member").order_by("id")
        verbs = [kind.partition(".")[2] for kind in told.values_list("kind", flat=True)]
    assert verbs == ["created", "changed", "archived", "restored"]


def test_only_what_is_counted_has_a_rate(alices):
    made = alices.post("expense-categories/", {"name": "By car", "unit": "km", "rate": "0.3"}).data
    one = f"expense-categories/{made['id']}/"
    assert made["rate"] == "0.3000"
    assert alices.patch(one, {"name": "Own car"}).data["rate"] == "0.3000"
    assert alices.patch(one, {"rate": 0.3}).status_code == 422
    assert alices.patch(one, {"unit": ""}).data["rate"] is None


def test_working_time_begins_on_a_day_for_everybody_or_somebody(alices, bobs_program, bob, acme, inside):
    everybody = alices.post("working-times/", {"starts_on": "2026-11-01", "friday": 300, "country": "DK"})
    assert everybody.status_code == 201, everybody.data
    assert (everybody.data["person"], everybody.data["monday"], everybody.data["friday"]) == (None, 480, 300)
    bobs = number_of(alices, bob, acme)
    his = alices.post("working-times/", {"person": bobs, "starts_on": "2026-11-01", "friday": 0, "days_off": "25.5"})
    assert (his.data["person"], his.data["friday"], his.data["days_off"]) == (bobs, 0, "25.5")
    again = alices.post("working-times/", {"person": bobs, "starts_on": "2026-11-01"})
    listed = alices.get(f"working-times/?person={bobs}").data["results"]
    assert listed == [again.data]  # in the other's place
    assert alices.delete(f"working-times/{again.data['id']}/").status_code == 204
    for wrong, name in (
        ({"starts_on": "2026-11-01", "monday": 1441}, "monday"),
        ({"starts_on": "2026-11-01", "country": "XX"}, "country"),
        ({"starts_on": "2026-11-01", "country": "DK", "region": "BY"}, "region"),
        ({"starts_on": "2026-11-01", "person": everybody.data["id"]}, "person"),
        ({"starts_on": "2026-11-01", "days_off": "367"}, "days_off"),
        ({}, "starts_on"),
    ):
        refused = alices.post("working-times/", wrong)
        assert (refused.status_code, list(refused.data["errors"])) == (422, [name])
    assert bobs_program.get("working-times/").status_code == 403
    with inside(acme):
        assert [str(time.person or "") for time in WorkingTime.objects.all()] == [""]


def test_the_firm_has_days_of_its_own(alices, bobs_program):
    made = alices.post("special-days/", {"day": "2026-12-31", "name": "New Year’s Eve", "kind": "half"})
    assert (made.status_code, made.data["kind"]) == (201, "half")
    assert "already" in str(alices.post("special-days/", {"day": "2026-12-31", "name": "x"}).data["errors"])
    assert bobs_program.get("special-days/?day_from=2026-12-31").data["results"] == [made.data]
    assert bobs_program.get("special-days/?day_to=2026-12-30").data["results"] == []
    assert bobs_program.delete(f"special-days/{made.data['id']}/").status_code == 403
    assert alices.delete(f"special-days/{made.data['id']}/").status_code == 204


@pytest.fixture
def asked_for(bobs_program, acme, inside):
    with inside(acme):
        TimeOffType.objects.update(needs_approval=True)
        kind = str(TimeOffType.objects.get(name="Vacation").public_id)
    return bobs_program.post("time-off/", {"type": kind, "first_day": "2026-12-21"}).data


@pytest.mark.parametrize(("verb", "state"), [("approve", "approved"), ("decline", "declined")])
def test_who_plans_the_team_answers_a_request(verb, state, alices, bobs_program, asked_for):
    path = f"time-off/{asked_for['id']}/{verb}/"
    assert asked_for["state"] == "requested"
    assert bobs_program.post(path, {"answer": "Yes, I may"}).status_code == 403
    assert alices.post(path, {"words": "x"}).data["errors"] == {"words": ["There is no such field."]}
    answered = alices.post(path, {"answer": "As you wish"})
    assert (answered.status_code, answered.data["state"], answered.data["answer"]) == (200, state, "As you wish")
    again = alices.post(path)
    assert (again.status_code, "decided already" in str(again.data["errors"])) == (422, True)


def test_nobody_answers_themselves(alices, alice, acme, inside):
    with inside(acme):
        kind = TimeOffType.objects.first()
        mine = TimeOff.objects.create(
            person=acme.memberships.get(user=alice), type=kind, first_day="2026-12-21", last_day="2026-12-21",
            state="requested",
        )  # fmt: skip
    assert alices.post(f"time-off/{mine.public_id}/approve/").status_code == 403


def test_somebody_approves_in_ones_place(alices, bobs_program, alice, bob, carol, acme, inside):
    days = {"first_day": "2026-12-21", "last_day": "2027-01-03"}
    named = alices.post("delegations/", {"delegate": number_of(alices, bob, acme), **days})
    assert named.status_code == 201, named.data
    assert alices.get("delegations/").data["results"] == [named.data]
    assert bobs_program.get("delegations/").data["results"] == []
    assert bobs_program.delete(f"delegations/{named.data['id']}/").status_code == 404
    for nobody in (alice, carol):  # oneself, and who only reads
        refused = alices.post("delegations/", {"delegate": number_of(alices, nobody, acme), **days})
        assert list(refused.data["errors"]) == ["delegate"]
    backwards = {"first_day": "2026-12-21", "last_day": "2026-12-20"}
    assert alices.post("delegations/", {"delegate": number_of(alices, bob, acme), **backwards}).status_code == 422
    assert alices.delete(f"delegations/{named.data['id']}/").status_code == 204
    with inside(acme):
        assert not Delegation.objects.exists()


def test_a_favourite_is_taken_off_one_week(bobs_program, alices, acme, inside):
    project = alices.post("projects/", {"name": "Website"}).data["id"]
    favourite = f"sheet-rows/{bobs_program.post('sheet-rows/', {'project': project}).data['id']}/"
    refused = bobs_program.delete(f"{favourite}?week=soon")
    assert (refused.status_code, list(refused.data["errors"])) == (422, ["week"])
    assert bobs_program.delete(f"{favourite}?weeks=2026-11-18").status_code == 400
    assert bobs_program.delete(f"{favourite}?week=2026-11-18").status_code == 204
    assert bobs_program.get(favourite).status_code == 200  # on every other week's it stays
    with inside(acme):
        hidden = SheetRow.objects.exclude(hidden_at=None).get()
        assert str(hidden.week) == "2026-11-16"
    assert bobs_program.post("sheet-rows/", {"project": project, "week": "2026-11-16"}).status_code == 201
    with inside(acme):
        assert not SheetRow.objects.exclude(hidden_at=None).exists()
