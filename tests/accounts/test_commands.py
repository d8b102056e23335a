"""``create_account`` and ``create_staff``: for whoever runs the installation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account, Membership, OutgoingMail, User
from audit.models import Event
from tests.accounts.conftest import only, whole

pytestmark = pytest.mark.usefixtures("_rows")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_an_account_with_a_new_owner(inside):
    said = run("create_account", "Pell & Daughters", "--owner", "Edith.Pell@pell.example", "--country", "dk")
    user = User.objects.get(email="edith.pell@pell.example")
    account = Account.objects.get(slug="pell-daughters")
    assert said.splitlines()[-1] == "Pell & Daughters is open at /a/pell-daughters/."
    assert (user.get_full_name(), account.currency, account.time_zone) == ("Edith Pell", "DKK", "Europe/Copenhagen")
    assert Membership.objects.get(user=user, account=account).role == "owner"
    assert only(OutgoingMail).kind == "welcome"
    with inside(account):
        assert Event.objects.get().kind == "account.opened"


def test_a_known_user_may_own_another(alice, acme):
    alice.set_password("four random words here")
    alice.save()
    run("create_account", "Second", "--owner", "alice@acme.example")
    assert Membership.objects.filter(user=alice).count() == 2
    assert not whole(OutgoingMail)


@pytest.mark.parametrize(
    "arguments",
    [
        ["create_account", "Pell", "--owner", "edith"],
        ["create_account", " ", "--owner", "edith@pell.example"],
        ["create_account", "Pell", "--owner", "edith@pell.example", "--country", "XX"],
        ["create_staff", "edith"],
    ],
)
def test_bad_usage_ends_with_2(arguments):
    with pytest.raises(CommandError) as ended:
        run(*arguments)
    assert ended.value.returncode == 2
    assert not whole(User)


@pytest.mark.parametrize(
    "arguments", [["create_account", "Pell", "--owner", "e@pell.example"], ["create_staff", "e@pell.example"]]
)
def test_a_dry_run_does_nothing(arguments):
    assert "Nothing was done" in run(*arguments, "--dry-run")
    assert not whole(User) and not whole(Account) and not whole(OutgoingMail)


def test_staff_get_a_link_and_belong_nowhere():
    assert "A letter" in run("create_staff", "una@candor.example")
    user = only(User)
    assert user.is_staff and not user.has_usable_password()
    assert only(OutgoingMail).to == "una@candor.example"
    assert "already" in run("create_staff", "una@candor.example")


def test_a_member_cannot_become_staff(bob):
    with pytest.raises(CommandError, match="member of an account"):
        run("create_staff", "bob@acme.example")
    bob.refresh_from_db()
    assert not bob.is_staff
