"""What tests of rights requests share: asking by the public form, and opening the link of the letter."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import OutgoingMail
from privacy.rights.models import RightsRequest
from tests.signed_in import staff_browser

ASKED = {
    "kind": "access",
    "population": "holder",
    "firm": "",
    "name": "Alice Archer",
    "email": "alice@acme.example",
    "country": "DE",
    "words": "All of it, please.",
}


def send(url, client=None, **given):
    """Fill in a form of ours in a browser without cookies, and send it."""
    browser = client or Client()
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get(url).content.decode())[1]
    return browser.post(url, {"form_token": token, **given})


@pytest.fixture
def ask(_rows):
    """Ask by the public form; gives the request and the path of the letter's link."""

    def asked(**given):
        response = send("/privacy/request/", **{**ASKED, **given})
        assert response.status_code == 200, response.content.decode()
        return RightsRequest.objects.filter(kind__in=[given.get("kind", "access")]).latest("pk"), link_of_letter()

    return asked


def link_of_letter(kind="rights_received"):
    """The path of the link in the last letter of a kind."""
    letter = OutgoingMail.objects.filter(kind=kind).latest("pk")
    return re.search(re.escape(settings.SITE_URL) + r"(/privacy/request/[^\s\"]+)", letter.text)[1]


@pytest.fixture
def sams(sam) -> Client:
    """Sam's browser."""
    return staff_browser(sam)
