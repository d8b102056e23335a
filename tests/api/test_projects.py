"""Budgets, teams and templates for programs."""

import pytest

from accounts.models import Membership
from audit.models import Event
from tests.api.test_time import NO_ID
from timetracking.projects import team

MONEY = {"amount": "4000.00", "currency": "EUR"}


@pytest.fixture
def website(alices):
    return alices.post("projects/", {"name": "Website"}).data


@pytest.fixture
def bobs(program_of, acme, bob):
    return program_of(acme, bob)


@pytest.fixture
def person(acme, bob):
    return str(Membership.objects.get(account=acme, user=bob).public_id)


def test_a_budget_is_of_hours_or_of_money(alices, bobs, website):
    one = f"projects/{website['id']}/"
    assert website["budget"] is website["budget_minutes"] is None
    hours = alices.patch(one, {"budget_minutes": 90}).data["budget"]
    assert hours == {"kind": "hours", "period": "total", "minutes": 90, "amount": None}
    money = alices.patch(one, {"budget": {"amount": MONEY, "period": "monthly"}}).data
    assert money["budget"] == {"kind": "money", "period": "monthly", "minutes": None, "amount": MONEY}
    assert money["budget_minutes"] is None
    assert alices.patch(one, {"budget": money["budget"]}).data["budget"] == money["budget"]
    assert alices.patch(one, {"budget_minutes": 90}).status_code == 422  # there is one of money
    for wrong in (
        {"minutes": 9, "amount": MONEY}, {}, {"minutes": 9, "kind": "money"}, {"minutes": 9, "period": "weekly"},
        {"minutes": "9"}, {"hours": 9}, 9, {"amount": {"amount": "-1", "currency": "EUR"}},
    ):  # fmt: skip
        refused = alices.patch(one, {"budget": wrong})
        assert (refused.status_code, list(refused.data["errors"])) == (422, ["budget"]), wrong
    seen = bobs.get(one).data
    assert "budget" not in seen and seen["budget_minutes"] is None
    assert alices.patch(one, {"budget": None}).data["budget"] is None


def test_a_team_is_put_together_and_closes_the_project(alices, bobs, website, person, acme, inside):
    alice = next(each["id"] for each in alices.get("members/").data["results"] if each["id"] != person)
    made = alices.post("project-members/", {"project": website["id"], "person": alice, "is_manager": True})
    assert (made.status_code, made.data["is_manager"]) == (201, True)
    assert bobs.get("projects/").data["results"] == bobs.get("project-members/").data["results"] == []
    assert bobs.get(f"projects/{website['id']}/").status_code == 404
    entry = {"project": website["id"], "day": "2026-11-20", "minutes": 5}
    assert "You are not on the team of Website" in bobs.post("time-entries/", entry).data["errors"]["record"][0]
    twice = alices.post("project-members/", {"project": website["id"], "person": alice})
    assert twice.data["errors"] == {"record": ["This person is on the team already."]}
    his = alices.post("project-members/", {"project": website["id"], "person": person}).data
    assert bobs.post("time-entries/", entry).status_code == 201
    one = f"project-members/{his['id']}/"
    for name in ("project", "person"):
        assert alices.patch(one, {name: NO_ID}).status_code == 422
    assert list(alices.patch(one, {"person": alice}).data["errors"]) == ["person"]
    assert alices.patch(one, {"is_manager": True}).data["version"] == 2
    assert bobs.patch(one, {"is_manager": False}).status_code == bobs.delete(one).status_code == 403
    found = alices.get(f"project-members/?project={website['id']}&person={person}").data["results"]
    assert [each["id"] for each in found] == [his["id"]]
    assert alices.delete(one).status_code == 204
    with inside(acme):
        kinds = Event.objects.filter(kind__startswith="project.member_").order_by("id").values_list("kind", flat=True)
        assert [kind.split("_")[1] for kind in kinds] == ["joined", "joined", "promoted", "left"]


def test_who_was_put_on_the_team_a_moment_before_is_a_conflict(alices, website, person, monkeypatch):
    add = team.add

    def late(project, people, **part):
        add(project, people, **part)  # somebody else's
        return add(project, people, **part)

    monkeypatch.setattr(team, "add", late)
    late_one = alices.post("project-members/", {"project": website["id"], "person": person})
    assert late_one.status_code == 409 and late_one.data["type"].endswith("#conflict")


def test_templates_are_kept_and_changed(alices, bobs, person, acme, inside):
    body = {
        "name": "Site", "tasks": ["Design", "Build"], "people": [person], "billable": False,
        "hourly_rate": {"amount": "95.00", "currency": "DKK"}, "budget": {"minutes": 600},
    }  # fmt: skip
    made = alices.post("project-templates/", body)
    assert made.status_code == 201
    assert {**made.data, **body, "budget": made.data["budget"]} == made.data
    one = f"project-templates/{made.data['id']}/"
    assert alices.patch(one, {"name": "Website"}).data == {
        **made.data, "name": "Website", "version": 2, "updated_at": alices.get(one).data["updated_at"],
    }  # fmt: skip
    assert alices.patch(one, {"tasks": ["Build", "Care"], "people": []}).data["tasks"] == ["Build", "Care"]
    assert alices.get(one).data["people"] == []
    for wrong in ({"people": [NO_ID]}, {"tasks": ["x" * 121]}, {"name": ""}, {"tasks": "x"}):
        assert alices.patch(one, wrong).status_code == 422, wrong
    assert alices.post("project-templates/", {"name": "WEBSITE"}).status_code == 422
    assert bobs.get("project-templates/").status_code == 403
    assert alices.delete(one).status_code == 204
    with inside(acme):
        assert Event.objects.filter(kind__startswith="project_template.").count() == 4
