"""Members and the log for programs."""

import pytest
from django.test import override_settings
from django.utils import timezone

import audit
from accounts.api import throttle
from accounts.models import Membership
from audit.models import Payload
from tenancy.context import Actor, activate
from tests.promises import promise


def test_members_are_named_and_addresses_are_for_admins(alices, program_of, acme, bob, carol):
    everybody = alices.get("members/").data["results"]
    assert [each["first_name"] for each in everybody] == ["Alice", "Bob", "Carol"]
    assert everybody[1]["email"] == "bob@acme.example"
    assert everybody[1]["role"] == "member"
    assert alices.get(f"members/{everybody[1]['id']}/").data == everybody[1]
    assert "email" not in program_of(acme, bob).get("members/").data["results"][0]
    assert alices.get("members/?page_size=1&ordering=-name").data["results"][0]["first_name"] == "Carol"


def test_who_left_is_still_known(alices, acme, bob):
    Membership.objects.filter(account=acme, user=bob).update(removed_at=timezone.now())
    assert [each["first_name"] for each in alices.get("members/?removed=true").data["results"]] == ["Bob"]
    assert [each["first_name"] for each in alices.get("members/?removed=false").data["results"]] == ["Alice"]


def test_who_sees_only_own_records_sees_nobody_else(program_of, acme, alice, bob):
    Membership.objects.filter(account=acme, user=bob).update(sees_only_own_records=True)
    assert [each["first_name"] for each in program_of(acme, bob).get("members/").data["results"]] == ["Bob"]


def test_pages_of_members_follow_one_another(alices, bob, carol):
    first = alices.get("members/?page_size=2").data
    second = alices.get(first["next"]).data
    assert [each["first_name"] for each in second["results"]] == ["Carol"]
    assert alices.get(second["previous"]).data["results"] == first["results"]


def test_the_log_is_read_by_those_who_may(alices, program_of, acme, alice, bob, inside):
    made = alices.post("contacts/", {"first_name": "Maren"}).data
    events = alices.get("audit-events/").data["results"]
    assert [each["kind"] for each in events[:2]] == ["contact.created", "member.added"]
    newest = events[0]
    assert newest["record"] == {"type": "crm.contact", "id": made["id"]}
    member = Membership.objects.get(account=acme, user=alice)
    assert newest["actor"] == {"kind": "member", "name": "Alice Novak (API key test)", "member": str(member.public_id)}
    assert newest["data"]["record"] == "Maren"
    assert alices.get(f"audit-events/{newest['id']}/").data == newest
    assert alices.get(f"audit-events/?record={made['id']}").data["results"] == [newest]
    assert alices.get("audit-events/?kind=contact.created").data["results"] == [newest]
    assert alices.get("audit-events/?kind=none").data["results"] == []
    assert program_of(acme, bob).get("audit-events/").status_code == 403
    with inside(acme):
        Payload.objects.all().delete()
    erased = alices.get(f"audit-events/{newest['id']}/").data
    assert (erased["data"], erased["actor"]["name"]) == (None, None)


def test_staff_whose_number_is_a_members_is_not_taken_for_them(alices, acme, alice):
    member = Membership.objects.get(account=acme, user=alice)
    with activate(acme, actor=Actor("staff", member.pk, "Sam")):
        audit.record("account.checked")
    event = alices.get("audit-events/?kind=account.checked").data["results"][0]
    assert event["actor"] == {"kind": "staff", "name": "Sam", "member": None}


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_neither_is_written(method, alices):
    for path in ("members/", "audit-events/"):
        assert alices.ask(method, path, {}).status_code == 405


@override_settings(API_REQUESTS_PER_MINUTE=60)
@promise(77)
def test_a_flood_is_held_back_and_told_when_to_come_again(alices, program_of, acme, alice, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(throttle, "_buckets", {})  # an earlier test's key may have had the same number
    monkeypatch.setattr(throttle.time, "monotonic", lambda: now[0])
    assert {alices.get("tags/").status_code for _ in range(60)} == {200}
    refused = alices.get("tags/")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert program_of(acme, alice).get("tags/").status_code == 200  # another key
    now[0] += 1
    assert [alices.get("tags/").status_code for _ in range(2)] == [200, 429]
