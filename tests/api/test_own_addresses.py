"""A member's own private addresses for programs: theirs alone, and told once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import secret_links
from accounts.models import Account, ApiAnswer, Membership, SecretLink
from audit.models import Event
from crm.mails import address as mail_address

NOTHING = {"address": None, "start": None, "made_at": None, "last_used_at": None}
BOTH = ["calendar-address/", "mail-address/"]


def events(acme, inside):
    with inside(acme):
        found = Event.objects.filter(kind__regex=r"^(feed|mail_address)\.").order_by("pk")
        return list(found.values_list("kind", flat=True))


def leads_to(path, address):
    """The member whom it stands for."""
    if path == BOTH[1]:
        link = mail_address.found(address)
    else:
        secret = address.rstrip("/").rsplit("/", 1)[1].removesuffix(".ics")
        link = secret_links.found("calendar", secret)
        assert (Client().get(address[address.index("/", 8) :]).status_code == 200) is (link is not None)
    return link and link.membership


@pytest.mark.parametrize(("path", "kind"), [(BOTH[0], "feed"), (BOTH[1], "mail_address")])
def test_an_address_is_made_told_once_renewed_and_revoked(path, kind, program_of, acme, bob, inside):
    bobs = program_of(acme, bob)
    assert bobs.get(path).data == NOTHING
    made = bobs.post(path, idempotency_key="one")
    address = made.data["address"]
    assert made.status_code == 200 and leads_to(path, address).user == bob
    known = bobs.get(path).data
    assert known["address"] is None and known["start"] in address and known["made_at"]
    assert bobs.post(path, idempotency_key="one").data["address"] is None
    assert leads_to(path, address), "the repeated one made no other"
    with inside(acme):
        assert not ApiAnswer.objects.filter(body__contains=address).exists()
        assert address not in str(list(Event.objects.values()))
    other = bobs.post(path).data["address"]
    assert leads_to(path, address) is None and leads_to(path, other).user == bob
    assert [bobs.delete(path).status_code for _ in range(2)] == [204, 204]
    assert leads_to(path, other) is None and bobs.get(path).data == NOTHING
    assert events(acme, inside) == [f"{kind}.made", f"{kind}.made", f"{kind}.revoked"]


@pytest.mark.parametrize("path", BOTH)
def test_it_is_the_keys_own_members_alone(path, program_of, acme, alice, bob, mallorys):
    program_of(acme, bob).post(path)
    assert program_of(acme, alice).get(path).data == mallorys.get(path).data == NOTHING
    assert program_of(acme, alice).delete(path).status_code == 204
    assert SecretLink.objects.get().membership.user == bob


@pytest.mark.parametrize("path", BOTH)
def test_reading_is_not_enough_and_the_role_counts(path, program_of, acme, bob, alice):
    for scopes in (["crm:read"], ["time:write", "admin:read", "privacy:write"]):
        reader = program_of(acme, bob, *scopes)
        assert (reader.post(path).status_code, reader.delete(path).status_code) == (403, 403)
    Membership.objects.filter(account=acme, user=bob).update(role="billing")
    assert program_of(acme, bob).post(path).status_code == 403
    assert not SecretLink.objects.exists()


@pytest.mark.parametrize("path", BOTH)
def test_a_firm_that_may_only_read_makes_none_and_still_revokes(path, program_of, acme, bob):
    bobs = program_of(acme, bob)
    bobs.post(path)
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=1))
    assert bobs.post(path).status_code == 402
    assert bobs.delete(path).status_code == 204
    assert not SecretLink.objects.exists()
