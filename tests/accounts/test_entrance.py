"""The door knows who comes, and as what, by one statement; what is odd it leaves to Django."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from demo import cast

HOME = "/a/acme/"
LOGIN = f"/login/?next={HOME}"
PASSWORD = "quiet maple seven trains"


@pytest.fixture
def signed_in(client, alice, acme):
    """Alice's browser, by the page: Django's short cut for tests leaves the list of sessions empty."""
    alice.set_password(PASSWORD)
    alice.save()
    client.post("/login/", {"login": alice.email, "password": PASSWORD})
    return client


def statements(client, path):
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"].strip() for query in captured if "SAVEPOINT" not in query["sql"]]


def test_one_statement_says_who_comes_and_the_next_tells_the_database_the_account(signed_in, acme):
    asked = statements(signed_in, f"{HOME}companies/names/")
    assert asked[0].startswith("SELECT session.")
    assert asked[1] == f"SET LOCAL app.account_id = '{acme.pk}'"
    assert [one for one in asked[2:] if not one.startswith("SET LOCAL")] == []


def test_the_other_accounts_are_asked_for_only_if_there_are_any(signed_in, alice, globex):
    def asked():
        return [one for one in statements(signed_in, f"{HOME}contacts/") if 'JOIN "accounts_account"' in one]

    assert asked() == []
    cast.joins(globex, alice, Membership.Role.READER)
    assert len(asked()) == 1
    assert 'href="/a/globex/"' in signed_in.get(f"{HOME}contacts/").content.decode()
    Membership.objects.filter(account=globex, user=alice).update(removed_at=timezone.now())
    assert asked() == []


def test_a_session_that_stands_in_no_list_still_lets_in(signed_in, alice):
    UserSession.objects.filter(user_id=alice.pk).delete()
    assert signed_in.get(HOME).status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_who_may_not_sign_in_any_more_is_out(signed_in, alice, change):
    type(alice).objects.filter(pk=alice.pk).update(**change)
    assert signed_in.get(HOME).headers["Location"] == LOGIN


def test_an_expired_session_lets_nobody_in(signed_in):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert signed_in.get(HOME).headers["Location"] == LOGIN


def test_who_is_signed_in_and_no_member_finds_nothing(signed_in, globex):
    assert signed_in.get("/a/globex/").status_code == 404
    assert signed_in.get(HOME).status_code == 200
