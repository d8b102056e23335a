"""Two clients of Acme: a museum and its director, both Bob's; and somebody that Alice looks after."""

from __future__ import annotations

import pytest

from accounts.models import Membership
from crm.models import Company, Contact
from crm.search import reindex


@pytest.fixture
def member_of(acme):
    """The membership of a user in Acme."""
    return lambda user: Membership.objects.get(account=acme, user=user)


@pytest.fixture
def tidewater(acme, bob, inside, member_of) -> Company:
    with inside(acme):
        company = Company.objects.create(
            name="Tidewater Museum", domain="tidewater.example", city="Copenhagen", owner=member_of(bob)
        )
        reindex([company])
    return company


@pytest.fixture
def maren(acme, bob, inside, member_of, tidewater) -> Contact:
    with inside(acme):
        contact = Contact.objects.create(
            first_name="Maren", last_name="Holt", title="Director", company=tidewater,
            email="maren@tidewater.example", phone="+45 20 55 01 77", owner=member_of(bob),
        )  # fmt: skip
        reindex([contact])
    return contact


@pytest.fixture
def edith(acme, alice, inside, member_of) -> Contact:
    with inside(acme):
        contact = Contact.objects.create(first_name="Edith", last_name="Pell", owner=member_of(alice))
        reindex([contact])
    return contact


@pytest.fixture
def only_own(bob, member_of) -> Membership:
    """Bob, who sees only what he owns."""
    member = member_of(bob)
    member.sees_only_own_records = True
    member.save()
    return member
