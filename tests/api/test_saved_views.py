"""Saved views for programs."""


def test_a_view_is_kept_changed_and_deleted(alices, acme, bob, program_of, client, alice):
    bobs = program_of(acme, bob)
    body = {"list": "contacts", "name": "Museums", "filters": {"city": "Oslo", "sort": "-name"}, "columns": ["email"]}
    made = alices.post("saved-views/", body)
    assert made.status_code == 201, made.data
    assert {name: made.data[name] for name in body} == body
    address = f"saved-views/{made.data['id']}/"
    client.force_login(alice)
    assert b"Museums" in client.get("/a/acme/contacts/").content
    assert bobs.get(address).status_code == 404
    shared = alices.patch(address, {"is_shared": True, "filters": {}}, if_match='"1"').data
    assert (shared["filters"], shared["columns"], shared["name"]) == ({}, ["email"], "Museums")
    assert bobs.get("saved-views/?list=contacts").data["results"] == [shared]
    assert bobs.patch(address, {"name": "x"}).status_code == bobs.delete(address).status_code == 403
    assert bobs.post("saved-views/", {**body, "is_shared": True}).status_code == 403
    assert alices.patch(address, {"name": "x"}, if_match='"1"').status_code == 412
    for body, wrong in (
        ({"list": "contacts", "name": "x", "filters": {"planet": "Mars"}}, "filters"),
        ({"list": "companies", "name": "x", "columns": ["email"]}, "columns"),
        ({"list": "people", "name": "x"}, "list"),
        ({"list": "contacts", "name": ""}, "name"),
    ):
        response = alices.post("saved-views/", body)
        assert (response.status_code, list(response.data["errors"])) == (422, [wrong]), body
    assert alices.delete(address).status_code == 204
    assert bobs.get("saved-views/").data["results"] == []
