"""Error pages: calm, exact, and independent of the database."""

import re

import pytest
from django.test import Client, RequestFactory

from config import errors
from lib.errors import error_page

STATUSES = [400, 402, 403, 404, 409, 422, 429, 500, 503]


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_page_says_what_is_kept_and_what_to_do(status):
    """No database fixture is asked for, so any query would fail this test."""
    response = error_page(status)
    text = response.content.decode()
    assert response.status_code == status
    assert text.count("<h1") == 1
    assert "<dt>What to do</dt>" in re.sub(r"\s*\n\s*", "", text)
    assert f"Answer {status}" in re.sub(r"\s+", " ", text)
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", STATUSES)
def test_an_error_page_blames_nobody(status):
    words = re.sub(r"<[^>]+>", " ", error_page(status).content.decode()).lower()
    for word in ("oops", "please", "sorry", "invalid", "!", "forbidden"):
        assert word not in words, word


def test_a_read_only_account_is_told_where_to_go_on():
    text = error_page(402, billing_url="/a/acme/admin/billing/", account_url="/a/acme/").content.decode()
    assert 'href="/a/acme/admin/billing/"' in text
    assert 'href="/a/acme/"' in text
    assert "export" not in error_page(402).content.decode().lower()


def test_a_form_without_cookies_is_told_so():
    request = RequestFactory().post("/login/", {"login": "alice@acme.example"})
    response = errors.csrf_failure(request)
    assert response.status_code == 403
    assert 'id="cookies-needed"' in response.content.decode()


def test_an_old_form_is_not_told_that_cookies_are_off(settings):
    request = RequestFactory().post("/login/")
    request.COOKIES[settings.CSRF_COOKIE_NAME] = "x"
    text = errors.csrf_failure(request).content.decode()
    assert "cookies-needed" not in text
    assert 'href="/login/"' in text


def test_signing_in_without_cookies_meets_the_plain_page():
    response = Client(enforce_csrf_checks=True).post("/login/", {"login": "a@b.example", "password": "x"})
    assert response.status_code == 403
    assert b'id="cookies-needed"' in response.content


def test_an_address_without_a_page_gets_ours(client):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "Nothing is here" in response.content.decode()


def test_an_address_is_never_shown_as_markup(client):
    response = client.get("/%3Cscript%3Ealert(1)%3C/script%3E/")
    assert b"<script>alert" not in response.content
