"""Signing in and out, and a new password."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Membership, OutgoingMail, User
from demo import cast
from tests.accounts.conftest import link_in, only, whole
from tests.promises import promise

GOOD = "quiet maple seven trains"

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def alice_knows_her_password(alice, acme):
    alice.set_password(GOOD)
    alice.save()
    return alice


def sign_in(client, login="alice@acme.example", password=GOOD, url="/login/"):
    return client.post(url, {"login": login, "password": password})


def test_the_only_account_opens_at_once(client, alice_knows_her_password):
    response = sign_in(client)
    assert response.url == "/enter/"
    assert client.get("/enter/").url == "/a/acme/"


@promise(4, 21)
def test_the_address_is_read_in_any_case(client, alice_knows_her_password):
    assert sign_in(client, " Alice@ACME.example ").status_code == 302


@promise(22)
def test_who_belongs_to_several_chooses(client, alice_knows_her_password, globex):
    cast.joins(globex, alice_knows_her_password, Membership.Role.MEMBER)
    sign_in(client)
    page = client.get("/enter/").content.decode()
    assert 'href="/a/acme/"' in page and 'href="/a/globex/"' in page


def test_who_belongs_to_none_is_told_so(client, mallory):
    client.force_login(mallory)
    response = client.get("/enter/")
    assert response.status_code == 200 and "You belong to no account" in response.content.decode()


@promise(21)
@pytest.mark.parametrize(("login", "password"), [("alice@acme.example", "wrong"), ("nobody@acme.example", GOOD)])
def test_what_was_wrong_is_not_told(client, alice_knows_her_password, login, password):
    response = sign_in(client, login, password)
    page = response.content.decode().replace(login, "X")
    assert "_auth_user_id" not in client.session
    assert "The email address and/or password you specified are not correct." in page
    assert password not in page


@pytest.mark.parametrize(
    ("wish", "place"),
    [
        ("/a/acme/admin/profile/", "/a/acme/admin/profile/"),
        ("https://evil.example/", "/enter/"),
        ("//evil.example/", "/enter/"),
        ("javascript:alert(1)", "/enter/"),
    ],
)
def test_where_to_go_next_stays_in_the_house(client, alice_knows_her_password, wish, place):
    data = {"login": "alice@acme.example", "password": GOOD, "next": wish}
    assert client.post("/login/", data).url == place


@promise(38)
def test_without_cookies_the_page_shows_and_sending_it_explains(browser_without_cookies, alice_knows_her_password):
    assert browser_without_cookies.get("/login/").status_code == 200
    response = sign_in(browser_without_cookies)
    assert response.status_code == 403
    assert 'id="cookies-needed"' in response.content.decode()


def test_with_cookies_it_works_under_the_same_protection(alice_knows_her_password):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/login/").content.decode()
    mark = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    data = {"login": "alice@acme.example", "password": GOOD, "csrfmiddlewaretoken": mark}
    assert client.post("/login/", data).status_code == 302


@promise(51)
def test_the_session_starts_anew(client, alice_knows_her_password):
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_signing_out_is_by_post(client, alice):
    client.force_login(alice)
    client.get("/logout/")
    assert "_auth_user_id" in client.session
    client.post("/logout/")
    assert "_auth_user_id" not in client.session


@promise(4)
def test_an_unverified_address_does_not_open(client, alice_knows_her_password):
    alice_knows_her_password.emailaddress_set.update(verified=False)
    sign_in(client)
    assert "_auth_user_id" not in client.session
    assert only(OutgoingMail).kind == "email_confirmation"


def test_a_forgotten_password_is_chosen_anew_and_ends_other_sessions(client, alice_knows_her_password):
    elsewhere = Client()
    elsewhere.force_login(alice_knows_her_password)
    client.post("/password/reset/", {"email": "alice@acme.example"})
    letter = only(OutgoingMail)
    assert (letter.kind, letter.to) == ("password_reset", "alice@acme.example")
    assert link_in(letter).startswith(f"/password/reset/key/{alice_knows_her_password.public_id.hex}-")
    page = client.get(link_in(letter), follow=True)
    new = "eleven slow green boats"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert only(User).check_password(new)
    assert elsewhere.get("/a/acme/").url.startswith("/login/")
    assert whole(OutgoingMail)[-1].kind == "password_changed"
    assert "no longer works" in Client().get(link_in(letter), follow=True).content.decode()


def test_a_reset_before_the_first_link_sends_the_first_link(client, sign_up):
    sign_up(client)
    client.post("/password/reset/", {"email": "edith@pell.example"})
    assert [letter.kind for letter in whole(OutgoingMail)] == ["welcome", "welcome"]


def test_a_reset_for_an_unknown_address_is_answered_alike(client, alice_knows_her_password):
    known = client.post("/password/reset/", {"email": "alice@acme.example"})
    unknown = client.post("/password/reset/", {"email": "nobody@acme.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert OutgoingMail.objects.get(to="nobody@acme.example").kind == "unknown_account"


def test_browsers_find_where_to_change_a_password(client, alice_knows_her_password):
    response = client.get("/.well-known/change-password")
    assert response.status_code == 302 and response.url == "/password/change/"
    client.force_login(alice_knows_her_password)
    assert client.get(response.url).status_code == 200
