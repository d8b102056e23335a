"""What tests of the staff area share: the contact form filled in, requests, and staff who came in as they must."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Membership
from privacy.support_access import actions
from privacy.support_access.models import Ticket, Topic
from tests.signed_in import staff_browser

EDITH = {
    "topic": "security",
    "name": "Edith Pell",
    "email": "Edith@Pell.example",
    "subject": "Your lock",
    "text": "It opens\nwith a spoon.",
}


@pytest.fixture
def write_to_us():
    """Fills in a public form in a browser without cookies, and sends it."""

    def send(url="/contact/", client=None, **given):
        browser = client or Client()
        page = browser.get(url).content.decode()
        token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
        data = {"form_token": token, **(EDITH if "child" not in url else {}), **given}
        return browser.post(url, data)

    return send


@pytest.fixture
def edith_asks(_rows) -> Ticket:
    """A stranger's request."""
    words = {"subject": "Your lock", "name": "Edith Pell", "email": "edith@pell.example"}
    return actions.open_ticket(Topic.SECURITY, "It opens with a spoon.", **words)


@pytest.fixture
def bob_asks(acme, bob) -> Ticket:
    """What Bob asks for Acme."""
    member = Membership.objects.select_related("account", "user").get(account=acme, user=bob)
    words = {"subject": "The import", "name": "Bob Reyes", "email": bob.email}
    return actions.open_ticket(Topic.HELP, "It stops at line 40.", **words, member=member)


@pytest.fixture
def sams(sam) -> Client:
    """Sam's browser."""
    return staff_browser(sam)
