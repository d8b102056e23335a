"""Visits name nobody; tying them to a person is a step of its own that the person reads."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import SecurityEvent
from privacy.support_access.models import StaffAction
from privacy.visits.models import Tie, Visit
from tests.privacy.rights.test_firms import copy_in_words
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")

IP, URL, WHY = "198.51.100.7", "/support/visits/tie/", "Somebody tried doors from there while she was signed in."


@pytest.fixture
def seen(bob):
    """Two pages from the address at which Bob signed in, one from elsewhere, one of last month."""
    now = timezone.now()
    for ip, days in ((IP, 1), (IP, 1), ("198.51.100.9", 1), (IP, 30)):
        Visit.objects.create(seen_at=now - timedelta(days=days), ip=ip, page="/pricing/", browser="Firefox")
    SecurityEvent.objects.create(user=bob, kind="signed_in", ip=IP, happened_at=now - timedelta(days=1))


def tied(browser, **given):
    now = timezone.now()
    span = {"since": f"{now - timedelta(days=3):%Y-%m-%dT%H:%M}", "until": f"{now:%Y-%m-%dT%H:%M}"}
    return browser.post(URL, {"email": "bob@acme.example", "ip": IP, "purpose": WHY, **span, **given})


@promise(48)
def test_a_visit_is_tied_for_a_purpose_on_record_and_the_person_reads_it(acme, bob, carol, seen, sams, sam, client):
    answer = tied(sams)
    assert answer.status_code == 200 and answer.content.decode().count("/pricing/") == 2
    made = Tie.objects.get()
    assert (made.user, made.visits, made.staff, made.purpose) == (bob, 2, sam, WHY)
    assert StaffAction.objects.filter(kind="visits.tied", staff=sam, detail__contains=WHY).count() == 1
    client.force_login(bob)
    assert WHY in client.get("/a/acme/admin/my-data/").content.decode()
    assert WHY in json.dumps(copy_in_words(client))
    client.force_login(carol)
    assert WHY not in json.dumps(copy_in_words(client))


@promise(48)
def test_no_purpose_no_tie_and_nobody_is_guessed(acme, bob, alice, seen, sams, sam):
    assert tied(sams, purpose="").status_code == 422
    assert tied(sams, email=alice.email).status_code == 422, "she did not sign in from there"
    assert tied(sams, ip="198.51.100.9").status_code == 422
    assert tied(sams, email="nobody@pell.example").status_code == 422
    assert tied(sams, since=f"{timezone.now() - timedelta(days=30):%Y-%m-%dT%H:%M}").status_code == 422
    assert not Tie.objects.exists() and not StaffAction.objects.filter(kind="visits.tied").exists()
    now = timezone.now()
    facts = {"user": bob, "ip": IP, "since": now - timedelta(days=1), "until": now, "staff": sam}
    with pytest.raises(IntegrityError), transaction.atomic():
        Tie.objects.create(purpose="", **facts)
    assert not [field.name for field in Visit._meta.get_fields() if field.is_relation], "a visit itself names nobody"


@promise(48, 114)
def test_who_wants_their_data_unused_is_tied_to_nothing(acme, bob, seen, sams):
    type(bob).objects.filter(pk=bob.pk).update(restricted_at=timezone.now())
    assert tied(sams).status_code == 422 and not Tie.objects.exists()


def test_members_find_no_such_page(client, alice, acme):
    client.force_login(alice)
    assert client.get(URL).status_code == 404 and client.post(URL).status_code == 404
