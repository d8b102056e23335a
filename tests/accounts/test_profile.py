"""Personal Information: read, changed, emptied; old and new shown as the log tells them; in every standing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Membership, User
from audit.models import Event, Payload
from demo import cast
from tests.accounts.conftest import STANDINGS
from tests.promises import promise

URL = "/a/acme/admin/profile/"
EDIT = "/a/acme/admin/profile/edit/"

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def held(alice, acme) -> dict[str, str]:
    """What Alice's form holds; she has a phone and an address."""
    alice.phone, alice.street, alice.postal_code, alice.city = "+4520550112", "Vestergade 9", "1456", "Copenhagen"
    alice.save()
    names = (
        "first_name", "last_name", "phone", "street", "postal_code", "city", "country",
        "time_zone", "locale", "hours_format", "theme",
    )  # fmt: skip
    return {"version": alice.version, **{name: getattr(alice, name) for name in names}}


def save(client, held, **changes):
    return client.post(EDIT, {**held, **changes}, follow=True)


@promise(18)
def test_after_saving_old_and_new_are_shown(client, alice, acme, held, inside):
    client.force_login(alice)
    response = save(client, held, phone="20 55 01 18", city="Aarhus")
    page = response.content.decode()
    assert response.redirect_chain[0][0].startswith(f"{URL}?saved=")
    assert "Saved. Two fields changed." in page
    assert f'<time datetime="{timezone.now():%Y-%m-%dT}' in page.partition("Two fields changed.")[2][:200]
    for words in ("+45 20 55 01 12", "+45 20 55 01 18", "Vestergade 9, 1456 Copenhagen", "Vestergade 9, 1456 Aarhus"):
        assert words in page
    assert page.count(">changed<") == 2
    alice.refresh_from_db()
    assert (alice.phone, alice.city) == ("+4520550118", "Aarhus")
    with inside(acme):
        event = Event.objects.get(kind="profile.changed")
        assert (event.record_type, event.record_id) == ("accounts.user", alice.public_id)
        assert event.actor_id == Membership.objects.get(user=alice).pk
        assert Payload.objects.get(event_id=event.pk).data["changes"] == {
            "phone": ["+45 20 55 01 12", "+45 20 55 01 18"],
            "postal_address": ["Vestergade 9, 1456 Copenhagen", "Vestergade 9, 1456 Aarhus"],
        }


@promise(17)
def test_what_is_emptied_is_removed_and_said_so(client, alice, acme, held, inside):
    client.force_login(alice)
    page = save(client, held, phone="").content.decode()
    assert "Saved. One field changed." in page and "Phone: removed." in page
    alice.refresh_from_db()
    assert alice.phone == ""
    with inside(acme):
        removal = Event.objects.get(kind="profile.removed")
        assert Payload.objects.get(event_id=removal.pk).data["removed"] == ["phone"]


@promise(17)
def test_an_optional_part_goes_with_one_button(client, alice, acme, held, inside):
    client.force_login(alice)
    assert "Remove postal address" in client.get(URL).content.decode()
    page = client.post("/a/acme/admin/profile/remove/", {"part": "postal_address"}, follow=True).content.decode()
    assert "Postal address: removed." in page and "Remove postal address" not in page
    with inside(acme):
        assert Event.objects.filter(kind="profile.removed").count() == 1
    alice.refresh_from_db()
    assert (alice.street, alice.postal_code, alice.city, alice.country) == ("", "", "", "")


@pytest.mark.parametrize("part", ["first_name", "email", "password", ""])
def test_what_is_needed_cannot_be_removed(client, alice, acme, part):
    client.force_login(alice)
    assert client.post("/a/acme/admin/profile/remove/", {"part": part}).status_code == 404
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


@promise(18)
def test_the_marks_come_from_the_log_and_only_from_the_own_one(client, alice, bob, acme, held, inside):
    client.force_login(alice)
    save(client, held, first_name="Alicia")
    with inside(acme):
        event = Event.objects.get(kind="profile.changed")
        opened = Event.objects.get(kind="account.opened")
    assert "Alicia" in client.get(f"{URL}?saved={event.public_id}").content.decode()
    assert "Saved." not in client.get(f"{URL}?saved={opened.public_id}").content.decode()
    assert "Saved." not in client.get(f"{URL}?saved=nonsense").content.decode()
    client.force_login(bob)
    assert "Alicia" not in client.get(f"{URL}?saved={event.public_id}").content.decode()


def test_saving_the_same_changes_nothing(client, alice, acme, held, inside):
    client.force_login(alice)
    assert "Nothing was changed" in save(client, held).content.decode()
    with inside(acme):
        assert not Event.objects.filter(kind="profile.changed").exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [("first_name", ""), ("phone", "abc"), ("time_zone", "Mars/Olympus"), ("locale", "xx"), ("country", "XX")],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(client, alice, acme, held, field, typed):
    client.force_login(alice)
    response = client.post(EDIT, {**held, "last_name": "Nowak", field: typed})
    page = response.content.decode()
    assert response.status_code == 422 and f'id="id_{field}_error"' in page and 'value="Nowak"' in page
    alice.refresh_from_db()
    assert alice.last_name == "Novak"


@promise(5)
def test_a_phone_is_read_in_the_firms_country(client, bob, acme, held):
    client.force_login(bob)
    client.post(EDIT, {**held, "first_name": "Bob", "phone": "20550119"})
    bob.refresh_from_db()
    assert bob.phone == "+4520550119"


