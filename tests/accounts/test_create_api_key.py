"""``create_api_key``: a key on the last line, kept nowhere in plain."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiKey, Membership
from audit.models import Event, Payload


def run(*arguments):
    out = StringIO()
    call_command("create_api_key", *arguments, stdout=out)
    return out.getvalue()


def test_the_key_stands_alone_on_the_last_line_and_opens(acme, alice, client):
    key = run("acme", "Alice@acme.example", "--scopes", "crm:read, time:read").splitlines()[-1]
    response = client.get("/api/v1/contacts/", headers={"authorization": f"Bearer {key}"})
    assert response.status_code == 200
    stored = ApiKey.objects.get()
    assert (stored.scopes, stored.membership.user) == (["crm:read", "time:read"], alice)
    assert (stored.expires_at - stored.created_at).days in (89, 90)


def test_nothing_of_the_secret_is_kept(acme, alice, inside):
    key = run("acme", "alice@acme.example", "--scopes", "crm:read").splitlines()[-1]
    stored = ApiKey.objects.values().get()
    assert key[:13] == stored["start"]
    secret = key[13:]
    assert all(secret not in str(value) for value in stored.values())
    with inside(acme):
        event = Event.objects.get(kind="api_key.created")
        assert secret not in str(Payload.objects.get(event_id=event.pk).data)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody", "alice@acme.example", "--scopes", "crm:read"),
        ("acme", "mallory@globex.example", "--scopes", "crm:read"),
        ("acme", "alice@acme.example", "--scopes", "crm:all"),
        ("acme", "alice@acme.example", "--scopes", ","),
        ("acme", "alice@acme.example", "--scopes", "crm:read", "--days", "0"),
        ("acme", "alice@acme.example", "--scopes", "crm:read", "--days", "1000"),
        ("acme", "alice@acme.example", "--scopes", "crm:read", "--name", " "),
    ],
)
def test_bad_usage_is_told_and_makes_nothing(arguments, acme, globex):
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert refused.value.returncode == 2
    assert not ApiKey.objects.exists()


def test_a_removed_member_gets_no_key(acme, alice):
    Membership.objects.filter(account=acme).update(removed_at="2026-01-01T00:00Z")
    with pytest.raises(CommandError):
        run("acme", "alice@acme.example", "--scopes", "crm:read")


def test_a_dry_run_only_says_so(acme):
    assert "Nothing was done" in run("acme", "alice@acme.example", "--scopes", "crm:read", "--dry-run")
    assert not ApiKey.objects.exists()
