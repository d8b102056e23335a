"""The page that says what a browser sent, and what we did with each."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.cookies import FORMS, REMEMBERED
from tests.promises import promise

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"

pytestmark = pytest.mark.usefixtures("_rows")


def page(headers=None, **cookies):
    browser = Client()
    for name, value in cookies.items():
        browser.cookies[name] = value
    response = browser.get("/privacy/signals/?from=a-secret", headers=headers or {})
    assert response.status_code == 200 and (cookies or not response.cookies) and "no-store" in response["Cache-Control"]
    return " ".join(response.content.decode().split())


@promise(43, 128)
def test_each_signal_is_named_with_what_was_done():
    nothing = page()
    assert nothing.count("Not sent.") == 2 and "Honoured" not in nothing and "None came, and none is needed" in nothing
    both = page({"Sec-GPC": "1", "DNT": "1"})
    assert both.count("Sent: 1") == 2 and "Honoured, as an opt-out from selling and sharing" in both
    assert "Nothing. No common standard says" in both
    odd = page({"Sec-GPC": "<b>maybe</b>"})
    assert "no value of this signal" in odd and "<b>maybe" not in odd and "signal is honoured" not in odd


@promise(44)
def test_cookies_are_named_and_never_shown_and_the_visit_is_what_is_noted():
    sealed = REMEMBERED.seal.close("alice@acme.example")
    brought = page({"User-Agent": FIREFOX}, **{REMEMBERED.name: sealed, FORMS.name: "forged", "_ga": "GA1.2.3"})
    assert REMEMBERED.purpose in brought and "alice@acme" not in brought and sealed not in brought
    assert "it has ended or we did not make it" in brought and "forged" not in brought
    assert "<code>_ga</code>" in brought and "GA1.2.3" not in brought and "Not ours. It was not read." in brought
    for words in ("Firefox 132", "Linux", "Computer", "127.0.0.1", "<code>/privacy/signals/</code>"):
        assert words in brought
    assert "a-secret" not in brought.split("<main")[1]
