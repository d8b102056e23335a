"""Expenses for programs: amounts, distances, receipts, and what locked days refuse."""

import base64

from tests.api.conftest import Program, key_for, mallorys, program_of  # noqa: F401  (fixtures)
from tests.house.samples import picture
from tests.timetracking.expenses import files
from timetracking.expenses.api import A_DOT
from timetracking.models import ExpenseCategory, LateEdit, ProjectMember, TimeSettings


def test_a_program_enters_measures_and_sends_receipts(program_of, acme, bob, alice, alices, kinds, inside):  # noqa: F811
    bobs = program_of(acme, bob)
    new = {"category": kinds["Travel"], "day": "2026-11-20", "amount": {"amount": "12.50", "currency": "DKK"}}
    made = bobs.post("expenses/", new)
    assert (made.status_code, made.data["amount"]) == (201, new["amount"])
    drive = {"category": kinds["Mileage"], "day": "2026-11-20", "distance": "10.0"}
    assert bobs.post("expenses/", drive).data["amount"] == {"amount": "3.80", "currency": "EUR"}
    assert "Say how much" in str(
        bobs.post("expenses/", {"category": kinds["Meals"], "day": "2026-11-20"}).data["errors"]
    )
    assert "Say how far" in str(bobs.post("expenses/", drive | {"distance": None}).data["errors"])
    assert bobs.post("expenses/", new | {"person": str(alices.public_id)}).status_code == 422
    own = f"expenses/{made.data['id']}/"
    assert bobs.patch(own, {"note": "Taxi"}).data["amount"] == new["amount"]
    for content, words in ((files.SVG, "SVG drawing"), (files.bomb(), "more pixels"), (b"", "file")):
        sent = {"name": "a.png", "content": base64.b64encode(content).decode()}
        refused = bobs.post(f"{own}receipt/", sent)
        assert (refused.status_code, words in str(refused.data["errors"])) == (422, True)
    assert bobs.post(f"{own}receipt/", {"name": "a.png", "content": "no base64!"}).status_code == 422
    for content in (picture(), files.scripted_pdf()):
        kept = bobs.post(f"{own}receipt/", {"name": "a", "content": base64.b64encode(content).decode()})
        assert (kept.status_code, kept.data["has_receipt"]) == (200, True)
    with inside(acme):
        TimeSettings.objects.create(locked_through="2026-11-22", lock_reason="Books closed")
    assert "Books closed" in str(bobs.delete(own).data["errors"])
    assert "Books closed" in str(bobs.patch(own, {"note": "Later"}).data["errors"])
    assert "Books closed" in str(bobs.post("expenses/", new).data["errors"])
    owner = program_of(acme, alice)
    late, why = {"note": "Late"}, {"reason": "By post"}
    assert [owner.patch(own, each).status_code for each in (late, late | why)] == [422, 200]
    another = {"name": "a", "content": A_DOT}
    assert [owner.post(f"{own}receipt/", each).status_code for each in (another, another | why)] == [422, 200]
    assert [owner.delete(f"{own}{query}").status_code for query in ("", "?reason=By+post")] == [422, 204]
    with inside(acme):
        assert [each.reason for each in LateEdit.objects.all()] == ["By post", "By post", "By post"]
        assert LateEdit.objects.exclude(former_receipt=None).get().former_receipt.media_type == "application/pdf"


def test_a_program_fetches_a_receipt_for_its_member_alone(program_of, acme, bob, carol, mallorys, kinds):  # noqa: F811
    bobs, reads = program_of(acme, bob), program_of(acme, bob, "time:read")
    new = {"category": kinds["Travel"], "day": "2026-11-20", "amount": {"amount": "12.50", "currency": "DKK"}}
    own = f"expenses/{bobs.post('expenses/', new).data['id']}/"
    assert bobs.get(f"{own}receipt/").data["receipt_link"] is None
    sent = base64.b64encode(files.scripted_pdf()).decode()
    kept = bobs.post(f"{own}receipt/", {"name": "Taxi.pdf", "content": sent})
    assert kept.data["receipt_link"] is None is bobs.get(own).data["receipt_link"]
    told = reads.get(f"{own}receipt/")
    assert told.status_code == 200 and told.data["has_receipt"]
    link = told.data["receipt_link"].partition("://")[2].partition("/")[2]
    key = {"HTTP_AUTHORIZATION": f"Bearer {reads.key}"}
    fetched = reads.client.get(f"/{link}", **key)
    assert fetched.status_code == 200 and b"".join(fetched.streaming_content).startswith(b"%PDF")
    assert "Taxi.pdf" in fetched["Content-Disposition"]
    assert reads.client.get(f"/{link}").status_code == 404
    assert mallorys.get(f"{own}receipt/").status_code == 404
    assert program_of(acme, carol, "crm:write").get(f"{own}receipt/").status_code == 403


def test_a_distance_worth_more_than_can_be_kept_is_refused(program_of, acme, bob, kinds, inside):  # noqa: F811
    with inside(acme):
        ExpenseCategory.objects.filter(name="Mileage").update(rate="9999.9999")
    drive = {"category": kinds["Mileage"], "day": "2026-11-20", "distance": "9999999.9"}
    refused = program_of(acme, bob).post("expenses/", drive)
    assert (refused.status_code, "too far" in str(refused.data["errors"])) == (422, True)


def test_projects_that_one_is_not_on_are_not_named(program_of, acme, bob, alices, website, kinds, inside):  # noqa: F811
    with inside(acme):
        ProjectMember.objects.create(project=website, person=alices)
    new = {"category": kinds["Travel"], "day": "2026-11-20", "amount": {"amount": "12.50", "currency": "EUR"}}
    refused = program_of(acme, bob).post("expenses/", new | {"project": str(website.public_id)})
    assert (refused.status_code, website.name in str(refused.data)) == (422, False)
