"""The mail of a development machine: read, framed, followed."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMultiAlternatives

pytestmark = pytest.mark.urls("tests.accounts.dev_urls")


@pytest.fixture
def letter(settings, tmp_path):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "accounts.mailfolder.EmailBackend", tmp_path / "mail"
    message = EmailMultiAlternatives("Grüße", "Open http://testserver/welcome/x/ <now>", to=["edith@pell.example"])
    message.attach_alternative("<html><head></head><body><a href='/x/'>Go</a></body></html>", "text/html")
    message.send()
    return next((tmp_path / "mail").glob("*.eml"))


def test_the_list_shows_it(client, letter):
    page = client.get("/dev/mail/").content.decode()
    assert "Grüße" in page and "edith@pell.example" in page and f"/dev/mail/{letter.stem}/" in page


def test_an_empty_folder_says_so(client, settings, tmp_path):
    settings.EMAIL_FILE_PATH = tmp_path / "nothing"
    assert "No mail yet" in client.get("/dev/mail/").content.decode()


def test_its_links_can_be_followed_and_its_words_are_escaped(client, letter):
    page = client.get(f"/dev/mail/{letter.stem}/").content.decode()
    assert 'href="http://testserver/welcome/x/"' in page and "&lt;now&gt;" in page


def test_the_html_part_is_shut_off(client, letter):
    response = client.get(f"/dev/mail/{letter.stem}/html/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "allow-scripts" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in response.content.decode()


@pytest.mark.parametrize("name", ["nothing", "..", "secret_key"])
def test_only_letters_are_served(client, letter, name):
    (letter.parent.parent / "secret_key").write_text("x")
    assert client.get(f"/dev/mail/{name}/").status_code == 404
