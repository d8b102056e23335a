"""Rates are looked at and changed: from which day, and what it would do to hours that are there."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Membership
from audit.models import Event
from timetracking import actions
from timetracking.models import Rate, TimeEntry
from timetracking.rates.actions import set_rate
from timetracking.rates.freezing import freeze

RATES = "/a/acme/admin/time/rates/"
DAYS = [date(2026, 10, 30), date(2026, 11, 2), date(2026, 11, 3)]


@pytest.fixture
def logged(acme, bobs, website, design, inside):
    with inside(acme):
        return [actions.log_time(bobs, website, design, day, 60) for day in DAYS]


def test_a_change_says_first_what_it_would_do_and_then_is_made(client, acme, alice, website, logged, inside):
    client.force_login(alice)
    page = f"/a/acme/projects/{website.public_id}/rates/"
    with inside(acme):
        freeze(logged[1:2])
    wish = {"whom": "all", "amount": "105,00", "starts_on": "2026-11-01"}
    asked = client.post(f"{page}change/", wish)
    assert "<b>1 entry of 1 person changes:</b>" in asked.text and "1 approved one stays as it is." in asked.text
    assert "€95" in asked.text and "€105" in asked.text
    with inside(acme):
        assert not Rate.objects.filter(amount=105).exists(), "nothing is stored before somebody said yes"
    assert client.post(f"{page}change/", wish | {"sure": "1"})["Location"] == page
    with inside(acme):
        assert [*Rate.objects.filter(amount=105).values_list("starts_on", flat=True)] == [date(2026, 11, 1)]
        assert TimeEntry.objects.get(pk=logged[1].pk).bill_rate == 95
        assert Event.objects.filter(kind="rate.changed").exists()
    assert "€105" in client.get(page).text
    for wrong in ({"amount": "-1"}, {"whom": "task.x"}, {"starts_on": "1-1-1"}):
        assert client.post(f"{page}change/", wish | wrong).status_code == 422


def test_costs_are_for_owners_and_admins(client, acme, alice, bob, bobs, inside):
    with inside(acme):
        set_rate("cost", Decimal("41.17"), person=bobs, currency="EUR")
        set_rate("bill", Decimal("52.39"), person=bobs, currency="EUR")
    seen = {}
    for role in ("owner", "admin", "manager", "billing", "member", "reader"):
        Membership.objects.filter(pk=bobs.pk).update(role=role)
        client.force_login(bob)
        page = client.get(RATES)
        cost = client.get(f"{RATES}cost/").status_code
        seen[role] = ("52.39" in page.text, "41.17" in page.text, cost, client.get(f"{RATES}bill/").status_code)
    assert seen["owner"] == seen["admin"] == (True, True, 200, 200)
    assert seen["manager"] == (True, False, 403, 200)
    assert seen["billing"] == (True, False, 403, 403)
    assert seen["member"] == seen["reader"] == (False, False, 403, 403)


def test_mallory_finds_nothing(client, mallory, website):
    client.force_login(mallory)
    assert client.get(f"/a/globex/projects/{website.public_id}/rates/").status_code == 404
    assert client.get(f"/a/acme/projects/{website.public_id}/rates/").status_code == 404
