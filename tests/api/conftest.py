"""Keys of the cast, and a program that uses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, Membership

EVERYTHING = (
    "crm:read", "crm:write", "time:read", "time:write", "admin:read", "admin:erase", "webhooks:read", "webhooks:write",
    "invoices:read", "invoices:write", "privacy:write",
)  # fmt: skip


class Program:
    """Speaks JSON with one key: ``program.get("contacts/")``, ``program.post("contacts/", {…})``."""

    def __init__(self, key: str, **headers: str) -> None:
        self.key, self.headers = key, headers
        self.client = Client(raise_request_exception=False)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
        sent = {"authorization": f"Bearer {self.key}", **self.headers, **named}
        given = {} if body is None else {"data": orjson.dumps(body), "content_type": "application/json"}
        response = self.client.generic(method.upper(), url, headers=sent, **given)
        kind = response.headers.get("Content-Type", "")
        response.data = orjson.loads(response.content) if kind.endswith("json") and method != "head" else None
        return response

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda path, body=None, **headers: self.ask(method, path, body, **headers)


@pytest.fixture
def key_for(_rows: None) -> Callable[..., tuple[ApiKey, str]]:
    """``key_for(acme, bob, "crm:read")`` makes a key and returns it with its text."""

    def make(account: Any, user: Any, *scopes: str) -> tuple[ApiKey, str]:
        member = Membership.objects.get(account_id=account.pk, user_id=user.pk)
        text = keys.new_key()
        key = ApiKey.objects.create(
            account=account, membership=member, name="test", start=keys.start_of(text), hash=keys.hash_of(text),
            scopes=list(scopes or EVERYTHING), expires_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        return key, text

    return make


@pytest.fixture
def program_of(key_for: Callable[..., tuple[ApiKey, str]]) -> Callable[..., Program]:
    """``program_of(acme, bob)`` uses a key of Bob's with every scope, or with those named."""
    return lambda account, user, *scopes: Program(key_for(account, user, *scopes)[1])


@pytest.fixture
def alices(program_of: Callable[..., Program], acme: Any, alice: Any) -> Program:
    return program_of(acme, alice)


@pytest.fixture
def mallorys(program_of: Callable[..., Program], globex: Any, mallory: Any) -> Program:
    return program_of(globex, mallory)
