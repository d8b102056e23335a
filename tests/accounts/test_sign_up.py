"""Registering outright: the plan is chosen on the form, waits where it is confirmed, and nothing is paid by it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Account, Membership
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")

GIVEN = {
    "first_name": "Edith", "last_name": "Pell", "email": "edith@pell.example", "company": "Pell",
    "street": "Vestergade 1", "postal_code": "8000", "city": "Aarhus", "country": "DK", "is_old_enough": "on",
}  # fmt: skip


def signs_up(path, **more):
    browser = Client()
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get(path).content.decode())[1]
    return browser.post(path, {**GIVEN, "form_token": token, **more})


def plan_of(account):
    client = Client()
    client.force_login(Membership.objects.get(account=account, role="owner").user)
    page = client.get(f"/a/{account.slug}/admin/billing/plan/").content.decode()
    seats = re.search(r'<input[^>]*name="seats"[^>]*>', page)[0]
    return int(re.search(r'value="(\d+)"', seats)[1]), 'value="year" selected' in page or 'value="year" checked' in page


@promise(1)
def test_registering_outright_chooses_a_plan_and_a_trial_does_not(db):
    assert 'name="people"' not in Client().get("/trial/").content.decode()
    assert signs_up("/signup/", people="12", interval="year").status_code == 200
    account = Account.objects.get(name="Pell")
    assert (account.wanted_people, account.wanted_interval, account.paid_through) == (12, "year", None)
    assert plan_of(account) == (12, True)
    assert signs_up("/trial/", email="anna@berg.example", company="Berg", people="9").status_code == 200
    berg = Account.objects.get(name="Berg")
    assert (berg.wanted_people, plan_of(berg)) == (None, (1, False))


@promise(1)
@pytest.mark.parametrize(("people", "status"), [("", 200), ("0", 422), ("many", 422), ("99999999999", 422)])
def test_what_is_typed_makes_person_firm_and_owner_or_nothing(db, people, status):
    assert signs_up("/signup/", people=people, interval="month").status_code == status
    found = Membership.objects.filter(account__name="Pell", role="owner", user__email=GIVEN["email"])
    assert found.count() == Account.objects.filter(name="Pell").count() == (1 if status == 200 else 0)
