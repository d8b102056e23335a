"""Invoices for programs."""

import pytest

from accounts.models import Membership
from crm.models import Company
from tests.api.conftest import alices, key_for, program_of  # noqa: F401  (fixtures)
from timetracking.actions import create
from timetracking.models import Project, TimeEntry


@pytest.fixture
def museum(acme, alice, inside):
    with inside(acme):
        museum = Company.objects.create(name="Tidewater Museum")
        website = create(Project(name="Website", company=museum, hourly_rate=95, currency="EUR"))
        person = Membership.objects.get(account_id=acme.pk, user_id=alice.pk)
        TimeEntry.objects.create(project=website, person=person, day="2026-11-16", minutes=120)
        TimeEntry.objects.create(project=website, person=person, day="2026-11-17", minutes=60)
        return str(museum.public_id)


def test_a_program_bills_hours_from_draft_to_paid(alices, museum):  # noqa: F811
    asked = {"company": museum, "currency": "EUR", "hours": "entry", "through": "2026-11-16", "reference": "PO 1"}
    made = alices.post("invoices/", asked)
    assert (made.status_code, made.data["net"]["amount"], made.data["reference"]) == (201, "190.00", "PO 1")
    assert made.data["recipient"] == "Tidewater Museum"
    own = f"invoices/{made.data['id']}/"
    line = {"invoice": made.data["id"], "text": "Photos", "quantity": "2", "unit_price": "49.90", "tax_rate": "20"}
    photos = alices.post("invoice-lines/", line).data
    assert (photos["amount"], photos["is_of_hours"]) == ("99.80", False)
    assert alices.patch(f"invoice-lines/{photos['id']}/", {"quantity": "1.00"}).data["amount"] == "49.90"
    [hours] = [each for each in alices.get("invoice-lines/").data["results"] if each["is_of_hours"]]
    refused = alices.patch(f"invoice-lines/{hours['id']}/", {"quantity": "9.00"})
    assert refused.status_code == 422 and "stay as they are" in str(refused.data["errors"])
    assert alices.get(own).data["gross"]["amount"] == "249.88"
    assert alices.delete(f"invoice-lines/{photos['id']}/").status_code == 204
    assert alices.post(f"{own}send/").data["number"] == "0001"
    assert alices.patch(own, {"note": "Later"}).status_code == 422
    assert "was sent" in str(alices.delete(f"invoice-lines/{hours['id']}/").data["errors"])
    paid = {"invoice": made.data["id"], "received_on": "2026-11-24", "amount": "191.00"}
    assert "still open" in str(alices.post("invoice-payments/", paid).data["errors"])
    payment = alices.post("invoice-payments/", paid | {"amount": "190.00"}).data
    assert alices.get(own).data["paid"]["amount"] == "190.00"
    assert "payments off" in str(alices.post(f"{own}void/", {"reason": "No"}).data["errors"])
    assert alices.delete(f"invoice-payments/{payment['id']}/").status_code == 204
    assert alices.post(f"{own}void/", {}).status_code == 422
    assert alices.post(f"{own}void/", {"reason": "Wrong"}).data["status"] == "void"
    assert alices.get("time-entries/?day_to=2026-11-16").data["results"][0]["locked"] is False


def test_what_is_refused_makes_no_draft(alices, museum):  # noqa: F811
    wrong = {"company": museum, "currency": "DKK", "hours": "task"}
    refused = alices.post("invoices/", wrong)
    assert refused.status_code == 422 and "no open hours" in str(refused.data["errors"])
    assert alices.post("invoices/", {"company": museum, "currency": "nonsense"}).status_code == 422
    assert alices.get("invoices/").data["results"] == []


def test_filters_and_settings(alices, museum):  # noqa: F811
    for _ in range(2):
        alices.post("invoices/", {"company": museum, "currency": "EUR"})
    assert len(alices.get(f"invoices/?status=draft&company={museum}").data["results"]) == 2
    assert alices.get("invoices/?status=sent").data["results"] == []
    stored = alices.patch("invoice-settings/", {"prefix": "A-", "tax_rate": "25.00"}).data
    assert (stored["prefix"], stored["tax_rate"], stored["version"]) == ("A-", "25.00", 2)


def test_roles_and_scopes(program_of, acme, alice, bob, museum):  # noqa: F811
    assert program_of(acme, bob).get("invoices/").status_code == 403
    reads = program_of(acme, alice, "invoices:read")
    assert reads.get("invoices/").status_code == 200
    assert reads.post("invoices/", {"company": museum, "currency": "EUR"}).status_code == 403
    assert program_of(acme, alice, "time:read").get("invoices/").status_code == 403
