"""Deals, pipelines and stages for programs."""

import pytest

from accounts.models import Membership
from crm.models import Company, Contact, Deal, Stage, StageMove


@pytest.fixture
def stage_ids(alices):
    return {stage["name"]: stage["id"] for stage in alices.get("stages/").data["results"]}


def test_a_deal_goes_through_its_life(alices, acme, inside, stage_ids):
    with inside(acme):
        museum = Company.objects.create(name="Tidewater Museum")
        maren = Contact.objects.create(first_name="Maren", last_name="Holt")
    body = {
        "name": "Loan archive", "company": str(museum.public_id), "contacts": [str(maren.public_id)],
        "value": {"amount": "100.05", "currency": "EUR"}, "close_on": "2026-12-11", "tags": ["grant"],
    }  # fmt: skip
    made = alices.post("deals/", body)
    assert made.status_code == 201, made.data
    deal = made.data
    assert {name: deal[name] for name in body} == body
    assert (deal["stage"], deal["status"], deal["closed_on"]) == (stage_ids["Lead"], "open", None)
    assert deal["weighted"] == {"amount": "10.01", "currency": "EUR"}  # 10.005, half up
    address = f"deals/{deal['id']}/"

    moved = alices.patch(address, {"stage": stage_ids["Proposal"]}).data
    assert (moved["stage"], moved["weighted"]["amount"]) == (stage_ids["Proposal"], "60.03")
    assert alices.patch(address, {"stage": stage_ids["Proposal"]}).data == moved  # again: nothing happens
    assert alices.patch(address, {"closed_on": "2026-11-20"}).status_code == 422
    lost = alices.patch(address, {"status": "lost", "lost_reason": "Price", "closed_on": "2026-11-20"}).data
    assert (lost["status"], lost["lost_reason"], lost["closed_on"]) == ("lost", "Price", "2026-11-20")
    assert alices.patch(address, {"stage": stage_ids["Lead"]}).data["errors"].keys() == {"stage"}
    back = alices.patch(address, {"status": "open", "stage": stage_ids["Lead"], "contacts": []}).data
    assert (back["status"], back["lost_reason"], back["stage"], back["contacts"]) == ("open", "", stage_ids["Lead"], [])
    won = alices.patch(address, {"status": "won"}).data
    assert won["weighted"] == won["value"]
    assert alices.get("deals/?status=open").data["results"] == []
    with inside(acme):
        names = [move.to_stage.name for move in StageMove.objects.select_related("to_stage").order_by("id")]
        assert names == ["Lead", "Proposal", "Lead"]


def test_what_is_wrong_is_named(alices, acme, inside, stage_ids):
    for body, wrong in (
        ({"name": "X", "stage": "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"}, "stage"),
        ({"name": "X", "contacts": ["3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"]}, "contacts"),
        ({"name": "X", "value": {"amount": "-1", "currency": "EUR"}}, "value"),
        ({"name": "X", "value": {"amount": "1", "currency": "EURO"}}, "value"),
        ({"name": "X", "status": "maybe"}, "status"),
        ({"name": "X", "pipeline": stage_ids["Lead"]}, "pipeline"),
        ({"name": ""}, "name"),
    ):
        response = alices.post("deals/", body)
        assert (response.status_code, list(response.data["errors"])) == (422, [wrong]), body
    with inside(acme):
        assert not Deal.objects.exists()


def test_pipelines_and_stages_are_read(alices, stage_ids):
    (pipeline,) = alices.get("pipelines/").data["results"]
    stages = alices.get(f"stages/?pipeline={pipeline['id']}").data["results"]
    assert [(stage["name"], stage["probability"]) for stage in stages] == [
        ("Lead", 10), ("Qualified", 40), ("Proposal", 60), ("Negotiation", 90),
    ]  # fmt: skip


def test_a_member_with_own_records_counts_own_deals(acme, alice, bob, inside, program_of):
    with inside(acme):
        first = Stage.objects.in_order().first()
        for user, name in ((alice, "Hers"), (bob, "His")):
            owner = Membership.objects.get(account=acme, user=user)
            Deal.objects.create(name=name, stage=first, value=50, owner=owner)
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    found = program_of(acme, bob).get("deals/").data["results"]
    assert [(deal["name"], deal["weighted"]["amount"]) for deal in found] == [("His", "5.00")]


def test_nothing_new_is_about_a_restricted_contact(alices, acme, inside):
    with inside(acme):
        maren = Contact.objects.create(first_name="Maren", restricted_at="2026-11-20T09:00Z")
    number = str(maren.public_id)
    for path, body in (("deals/", {"name": "X", "contacts": [number]}),
                       ("activities/", {"subject": "X", "contact": number})):  # fmt: skip
        assert alices.post(path, body).status_code == 422, path


def test_a_colleagues_contact_on_an_own_deal_is_not_named(alices, acme, bob, inside, program_of, client):
    with inside(acme):
        his = Membership.objects.get(account=acme, user=bob)
        maren = Contact.objects.create(first_name="Maren")
        nils = Contact.objects.create(first_name="Nils", owner=his)
    body = {"name": "His", "owner": str(his.public_id), "contacts": [str(maren.public_id)]}
    deal = alices.post("deals/", body).data["id"]
    both = [str(maren.public_id), str(nils.public_id)]
    alices.patch(f"deals/{deal}/", {"contacts": both})
    client.force_login(bob)
    assert b"Maren" in client.get(f"/a/acme/deals/{deal}/").content
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    bobs = program_of(acme, bob)
    assert bobs.get(f"deals/{deal}/").data["contacts"] == both[1:]
    assert bobs.get("deals/").data["results"][0]["contacts"] == both[1:]
    assert b"Maren" not in client.get(f"/a/acme/deals/{deal}/").content
    assert bobs.patch(f"deals/{deal}/", {"contacts": []}).data["contacts"] == []
    assert alices.get(f"deals/{deal}/").data["contacts"] == both[:1]  # not seen, and kept