def test_only_the_own_profile_is_changed(client, alice, bob, acme, held):
    client.force_login(bob)
    client.post(EDIT, {**held, "first_name": "Robert", "id": alice.pk, "email": "eve@acme.example"})
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.first_name, bob.first_name, bob.email) == ("Alice", "Robert", "bob@acme.example")


@promise(16)
@pytest.mark.parametrize("role", Membership.Role.values)
def test_every_role_may(client, bob, acme, held, role):
    Membership.objects.filter(user=bob).update(role=role)
    client.force_login(bob)
    assert client.get(URL).status_code == 200
    assert client.post(EDIT, {**held, "first_name": "Robert"}).status_code == 302


@promise(15)
@pytest.mark.parametrize("facts", STANDINGS)
def test_in_every_standing(client, alice, acme, held, facts):
    days = {name: timezone.now() + timedelta(days=days) for name, days in facts.items()}
    Account.objects.filter(pk=acme.pk).update(**days)
    client.force_login(alice)
    page = client.post(EDIT, {**held, "phone": "", "city": "Odense"}, follow=True).content.decode()
    assert "Phone: removed." in page
    alice.refresh_from_db()
    assert (alice.phone, alice.city) == ("", "Odense")


def test_dates_and_hours_follow_the_profile(client, alice, acme, held):
    client.force_login(alice)
    page = save(client, held, locale="en_US", time_zone="America/New_York").content.decode()
    today = timezone.localtime(timezone.now(), timezone=__import__("zoneinfo").ZoneInfo("America/New_York"))
    assert f"{today:%b} {today.day}, {today.year}" in page


def test_a_chosen_theme_is_on_the_page(client, alice, acme, held):
    client.force_login(alice)
    assert 'data-bs-theme="dark"' in save(client, held, theme="dark").content.decode()


@pytest.mark.parametrize("url", [URL, EDIT, "/a/acme/admin/"])
def test_mallory_finds_nothing(client, mallory, globex, acme, url):
    client.force_login(mallory)
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("url", [EDIT, "/a/acme/admin/profile/remove/", "/a/acme/admin/profile/confirm/"])
def test_mallory_changes_nothing(client, mallory, globex, alice, acme, held, url):
    client.force_login(mallory)
    assert client.post(url, {**held, "first_name": "Eve", "part": "phone"}).status_code == 404
    alice.refresh_from_db()
    assert (alice.first_name, alice.phone) == ("Alice", "+4520550112")


@pytest.mark.parametrize("url", [URL, EDIT])
def test_signed_out_people_are_asked_to_sign_in(client, acme, url):
    assert client.get(url).url == f"/login/?next={url}"


@promise(16)
def test_admin_opens_on_personal_information(client, bob, acme):
    client.force_login(bob)
    page = client.get("/a/acme/admin/").content.decode()
    assert re.search(r"<h1>\s*Personal Information\s*</h1>", page)
    assert ">Admin</a>" in page


def test_members_see_their_own_part_only(client, alice, bob, acme):
    client.force_login(bob)
    assert "/a/acme/admin/account/" not in client.get(URL).content.decode()
    client.force_login(alice)
    assert "/a/acme/admin/account/" in client.get(URL).content.decode()


def test_the_change_stands_in_the_log_of_the_account_where_it_was_made(client, alice, acme, globex, held, inside):
    cast.joins(globex, alice, Membership.Role.MEMBER)
    client.force_login(alice)
    client.post("/a/globex/admin/profile/edit/", {**held, "first_name": "Alicia"})
    with inside(globex):
        assert Event.objects.filter(kind="profile.changed").count() == 1
    with inside(acme):
        assert not Event.objects.filter(kind="profile.changed").exists()


def test_confirming_is_noted_once(client, bob, acme, inside):
    client.force_login(bob)
    for _ in range(2):
        assert client.post("/a/acme/admin/profile/confirm/").status_code == 302
    assert Membership.objects.get(user=bob).profile_confirmed_at is not None
    with inside(acme):
        assert Event.objects.filter(kind="profile.confirmed").count() == 1
    assert User.objects.get(pk=bob.pk).first_name == "Bob"


def test_a_second_tab_does_not_put_older_values_back(client, alice, held):
    client.force_login(alice)
    save(client, held, city="Aarhus")
    response = save(client, held, phone="20 55 01 18")
    page = response.content.decode()
    assert response.status_code == 409
    assert "Stored now → what you typed" in page and "Aarhus" in page and "20 55 01 18" in page
    alice.refresh_from_db()
    assert (alice.city, alice.phone) == ("Aarhus", "+4520550112")
    again = re.search(r'name="version" value="(\d+)"', page)[1]
    assert save(client, held, version=again, phone="20 55 01 18", city="Aarhus").status_code == 200
    alice.refresh_from_db()
    assert (alice.city, alice.phone) == ("Aarhus", "+4520550118")


def test_saving_a_profile_touches_nothing_else_of_the_person(client, alice, held):
    client.force_login(alice)
    alice.set_password("chosen meanwhile in another tab")
    alice.save(update_fields=["password"])
    client.force_login(alice)
    save(client, held, city="Aarhus")
    alice.refresh_from_db()
    assert alice.check_password("chosen meanwhile in another tab") and alice.email == "alice@acme.example"
