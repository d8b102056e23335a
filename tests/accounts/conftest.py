"""What tests of accounts share: the sign-up form filled in, the last letter, a browser without cookies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from accounts.models import Account, OutgoingMail

EDITH = {
    "first_name": "Edith",
    "last_name": "Pell",
    "email": "edith@pell.example",
    "phone": "",
    "company": "Pell & Daughters",
    "street": "Vestergade 9",
    "postal_code": "1456",
    "city": "Copenhagen",
    "country": "DK",
    "time_zone": "",
    "is_old_enough": "on",
}

# Days from now that bring an account into each standing but the last: in trial, past it, paid, owing, closing.
STANDINGS: list[dict[str, int]] = [
    {"trial_ends_at": 10},
    {"trial_ends_at": -1},
    {"trial_ends_at": -70},
    {"trial_ends_at": -100, "paid_through": 20},
    {"paid_through": 5, "past_due_since": -3},
    {"paid_through": -5, "past_due_since": -20},
    {"closing_at": -2},
]


@pytest.fixture
def browser_without_cookies() -> Client:
    """Keeps no cookie, and asks for the CSRF cookie where Django would."""

    class Forgetful(Client):
        def request(self, **request):  # type: ignore[no-untyped-def]
            self.cookies.clear()
            response = super().request(**request)
            self.cookies.clear()
            return response

    return Forgetful(enforce_csrf_checks=True)


@pytest.fixture
def token() -> Callable[..., str]:
    """The mark of a public form, taken from its page."""

    def take(client: Client, url: str = "/trial/") -> str:
        page = client.get(url).content.decode()
        return re.search(r'name="form_token" value="([^"]+)"', page)[1]

    return take


@pytest.fixture
def sign_up(token: Callable[..., str]) -> Callable:
    """``sign_up(client, company="")`` fills in the form of a fresh page and sends it."""

    def send(client: Client, url: str = "/trial/", headers: dict[str, str] | None = None, **changes: object):
        data = {**EDITH, "form_token": token(client, url), **changes}
        return client.post(url, {k: v for k, v in data.items() if v is not None}, headers=headers)

    return send


def whole(model: type[models.Model]) -> list:
    """Every row of a global table: the look over all accounts that no part of the product may take."""
    before, connection.execute_wrappers = connection.execute_wrappers, []
    try:
        return list(model._base_manager.order_by("pk"))
    finally:
        connection.execute_wrappers = before


def only(model: type[models.Model]) -> Any:
    """The one row of a global table."""
    (row,) = whole(model)
    return row


def link_in(mail: OutgoingMail) -> str:
    """The path of the link in a letter."""
    return re.search(r"https?://[^/\s]+(/welcome/\S+|/password/reset/key/\S+)", mail.text)[1]


@pytest.fixture
def read_only(acme: Account) -> Account:
    """Acme after its trial, before it closes."""
    Account.objects.filter(pk=acme.pk).update(trial_ends_at=timezone.now() - timedelta(days=1))
    acme.refresh_from_db()
    return acme
