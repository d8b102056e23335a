"""A firm that pays, at a test processor that is asked over HTTP by the real SDK.

Everything is committed: a step is written down in a transaction of its own, and word of it comes from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Membership, User
from billing import actions, inbox
from billing.catalogue import TEAM, Interval
from billing.gateway import Profile, processor
from billing.models import Subscription
from billing.queries import billing_account
from demo import cast
from tenancy.context import activate
from tests import database
from tests.processor import Processor

NUMBERS = count(1)
ACME = Profile("Acme Ltd", "1 High Street", "EC1A 1AA", "London", "", "GB", "books@acme.example")


def person(name: str) -> User:
    """Another one of that name: an address belongs to one person."""
    user: User = User.objects.create_user(f"{name}@acme{next(NUMBERS)}.example", None, first_name=name.title())
    return user


class Firm:
    """One account, and what somebody there does about its plan: each step in a transaction of its own."""

    def __init__(self, account: Account, processor: Processor) -> None:
        self.account, self.processor = account, processor

    def do(self, step: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with activate(self.account, actor=cast.SYSTEM):
            return step(*args, **kwargs)

    def joins(self, name: str) -> Membership:
        return cast.joins(self.account, person(name), Membership.Role.MEMBER)

    def enter_card(self, number: str = "4242424242424242") -> Any:
        self.do(actions.save_profile, ACME)
        setup = self.do(actions.start_card)
        if self.processor.card(setup.client_secret, number).get("status") == "requires_action":
            self.processor.consent(setup.client_secret)
        return self.do(actions.card_done, setup.ref)

    def subscribe(self, seats: int = 3, plan: Any = TEAM, interval: Interval = Interval.MONTH) -> Any:
        return self.do(actions.subscribe, plan, interval, "GBP", seats)

    def pay(self) -> Subscription:
        """From nothing to a paid plan."""
        self.enter_card()
        assert self.subscribe().is_done
        self.processor.letters()  # read, as it were
        return self.plan()

    def plan(self) -> Any:
        return self.do(lambda: Subscription.objects.first())

    def customer(self) -> str:
        ref: str = self.do(lambda: billing_account().customer)
        return ref

    def there(self) -> list[Any]:
        """The subscriptions that go on at the processor."""
        return [each for each in processor().subscriptions_of(self.customer()) if each.status.is_live]

    def facts(self) -> Account:
        self.account.refresh_from_db()
        return self.account


@pytest.fixture(scope="module")
def stays(django_db_setup: None, django_db_blocker: Any, worker_database: str) -> Iterator[None]:
    """Real commits for a whole module: each test has firms of its own, so the database is made anew only once."""
    with django_db_blocker.unblock():
        yield
        connections.close_all()
        database.clone(worker_database)


@pytest.fixture
def new_firm(stays: None, processor: Processor) -> Callable[[], Firm]:
    """Makes another Acme, with an Alice of its own. Nobody's tries of a test before are counted."""
    cache.clear()
    return lambda: Firm(cast.acme(person("alice")), processor)


@pytest.fixture
def firm(new_firm: Callable[[], Firm]) -> Firm:
    return new_firm()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``later(days=14)``: our clock goes on by so much; the processor's stays."""

    def go_on(**how: float) -> None:
        moment = timezone.now() + timedelta(**how)
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return go_on


def hand_over(letters: list[dict[str, Any]], client: Client | None = None) -> list[int]:
    """Bring these deliveries to our door, and have them acted on. Returns the answers."""
    address = f"/webhooks/processor/{settings.STRIPE_WEBHOOK_ENDPOINT}/"
    answers = [
        (client or Client()).post(
            address,
            letter["body"],
            content_type="application/json",
            headers={"Stripe-Signature": letter["headers"]["Stripe-Signature"]},
        )
        for letter in letters
    ]
    inbox.sweep()
    return [answer.status_code for answer in answers]
