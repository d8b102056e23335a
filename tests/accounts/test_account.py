"""The firm's own record: owners and admins change it, nobody saves over a colleague."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions
from accounts.models import Account, Membership
from audit.models import Event, Payload
from tests.accounts.conftest import STANDINGS, only
from tests.promises import promise

URL = "/a/acme/admin/account/"
EDIT = "/a/acme/admin/account/edit/"

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def held(acme) -> dict[str, object]:
    names = (
        "name", "legal_name", "street", "postal_code", "city", "region", "country", "phone",
        "time_zone", "currency", "first_weekday", "plain_number_unit", "version",
    )  # fmt: skip
    return {name: getattr(acme, name) for name in names}


def test_after_saving_old_and_new_are_shown(client, alice, acme, held, inside):
    client.force_login(alice)
    page = client.post(EDIT, {**held, "name": "Acme & Co", "first_weekday": 6}, follow=True).content.decode()
    assert "Saved. Two fields changed." in page
    for words in ("Acme &amp; Co", "Monday", "Sunday"):
        assert words in page
    acme.refresh_from_db()
    assert (acme.name, acme.first_weekday, acme.version) == ("Acme & Co", 6, 2)
    assert acme.slug == "acme"
    with inside(acme):
        event = Event.objects.get(kind="account.changed")
        changes = Payload.objects.get(event_id=event.pk).data["changes"]
        assert changes == {"name": ["Acme", "Acme & Co"], "first_weekday": ["Monday", "Sunday"]}


def test_the_legal_name_and_the_phone_come_and_go(client, alice, acme, held):
    client.force_login(alice)
    typed = {**held, "legal_name": "Acme Holding ApS", "phone": "20 55 01 12"}
    page = client.post(EDIT, typed, follow=True).text
    assert "Acme Holding ApS" in page and "+45 20 55 01 12" in page
    acme.refresh_from_db()
    assert acme.phone == "+4520550112"
    refused = client.post(EDIT, {**typed, "phone": "12", "version": 2})
    assert refused.status_code == 422 and "This is no number that can be dialled." in refused.text
    client.post(EDIT, {**typed, "legal_name": "", "phone": "", "version": 2})
    acme.refresh_from_db()
    assert (acme.legal_name, acme.phone) == ("", "")


@promise(79)
def test_nobody_saves_over_a_colleague(client, alice, acme, held):
    client.force_login(alice)
    client.post(EDIT, {**held, "name": "Acme Hers"})
    response = client.post(EDIT, {**held, "name": "Acme Mine"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Acme Hers" in page and 'value="Acme Mine"' in page and 'name="version" value="2"' in page
    acme.refresh_from_db()
    assert acme.name == "Acme Hers"
    assert client.post(EDIT, {**held, "name": "Acme Mine", "version": 2}).status_code == 302


def test_saving_the_same_changes_nothing(client, alice, acme, held):
    client.force_login(alice)
    assert "Nothing was changed" in client.post(EDIT, held, follow=True).content.decode()
    acme.refresh_from_db()
    assert acme.version == 1


@pytest.mark.parametrize("field", ["name", "street", "city", "country"])
def test_what_is_needed_cannot_be_emptied(client, alice, acme, held, field):
    client.force_login(alice)
    response = client.post(EDIT, {**held, field: ""})
    assert response.status_code == 422 and f'id="id_{field}_error"' in response.content.decode()


@pytest.mark.parametrize("fact", ["trial_ends_at", "slug", "overruled_until", "closed_at", "public_id"])
def test_facts_are_not_for_the_form(client, alice, acme, held, fact):
    client.force_login(alice)
    before = getattr(acme, fact)
    client.post(EDIT, {**held, "name": "Acme & Co", fact: "2040-01-01"})
    acme.refresh_from_db()
    assert (acme.name, getattr(acme, fact)) == ("Acme & Co", before)


@pytest.mark.parametrize(("role", "status"), [(r, 200 if r in ("owner", "admin") else 403) for r in Membership.Role])
def test_owners_and_admins_only(client, bob, acme, held, role, status):
    Membership.objects.filter(user=bob).update(role=role)
    client.force_login(bob)
    assert client.get(URL).status_code == client.get(EDIT).status_code == status
    client.post(EDIT, {**held, "name": "Bobs"})
    assert (only(Account).name == "Bobs") == (status == 200)


@promise(15)
@pytest.mark.parametrize("facts", STANDINGS)
def test_it_works_in_every_standing(client, alice, acme, held, facts):
    days = {name: timezone.now() + timedelta(days=days) for name, days in facts.items()}
    Account.objects.filter(pk=acme.pk).update(**days)
    client.force_login(alice)
    assert client.post(EDIT, {**held, "city": "Aarhus"}).status_code == 302
    assert only(Account).city == "Aarhus"


def test_mallory_finds_nothing(client, mallory, globex, acme, held):
    client.force_login(mallory)
    assert client.get(URL).status_code == client.get(EDIT).status_code == 404
    assert client.post(EDIT, {**held, "name": "Mine"}).status_code == 404
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_signed_out_people_are_asked_to_sign_in(client, acme):
    assert client.get(URL).url == f"/login/?next={URL}"


def test_facts_that_others_write_meanwhile_stay(client, alice, acme, held, inside):
    """Who edits the firm's name has read the whole row before; a payment must not be undone by it."""
    read_before = Account.objects.get(pk=acme.pk)
    paid = timezone.now()
    Account.objects.filter(pk=acme.pk).update(paid_through=paid)
    read_before.name = "Acme & Co"
    with inside(acme):
        actions.change_account(read_before, expected_version=1)
    acme.refresh_from_db()
    assert (acme.name, acme.paid_through, acme.version) == ("Acme & Co", paid, 2)
