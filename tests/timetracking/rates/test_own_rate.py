"""A rate that is said for one entry: by whom, and who never meets it."""

from __future__ import annotations

from decimal import Decimal

from tests.api.conftest import key_for, program_of  # noqa: F401  (fixtures)
from timetracking import actions
from timetracking.models import TimeEntry
from timetracking.rates.freezing import freeze, thaw
from timetracking.rates.queries import BILL, bill_rates, worth

RATE = "731.37"


def stored():
    return TimeEntry.objects.with_names().select_related("person__user").get()


def test_a_manager_says_it_and_the_worker_does_not_meet_it(client, acme, alice, bob, entry, inside):
    own = f"/a/acme/time/entries/{entry.public_id}/"
    typed = {"day": "2026-11-16", "work": entry.work, "time": "1:30", "billable": "on", "own_rate": RATE}
    client.force_login(bob)
    assert client.post(own, {**typed, "version": "1", "note": "Mine"}).status_code == 302
    with inside(acme):
        assert stored().own_rate is None
    client.force_login(alice)
    assert client.post(own, {**typed, "version": "2", "note": "Mine"}).status_code == 302
    with inside(acme):
        assert bill_rates([stored()])[entry.pk] == (Decimal(RATE), "EUR")
    assert RATE in client.get(own).text
    client.force_login(bob)
    assert RATE not in client.get(own).text
    gone = client.post(f"{own}delete/", {"version": "3"}, headers={"hx-request": "true"})
    assert RATE not in gone.text + str(gone.headers)
    with inside(acme):
        assert not TimeEntry.objects.exists()


def test_it_stays_when_it_is_approved_opened_deleted_and_brought_back(acme, bobs, entry, inside):
    with inside(acme):
        actions.change_entry(stored(), own_rate=Decimal("120"))
        freeze([stored()])
        assert worth(BILL, TimeEntry.objects.all())[()] == {"EUR": Decimal(180)}
        thaw([stored()])
        assert stored().own_rate == 120
        back = actions.undo(bobs, actions.delete_entries([stored()]))
        assert (back[0].own_rate, stored().rate_currency) == (120, "EUR")
        actions.change_entry(stored(), own_rate=None)
        assert worth(BILL, TimeEntry.objects.all())[()] == {"EUR": Decimal("142.50")}


def test_programs_say_it_in_the_projects_currency(program_of, acme, alice, bob, bobs, website, inside):  # noqa: F811
    alices, of_bob = program_of(acme, alice), program_of(acme, bob)
    new = {"project": str(website.public_id), "person": str(bobs.public_id), "day": "2026-11-18", "minutes": 60}
    said = {"amount": RATE, "currency": "EUR"}
    assert "billed in EUR" in str(alices.post("time-entries/", {**new, "own_rate": {**said, "currency": "USD"}}).data)
    made = alices.post("time-entries/", {**new, "own_rate": said}).data
    assert made["own_rate"] == said
    path = f"time-entries/{made['id']}/"
    assert "own_rate" not in of_bob.get(path).data
    assert of_bob.patch(path, {"own_rate": None}).status_code == 422
    assert alices.patch(path, {"own_rate": None}).data["own_rate"] is None
