"""What contacts said about mail, and whether they may be used, for programs."""


def test_what_a_contact_said_is_a_line_that_stays(alices, acme, carol, program_of):
    maren = alices.post("contacts/", {"first_name": "Maren"}).data["id"]
    said = {"contact": maren, "permission": "given", "how": "phone", "said_on": "2026-11-01", "words": "Yes, do."}
    first = alices.post("consents/", said)
    assert first.status_code == 201, first.data
    assert {name: first.data[name] for name in said} == said
    assert alices.get(f"contacts/{maren}/").data["mail_permission"] == "given"
    second = alices.post("consents/", {"contact": maren, "permission": "refused", "how": "mail"}).data
    assert alices.get(f"contacts/{maren}/").data["mail_permission"] == "refused"
    assert [each["id"] for each in alices.get(f"consents/?contact={maren}").data["results"]] == [
        second["id"], first.data["id"],
    ]  # fmt: skip
    assert alices.patch(f"consents/{second['id']}/", {"permission": "given"}).status_code == 405
    assert alices.delete(f"consents/{second['id']}/").status_code == 405
    assert program_of(acme, carol).get("consents/").status_code == 403
    for body, wrong in (
        ({**said, "said_on": "2199-01-01"}, "said_on"),
        ({**said, "contact": "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"}, "contact"),
        ({**said, "permission": "maybe"}, "permission"),
    ):
        response = alices.post("consents/", body)
        assert (response.status_code, list(response.data["errors"])) == (422, [wrong]), body


def test_a_contact_is_restricted_and_lifted_by_those_who_may(alices, acme, bob, program_of):
    made = alices.post("contacts/", {"first_name": "Maren"}).data
    address = f"contacts/{made['id']}/"
    bobs = program_of(acme, bob)
    assert bobs.post(f"{address}restrict/", {"reason": "x"}).status_code == 403
    assert alices.post(f"{address}restrict/", {}).data["errors"].keys() == {"reason"}
    restricted = alices.post(f"{address}restrict/", {"reason": "She asked."}, if_match='"1"')
    assert (restricted.status_code, restricted.data["is_restricted"]) == (200, True)
    again = alices.post(f"{address}restrict/", {"reason": "Again."})
    assert again.data["version"] == restricted.data["version"]
    assert alices.patch(address, {"title": "x"}).status_code == 403
    assert bobs.post(f"{address}lift/", {"reason": "x"}).status_code == 403
    assert alices.post(f"{address}lift/", {"reason": "Clear."}, if_match='"1"').status_code == 412
    assert alices.post(f"{address}lift/", {"reason": "Clear."}).data["is_restricted"] is False
