"""``seed_demo``: everybody of the cast can sign in; a second run adds nothing; elsewhere it is refused."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Membership, User
from config.env import demo_password
from demo.cast import PEOPLE


@pytest.fixture
def seed(db, settings):
    settings.DEBUG = True

    def run() -> str:
        out = StringIO()
        call_command("seed_demo", stdout=out)
        return out.getvalue()

    return run


def test_everybody_can_sign_in_where_they_belong(client, seed):
    seed()
    for email in PEOPLE:
        user = User.objects.get(email=email)
        assert user.check_password(demo_password())
        response = client.post("/login/", {"login": email, "password": demo_password()})
        assert response.status_code == 302 and response.url == "/enter/"
        client.logout()
    acme = Account.objects.get(slug="acme")
    roles = {m.user.first_name: m.role for m in Membership.objects.filter(account=acme).select_related("user")}
    assert roles == {"Alice": "owner", "Bob": "member", "Carol": "reader"}
    staff = [email for email in PEOPLE if User.objects.get(email=email).is_staff]
    assert staff == ["sam@candor.example", "tess@candor.example"]
    for email in staff:
        assert not Membership.objects.filter(user=User.objects.get(email=email)).exists()


def test_it_says_what_it_did_and_a_second_run_adds_nothing(seed):
    said = seed()
    assert "Alice Novak can sign in as alice@acme.example." in said and "/a/globex/" in said
    assert demo_password() not in said
    assert seed() == ""
    assert not Account.objects.filter(slug="acme-2").exists()


def test_a_lost_demo_password_is_put_back(seed):
    seed()
    bob = User.objects.get(email="bob@acme.example")
    bob.set_password("something else")
    bob.save()
    assert "Bob Reyes's password" in seed()
    bob.refresh_from_db()
    assert bob.check_password(demo_password())


def test_it_is_refused_where_strangers_come_in(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="refused while DEBUG is off"):
        call_command("seed_demo")
    assert not User.objects.filter(email="alice@acme.example").exists()
