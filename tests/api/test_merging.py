"""Merges, what looks alike, and what is no duplicate, for programs."""

from accounts.models import Membership


def twins(program, names=("Maren", "Maran")):
    return [program.post("contacts/", {"first_name": each, "email": "m@x.example"}).data["id"] for each in names]


def test_what_looks_alike_is_found_merged_and_taken_apart(alices, acme, bob, program_of):
    first, second = twins(alices)
    (group,) = alices.get("duplicates/").data["results"]
    assert (group["kind"], sorted(group["records"])) == ("contact", sorted([first, second]))
    assert "Same e-mail" in group["shared"]
    assert alices.get("duplicates/?kind=company").data["results"] == []
    assert alices.get("duplicates/?kind=company&by=email").data["results"] == []
    assert alices.get("duplicates/?by=shoes").status_code == 400

    address = f"contacts/{first}/merge/"
    assert alices.post(address, {"others": [second], "versions": {second: 9}}).status_code == 409
    assert alices.post(address, {"others": [second], "versions": {second: "1"}}).status_code == 422
    for unknown in (second.upper(), "x"):  # a version that nobody compares would protect nothing
        refused = alices.post(address, {"others": [second], "versions": {unknown: 9}})
        assert (refused.status_code, [*refused.data["errors"]]) == (422, ["versions"])
    assert alices.post(address, {"others": [second], "versions": {first: 1, second: 1}}).status_code == 200
    (merge,) = alices.get(f"merges/?contact={first}").data["results"]
    assert (merge["contact"], merge["others"], merge["can_be_undone"]) == (first, [second], True)
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    assert program_of(acme, bob).get("merges/").data["results"] == []
    assert program_of(acme, bob).post(f"merges/{merge['id']}/undo/").status_code == 404
    undone = alices.post(f"merges/{merge['id']}/undo/")
    assert (undone.status_code, undone.data["undone_at"] is None, undone.data["can_be_undone"]) == (200, False, False)
    assert alices.get(f"contacts/{second}/").status_code == 200
    assert alices.post(f"merges/{merge['id']}/undo/").data == undone.data  # again: nothing happens


def test_pages_of_groups(alices):
    for name in ("Alder", "Birch", "Alder", "Cedar", "Birch", "Cedar"):
        alices.post("companies/", {"name": name})
    some = alices.get("duplicates/?kind=company&page_size=2").data
    rest = alices.get(some["next"]).data
    assert (len(some["results"]), len(rest["results"]), rest["next"]) == (2, 1, None)


def test_what_is_no_duplicate_is_remembered_until_that_is_taken_back(alices, acme, bob, program_of):
    first, second = twins(alices)
    body = {"kind": "contact", "records": [first, second]}
    made = alices.post("no-duplicates/", body)
    assert made.status_code == 201, made.data
    assert sorted(made.data["records"]) == sorted(body["records"])
    assert alices.post("no-duplicates/", body).data == made.data
    assert alices.get("duplicates/").data["results"] == []
    assert alices.get("no-duplicates/?kind=contact").data["results"] == [made.data]
    for wrong in ([first], [first, first], [first, "3f1c7a52-9d0e-4b57-8a3e-0c6d5a4b1e2f"]):
        assert alices.post("no-duplicates/", {**body, "records": wrong}).data["errors"].keys() == {"records"}
    assert alices.post("no-duplicates/", {**body, "kind": "company"}).status_code == 422
    Membership.objects.filter(user=bob).update(sees_only_own_records=True)
    assert program_of(acme, bob).get("no-duplicates/").data["results"] == []
    assert alices.delete(f"no-duplicates/{made.data['id']}/").status_code == 204
    assert len(alices.get("duplicates/").data["results"]) == 1
