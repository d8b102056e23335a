"""Fields of the firm's own, pipelines, stages and reasons for losing, for programs."""

from audit.models import Event, Payload
from crm.models import Contact, CustomField


def test_a_field_is_defined_changed_archived_and_deleted(alices, acme, carol, bob, program_of, inside):
    body = {"of": "contact", "label": "Level", "kind": "choice", "choices": [{"label": "Gold"}, {"label": "Tin"}]}
    made = alices.post("custom-fields/", body)
    assert made.status_code == 201, made.data
    field = made.data
    gold, tin = field["choices"]
    assert (field["key"], gold["key"], field["is_personal"], field["archived"]) == ("level", "gold", True, False)
    maren = alices.post("contacts/", {"first_name": "Maren", "custom": {"level": "tin"}}).data["id"]
    readers, bobs = program_of(acme, carol), program_of(acme, bob)
    assert readers.get("custom-fields/?of=contact").data["results"] == [field]
    address = f"custom-fields/{field['id']}/"
    assert bobs.patch(address, {"label": "x"}).status_code == bobs.post("custom-fields/", body).status_code == 403

    choices = [{**tin, "label": "Pewter", "is_retired": True}, gold, {"label": "Silver"}]
    changed = alices.patch(address, {"choices": choices, "hint": "Last year's."}, if_match='"1"').data
    assert [(each["key"], each["label"], each["is_retired"]) for each in changed["choices"]] == [
        ("tin", "Pewter", True), ("gold", "Gold", False), ("silver", "Silver", False),
    ]  # fmt: skip
    assert (changed["label"], changed["hint"]) == ("Level", "Last year's.")
    assert alices.patch(address, {"label": "x"}, if_match='"1"').status_code == 412
    assert alices.delete(address).data["errors"].keys() == {"archived"}
    assert alices.patch(address, {"archived": True}).data["archived"] is True
    assert alices.get(f"contacts/{maren}/").data["custom"] == {}
    assert alices.patch(address, {"archived": False}).data["archived"] is False
    assert alices.get(f"contacts/{maren}/").data["custom"] == {"level": "tin"}
    alices.patch(address, {"archived": True})
    assert alices.delete(address).status_code == 204


def test_what_is_wrong_with_a_field_is_named(alices, acme, inside):
    known = {"of": "deal", "label": "Size", "kind": "number"}
    alices.post("custom-fields/", known)
    for body, wrong in (
        ({**known, "label": "size"}, "record"),
        ({**known, "label": ""}, "label"),
        ({**known, "label": "x", "kind": "map"}, "kind"),
        ({**known, "label": "x", "choices": [{"label": "A"}]}, "choices"),
        ({**known, "label": "x", "currency": "EUR"}, "currency"),
        ({**known, "label": "x", "kind": "money", "currency": "QQQ"}, "currency"),
        ({**known, "label": "x", "kind": "choice"}, "choices"),
        ({**known, "label": "x", "kind": "choice", "choices": [{"label": "A"}, {"label": "a"}]}, "record"),
        ({**known, "label": "x", "kind": "choice", "choices": [{"key": "a", "label": "A"}]}, "choices"),
        ({**known, "label": "x", "kind": "choice", "choices": [{"label": "A\nB"}]}, "choices"),
    ):
        response = alices.post("custom-fields/", body)
        assert (response.status_code, list(response.data["errors"])) == (422, [wrong]), body
    with inside(acme):
        assert CustomField.objects.count() == 1
        assert not Contact.objects.exists()
    money = alices.post("custom-fields/", {"of": "deal", "label": "Budget", "kind": "money"}).data
    assert (money["currency"], money["is_personal"], money["position"]) == ("EUR", False, 2)


def test_the_log_says_what_changed_in_a_stage(alices, acme, inside):
    stage = alices.get("stages/").data["results"][0]
    for _ in range(2):  # sent again it changes nothing, and nothing more is said
        assert alices.patch(f"stages/{stage['id']}/", {"probability": 25}).status_code == 200
    with inside(acme):
        event = Event.objects.get(kind="pipeline.changed")
        before, after = Payload.objects.get(event_id=event.pk).data["changes"]["stages"]
    assert before.startswith("Lead 10 %, stale after 21 days; ")
    assert after.startswith("Lead 25 %, stale after 21 days; ")


def test_a_pipeline_has_its_stages(alices, acme, bob, program_of):
    made = alices.post("pipelines/", {"name": "Renewals"})
    assert made.status_code == 201, made.data
    pipeline = made.data["id"]
    stages = alices.get(f"stages/?pipeline={pipeline}").data["results"]
    assert [each["name"] for each in stages] == ["Lead", "Qualified", "Proposal", "Negotiation"]
    last = alices.post("stages/", {"pipeline": pipeline, "name": "Signing", "probability": 95})
    assert (last.status_code, last.data["position"], last.data["stale_days"]) == (201, 4, 14), last.data
    address = f"stages/{last.data['id']}/"
    changed = alices.patch(address, {"probability": 99}).data
    assert (changed["name"], changed["probability"]) == ("Signing", 99)
    assert alices.patch(address, {"name": ""}).data["errors"].keys() == {"name"}
    deal = alices.post("deals/", {"name": "Refit", "stage": last.data["id"]}).data["id"]
    assert alices.delete(address).data["errors"] == {"record": ["Signing still holds deals. Choose where they go."]}
    busy = alices.patch(f"pipelines/{pipeline}/", {"status": "archived"})
    assert (busy.status_code, list(busy.data["errors"])) == (422, ["record"])
    alices.patch(f"deals/{deal}/", {"stage": stages[0]["id"]})
    assert alices.delete(address).status_code == 204
    alices.patch(f"deals/{deal}/", {"status": "lost"})
    renamed = alices.patch(f"pipelines/{pipeline}/", {"name": "Renewal", "status": "archived"}, if_match='"1"').data
    assert (renamed["name"], renamed["status"]) == ("Renewal", "archived")
    assert len(alices.get(f"stages/?pipeline={pipeline}").data["results"]) == 4
    assert program_of(acme, bob).post("pipelines/", {"name": "x"}).status_code == 403


def test_reasons_for_losing_keep_their_order_and_their_ids(alices, acme, bob, program_of, client, alice):
    before = alices.get("lost-reasons/").data["results"]
    made = alices.post("lost-reasons/", {"name": "Moved away", "position": 1}).data
    assert [each["name"] for each in alices.get("lost-reasons/").data["results"]] == [
        before[0]["name"], "Moved away", *(each["name"] for each in before[1:]),
    ]  # fmt: skip
    address = f"lost-reasons/{made['id']}/"
    assert alices.patch(address, {"name": "price"}).data["errors"].keys() == {"name"}
    assert alices.patch(address, {"position": 0}).data["position"] == 0
    client.force_login(alice)
    client.post("/a/acme/admin/pipelines/", {"names": "Budget\nMoved away\nPrice"})
    now = alices.get("lost-reasons/").data["results"]
    assert [each["name"] for each in now] == ["Budget", "Moved away", "Price"]
    assert now[1]["id"] == made["id"]
    assert alices.delete(address).status_code == 204
    assert [each["position"] for each in alices.get("lost-reasons/").data["results"]] == [0, 1]
    assert program_of(acme, bob).post("lost-reasons/", {"name": "x"}).status_code == 403
