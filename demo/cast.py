"""Who plays: Alice owns Acme, Bob works there, Carol only reads; Mallory owns Globex and must never see Acme.

Sam and Tess are our support staff and belong to no account.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.actions import add_member, open_account
from accounts.models import Account, Membership, User
from tenancy.context import Actor, activate

PEOPLE = {
    "alice@acme.example": ("Alice", "Novak"),
    "bob@acme.example": ("Bob", "Reyes"),
    "carol@acme.example": ("Carol", "Lindqvist"),
    "mallory@globex.example": ("Mallory", "Krüger"),
    "sam@candor.example": ("Sam", "Reyes"),
    "tess@candor.example": ("Tess", "Aalto"),
}

SYSTEM = Actor("system", None, "Candor")


def person(email: str, password: str | None = None) -> User:
    """One of the cast, with a verified address."""
    first_name, last_name = PEOPLE[email]
    user = User.objects.create_user(
        email,
        password,
        first_name=first_name,
        last_name=last_name,
        is_staff=email.endswith("@candor.example"),
        time_zone="Europe/Copenhagen",
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def acme(alice: User) -> Account:
    """Alice's firm, an agency in Copenhagen."""
    return open_account(
        alice,
        name="Acme",
        street="Vestergade 9",
        postal_code="1456",
        city="Copenhagen",
        country="DK",
        time_zone="Europe/Copenhagen",
        currency="EUR",
    ).account


def globex(mallory: User) -> Account:
    """Mallory's firm. It is the stranger in every test of isolation."""
    return open_account(
        mallory,
        name="Globex",
        street="Friedrichstraße 1",
        postal_code="10117",
        city="Berlin",
        country="DE",
        time_zone="Europe/Berlin",
        currency="EUR",
    ).account


def joins(account: Account, user: User, role: str) -> Membership:
    """Let one of the cast into an account."""
    with activate(account, actor=SYSTEM):
        return add_member(account, user, role)
