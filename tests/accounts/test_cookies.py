"""Cookies: the register, what they hold, the one that remembers, and the signals that browsers send."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from urllib.parse import unquote_to_bytes

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from accounts.cookies import FORMS, REGISTER, REMEMBERED, SESSION, Category, UnknownCookie, of
from accounts.models import SecurityEvent
from config.urls import urlpatterns as real
from tests.accounts.conftest import whole
from tests.promises import promise

GOOD = "quiet maple seven trains"
PUBLIC = ["/", "/trial/", "/signup/", "/privacy/", "/terms/", "/cookies/", "/.well-known/gpc.json", "/healthz"]
FORMS_OF_SIGN_IN = ["/login/", "/password/reset/"]


def sets_another(request):
    response = HttpResponse("said")
    response.set_cookie("another", "x")
    return response


urlpatterns = [path("another/", sets_another), *real]


@pytest.fixture
def alices(alice, acme):
    alice.set_password(GOOD)
    alice.save()
    return alice


@pytest.fixture
def sign_in(client, alices):
    def send(**more):
        client.post("/logout/")
        return client.post("/login/", {"login": " Alice@ACME.example", "password": GOOD, **more})

    return send


def readings(value):
    """A value as it stands and as anybody could decode it."""
    padded = value + "=" * (-len(value) % 4)
    return [value.encode(), unquote_to_bytes(value), base64.urlsafe_b64decode(padded)]


# --- the register ---------------------------------------------------------------------------------


@promise(42)
def test_the_page_shows_every_cookie_and_that_there_are_no_others(client, db):
    page = client.get("/cookies/").content.decode()
    for cookie in REGISTER.values():
        for words in (cookie.name, cookie.purpose, cookie.set_when, cookie.ends):
            assert words in page
    assert of(Category.ANALYTICS) == of(Category.MARKETING) == []
    assert page.count('<p class="muted">None.</p>') == 2
    assert "90 days" in page and "8 hours" in page and "16 hours" in page


@pytest.mark.urls(__name__)
@promise(42)
def test_a_cookie_that_is_not_in_the_register_cannot_be_set(client, db):
    with pytest.raises(UnknownCookie, match="another"):
        client.get("/another/")


def test_every_cookie_is_sealed_and_tells_nothing(sign_in, client, alices, acme):
    client.get("/login/")
    sign_in(remember_browser="on")
    client.get("/a/acme/")
    assert client.cookies.keys() == REGISTER.keys()
    known = [alices.email, alices.first_name, alices.last_name, acme.name, acme.slug, str(alices.public_id)]
    for name, morsel in client.cookies.items():
        assert REGISTER[name].seal.open(morsel.value)
        for reading in readings(morsel.value):
            for word in known:
                assert word.lower().encode() not in reading.lower(), f"{name} tells {word}"


def test_every_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(sign_in, client):
    client.get("/login/")
    sign_in(remember_browser="on")
    for name, morsel in client.cookies.items():
        assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["domain"]) == (True, "Lax", "/", "")
        assert morsel["max-age"] == (REMEMBERED.lifetime.total_seconds() if name == REMEMBERED.name else "")


@pytest.mark.parametrize("page", PUBLIC)
def test_looking_at_public_pages_sets_none(db, client, page):
    assert client.get(page).status_code == 200
    assert not client.cookies


def test_a_form_is_not_believed_with_a_cookie_that_we_did_not_make(alices):
    browser = Client(enforce_csrf_checks=True)
    secret = "a" * 32
    browser.cookies[FORMS.name] = secret
    data = {"login": alices.email, "password": GOOD, "csrfmiddlewaretoken": secret}
    assert browser.post("/login/", data).status_code == 403
    browser.cookies[FORMS.name] = FORMS.seal.close(secret)
    assert browser.post("/login/", data).status_code == 302


# --- the one that remembers -----------------------------------------------------------------------


@promise(39)
def test_a_browser_is_remembered_only_when_its_box_was_ticked(sign_in, client):
    page = client.get("/login/").content.decode()
    box = re.search(r"<input[^>]*remember_browser[^>]*>", page)[0]
    assert "checked" not in box
    sign_in()
    assert REMEMBERED.name not in client.cookies
    sign_in(remember_browser="on")
    assert REMEMBERED.seal.open(client.cookies[REMEMBERED.name].value) == "alice@acme.example"
    assert client.cookies[REMEMBERED.name]["max-age"] == timedelta(days=90).total_seconds()


def test_a_wrong_password_is_not_remembered(client, alices):
    client.post("/login/", {"login": alices.email, "password": "wrong", "remember_browser": "on"})
    assert REMEMBERED.name not in client.cookies


@promise(39, 52)
def test_remembered_it_fills_in_the_address_and_opens_nothing(sign_in, client):
    sign_in(remember_browser="on")
    remembered = client.cookies[REMEMBERED.name].value
    later = Client()
    later.cookies[REMEMBERED.name] = remembered
    page = later.get("/login/").content.decode()
    assert re.search(r'name="login"[^>]*value="alice@acme\.example"|value="alice@acme\.example"[^>]*name="login"', page)
    assert "remember_browser" not in page
    assert later.get("/a/acme/").url.startswith("/login/")
    assert later.get("/enter/").url.startswith("/login/")
    assert later.post("/login/", {"login": "alice@acme.example"}).status_code == 200
    assert SESSION.name not in later.cookies
    assert len(whole(Session)) == 1  # of the first browser


def test_it_ends_after_its_days_even_if_the_browser_keeps_it(sign_in, client, monkeypatch):
    import time

    sign_in(remember_browser="on")
    client.post("/logout/")
    assert "alice@acme.example" in client.get("/login/").content.decode()
    now = time.time()
    monkeypatch.setattr("time.time", lambda: now + timedelta(days=90, minutes=1).total_seconds())
    assert "alice@acme.example" not in client.get("/login/").content.decode()


@promise(39)
def test_a_forged_one_fills_in_nothing(client, db):
    for value in ("alice@acme.example", SESSION.seal.close("alice@acme.example"), "é"):
        client.cookies[REMEMBERED.name] = value
        assert "alice@acme.example" not in client.get("/login/").content.decode()


@promise(39)
@pytest.mark.parametrize(("page", "back"), [("/login/", "/login/"), ("/cookies/", "/cookies/")])
def test_a_browser_can_be_forgotten(sign_in, client, page, back):
    sign_in(remember_browser="on")
    client.post("/logout/")
    form = re.search(r'action="(/cookies/forget/[^"]*)"', client.get(page).content.decode())[1]
    response = client.post(form)
    assert response.url == back
    assert client.cookies[REMEMBERED.name]["max-age"] == 0
    assert "alice@acme.example" not in client.get("/login/").content.decode()


def test_another_site_cannot_make_us_forget(client, db):
    response = client.post("/cookies/forget/", headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert REMEMBERED.name not in response.cookies


# --- no cookies, and signals ----------------------------------------------------------------------


@pytest.mark.parametrize("page", [*PUBLIC, *FORMS_OF_SIGN_IN])
def test_without_cookies_every_public_page_is_there(browser_without_cookies, db, page):
    assert browser_without_cookies.get(page).status_code == 200


@pytest.mark.parametrize("page", ["/a/acme/", "/a/acme/admin/", "/enter/"])
def test_without_a_session_the_sign_in_page_says_why_one_is_there(client, acme, page):
    response = client.get(page, follow=True)
    assert [url.split("?")[0] for url, _ in response.redirect_chain] == ["/login/"]
    assert 'id="why-here"' in response.content.decode()
    assert 'id="why-here"' not in client.get("/login/").content.decode()


def same_each_time(response):
    """A page without what is new in each answer: the marks of its forms."""
    return re.sub(r"[\w:-]{40,}", "", response.content.decode())


@pytest.mark.parametrize("page", [*PUBLIC, *FORMS_OF_SIGN_IN, "/no-such-page/"])
def test_do_not_track_changes_nothing(client, db, page):
    without, with_signal = client.get(page), client.get(page, headers={"DNT": "1"})
    assert same_each_time(without) == same_each_time(with_signal)
    headers = (
        {k: v for k, v in each.headers.items() if k not in ("Content-Length", "Expires")}
        for each in (without, with_signal)
    )
    assert next(headers) == next(headers)


def test_do_not_track_changes_nothing_behind_the_door_either(client, alices):
    client.force_login(alices)
    pages = [client.get("/a/acme/", headers=headers) for headers in ({}, {"DNT": "1"}, {"DNT": "0"})]
    assert len({same_each_time(page) for page in pages}) == 1
    assert [event.kind for event in whole(SecurityEvent)] == []


def test_the_page_says_that_do_not_track_gets_no_answer(client, db):
    assert "Do Not Track" in client.get("/cookies/").content.decode()


@pytest.mark.parametrize("page", ["/", "/cookies/", "/login/", "/trial/", "/privacy/"])
def test_the_opt_out_signal_is_honoured_and_every_page_says_so(client, db, page):
    words = "opt-out signal is honoured"
    without, with_signal = client.get(page), client.get(page, headers={"Sec-GPC": "1"})
    assert words not in without.content.decode()
    assert words in with_signal.content.decode()
    for response in (without, with_signal):
        assert "Sec-GPC" in response["Vary"]


def test_the_opt_out_signal_is_named_where_it_is_explained(client, db):
    assert 'id="gpc-honoured"' in client.get("/cookies/", headers={"Sec-GPC": "1"}).content.decode()
    assert 'id="gpc-honoured"' not in client.get("/cookies/").content.decode()


def test_programs_can_ask_whether_it_is_honoured(client, db):
    response = client.get("/.well-known/gpc.json")
    assert response["Content-Type"] == "application/json"
    assert response.json()["gpc"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", response.json()["lastUpdate"])
