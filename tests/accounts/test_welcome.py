"""The first link: it sets the password, verifies the address, opens the door, and then never again."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from unittest import mock

import pytest
from allauth.account.models import EmailAddress
from django.db import connections
from django.test import Client

from accounts import actions
from accounts.links import WelcomeTokens, welcome_tokens
from accounts.models import Account, OutgoingMail, User
from audit.models import Event
from tests.accounts.conftest import link_in, only, whole
from tests.promises import promise

GOOD = "quiet maple seven trains"

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def link(client, sign_up) -> str:
    sign_up(client)
    return link_in(only(OutgoingMail))


def choose(client: Client, link: str, password: str = GOOD, again: str | None = None):
    return client.post(link, {"password1": password, "password2": password if again is None else again})


@promise(4)
def test_following_it_opens_the_door(client, link, inside):
    page = client.get(link)
    words = page.content.decode()
    assert page.status_code == 200 and 'value="edith@pell.example"' in words and "At least 10 characters" in words
    assert page["Referrer-Policy"] == "same-origin"
    response = choose(client, link)
    assert response.status_code == 302
    user = only(User)
    assert user.check_password(GOOD)
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("edith@pell.example", True, True)
    assert client.get(response.url).url == "/a/pell-daughters/"
    assert client.get("/a/pell-daughters/").status_code == 200
    with inside(only(Account)):
        assert Event.objects.filter(kind="member.confirmed").count() == 1


@promise(4)
def test_the_door_is_shut_before(client, link):
    assert client.get("/a/pell-daughters/").url.startswith("/login/")
    assert client.post("/login/", {"login": "edith@pell.example", "password": ""}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_looking_at_it_changes_nothing(client, link):
    for _ in range(3):
        assert client.get(link).status_code == 200
    assert not only(User).has_usable_password()


@promise(51)
def test_the_session_starts_anew(client, link):
    client.session["before"] = 1
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    choose(client, link)
    assert client.session.session_key != before


@promise(12)
def test_it_works_once(client, link):
    choose(client, link)
    other = Client()
    assert other.get(link).status_code == 410
    assert choose(other, link, "another good password").status_code == 410
    assert only(User).check_password(GOOD)
    assert "_auth_user_id" not in other.session


@promise(12)
def test_it_works_for_three_days(client, link):
    late = datetime.now() + timedelta(days=3, minutes=1)  # noqa: DTZ005  (as the token generator counts)
    with mock.patch.object(WelcomeTokens, "_now", return_value=late):
        page = client.get(link)
        assert page.status_code == 410 and "Send a new link" in page.content.decode()
        assert choose(client, link).status_code == 410
    assert not only(User).has_usable_password()
    early = datetime.now() + timedelta(days=2, hours=23)  # noqa: DTZ005
    with mock.patch.object(WelcomeTokens, "_now", return_value=early):
        assert client.get(link).status_code == 200


def test_two_hands_on_one_link(committed, client, sign_up):
    """The same link sent at the same moment: one password is set, the other hand is told."""
    sign_up(client)
    user = only(User)
    token = welcome_tokens.make_token(user)
    start, outcomes = threading.Barrier(2), []

    def go(password: str) -> None:
        start.wait()
        try:
            actions.confirm(user, token=token, password=password)
            outcomes.append(password)
        except actions.LinkUsed:
            outcomes.append("used")
        connections.close_all()

    hands = [threading.Thread(target=go, args=[f"password number {n} is good"]) for n in "12"]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(outcomes)[1] == "used"
    assert only(User).check_password(sorted(outcomes)[0])


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "too short"),
        ("password123", "password123", "too common"),
        ("58203715902", "58203715902", "entirely numeric"),
        ("edith@pell.example", "edith@pell.example", "too similar"),
        (GOOD, "quiet maple seven train", "not the same"),
        ("", "", "required"),
    ],
)
def test_a_weak_password_is_refused_and_never_shown(client, link, password, again, said):
    response = choose(client, link, password, again)
    page = response.content.decode()
    assert response.status_code == 422 and said in page
    assert not password or f'value="{password}"' not in page.replace('id="id_username" value="edith@', "")
    assert not only(User).has_usable_password()


def test_a_link_that_was_never_ours_is_answered_alike(client, link):
    choose(client, link)
    used = Client().get(link).content.decode()
    stranger = "0b2e6c1e-8f43-4a80-9b59-6a1c2f1f0000"
    made_up = Client().get(f"/welcome/{stranger}/abc-def/").content.decode()
    own = str(only(User).public_id)
    assert _without_mark(used.replace(own, "X")) == _without_mark(made_up.replace(stranger, "X"))


def _without_mark(page: str) -> str:
    import re

    return re.sub(r'name="form_token" value="[^"]+"', "", page)


def test_without_cookies_it_says_what_is_missing(browser_without_cookies, link):
    response = choose(browser_without_cookies, link)
    assert response.status_code == 403 and 'id="cookies-needed"' in response.content.decode()
    assert not only(User).has_usable_password()


def test_a_new_link_comes_with_one_click(browser_without_cookies, client, link, token):
    late = datetime.now() + timedelta(days=4)  # noqa: DTZ005
    with mock.patch.object(WelcomeTokens, "_now", return_value=late):
        mark = token(browser_without_cookies, link)
    again = f"{link.rsplit('/', 2)[0]}/again/"
    assert browser_without_cookies.post(again, {"form_token": mark}).status_code == 200
    assert browser_without_cookies.post(again, {"form_token": mark}).status_code == 429
    letters = whole(OutgoingMail)
    assert [letter.kind for letter in letters] == ["welcome", "welcome"]
    assert choose(client, link_in(letters[1])).status_code == 302


def test_a_new_link_for_nobody_is_answered_alike(client, token, link):
    mark = token(client, "/welcome/0b2e6c1e-8f43-4a80-9b59-6a1c2f1f0000/x-y/")
    before = len(whole(OutgoingMail))
    response = client.post("/welcome/0b2e6c1e-8f43-4a80-9b59-6a1c2f1f0000/again/", {"form_token": mark})
    assert response.status_code == 200 and "Check your mail" in response.content.decode()
    assert len(whole(OutgoingMail)) == before


def test_whoever_has_a_password_gets_no_link_that_sets_one(client, link, token):
    choose(client, link)
    mark = token(Client(), link)
    Client().post(f"{link.rsplit('/', 2)[0]}/again/", {"form_token": mark})
    letter = whole(OutgoingMail)[-1]
    assert letter.kind == "already_registered" and "/welcome/" not in letter.text
