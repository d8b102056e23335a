"""How often one may try to sign in, as people at the door meet it."""

from __future__ import annotations

import http.cookiejar
import re
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.test import Client

from accounts import limits
from tests.promises import promise

URL = "/login/"
GOOD = "four random words"


def attempt(client, login="alice@acme.example", password="wrong", **headers):  # noqa: S107
    return client.post(URL, {"login": login, "password": password}, **headers)


@pytest.fixture
def alice_knows_her_password(alice):
    alice.set_password(GOOD)
    alice.save()
    return alice


@promise(77)
def test_the_sixth_try_waits_and_keeps_what_was_typed(client, alice_knows_her_password):
    assert [attempt(client).status_code for _ in range(5)] == [200] * 5
    answer = attempt(client, password=GOOD)
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 300
    assert "That was tried too often in a short time. Wait" in answer.text and "alice@acme.example" in answer.text
    assert GOOD not in answer.text


def test_one_network_does_not_try_everybody(client, settings, alice_knows_her_password):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_in_network": "3/h/key"}
    guesses = [attempt(client, f"person{n}@acme.example", REMOTE_ADDR=f"198.51.100.{n}") for n in range(4)]
    assert [guess.status_code for guess in guesses] == [200, 200, 200, 429]
    elsewhere = attempt(Client(), password=GOOD, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 302


def test_what_is_a_network(rf):
    for address, network in (("198.51.100.77", "198.51.100.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48")):
        assert limits.network_of(rf.get("/", REMOTE_ADDR=address)) == network


def test_all_web_processes_count_together(client, server, alice_knows_her_password):
    """Five tries here; the sixth arrives at another process."""
    for _ in range(5):
        attempt(client, HTTP_HOST=server.removeprefix("http://"))
    with pytest.raises(HTTPError) as refused:
        attempt_at(server, "alice@acme.example", GOOD)
    assert refused.value.code == 429 and int(refused.value.headers["Retry-After"]) > 0
    refused.value.close()


def attempt_at(server: str, login: str, password: str) -> None:
    browser = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(server + URL) as page:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())[1]
    typed = urlencode({"login": login, "password": password, "csrfmiddlewaretoken": token}).encode()
    browser.open(Request(server + URL, typed, {"Origin": server, "Referer": server + URL})).close()  # noqa: S310
