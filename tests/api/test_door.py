"""Who comes in with a key, and who is turned away: at once, and by one shape of answer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, ApiKey, Membership, User
from tests.api.conftest import Program
from tests.promises import promise


def refused(response, status, kind):
    assert response.status_code == status, response.data
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(response.data) >= {"type", "title", "status", "detail", "instance"}
    assert response.data["type"].endswith(f"/api/docs/#{kind}")
    assert response.data["status"] == status
    return response.data


@promise(72)
def test_a_key_opens_its_own_account(alices):
    assert alices.get("contacts/").data == {"results": [], "next": None, "previous": None}


@promise(72)
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer candor_" + "a" * 43, "Bearer \x00"])
def test_without_a_key_nothing_is_told(header, acme):
    response = Program("").get("contacts/", authorization=header)
    refused(response, 401, "no-key")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_signed_in_browser_is_nobody_here(client, acme, alice):
    client.force_login(alice)
    assert client.get("/api/v1/contacts/").status_code == 401


def test_a_key_outlives_the_installations_secret(alices, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret, long enough", [settings.SECRET_KEY]
    settings.SEAL_SECRETS = ["the newest", *settings.SEAL_SECRETS]
    assert alices.get("contacts/").status_code == 200
    settings.SECRET_KEY_FALLBACKS, settings.SEAL_SECRETS = [], ["the newest"]
    assert alices.get("contacts/").status_code == 401


def ends(program, words):
    response = program.get("contacts/")
    assert words in refused(response, 401, "no-key")["detail"]


def test_a_revoked_key_is_dead_at_the_next_request(alices):
    assert alices.get("contacts/").status_code == 200
    ApiKey.objects.update(revoked_at=timezone.now())
    ends(alices, "revoked")


def test_an_expired_key_is_dead(alices):
    ApiKey.objects.update(expires_at=timezone.now())
    ends(alices, "expired")


@promise(72)
def test_a_removed_members_key_is_dead(alices, acme):
    Membership.objects.filter(account=acme).update(removed_at=timezone.now())
    ends(alices, "does not belong")


def test_a_locked_out_persons_key_is_dead(alices):
    User.objects.update(is_active=False)
    ends(alices, "does not belong")


def test_a_closed_accounts_key_is_dead(alices):
    Account.objects.update(closed_at=timezone.now())
    ends(alices, "does not belong")


@promise(72)
def test_a_key_gives_no_more_than_its_scopes(program_of, acme, alice):
    program = program_of(acme, alice, "crm:read")
    assert program.get("contacts/").status_code == 200
    said = refused(program.post("contacts/", {"first_name": "Maren"}), 403, "scope")
    assert "crm:write" in said["detail"]


@promise(72)
def test_a_key_gives_no_more_than_its_members_role(program_of, acme, carol):
    program = program_of(acme, carol)
    assert program.get("contacts/").status_code == 200
    refused(program.post("contacts/", {"first_name": "Maren"}), 403, "forbidden")


def test_a_read_only_account_is_read_and_not_written(alices, acme):
    created = alices.post("contacts/", {"first_name": "Maren"}).data
    Account.objects.update(trial_ends_at=timezone.now() - timedelta(days=1))
    assert alices.get("contacts/").status_code == 200
    one = f"contacts/{created['id']}/"
    for method, path in (("post", "contacts/"), ("patch", one), ("delete", one)):
        refused(alices.ask(method, path, {"first_name": "x"}), 402, "read-only")


def test_when_a_key_was_used_is_noted_at_most_every_few_minutes(alices, django_assert_num_queries):
    alices.get("contacts/")
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    alices.get("contacts/")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=6))
    alices.get("contacts/")
    assert ApiKey.objects.get().last_used_at > first - timedelta(minutes=6)


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("get", "/api/", 404, "not-found"),
        ("get", "/api/v2/contacts/", 404, "not-found"),
        ("get", "/api/v1/nothing/", 404, "not-found"),
        ("get", "/api/v1/contacts", 404, "not-found"),
        ("get", "/api/v1/contacts/1/", 404, "not-found"),
        ("get", "/api/v1/contacts/%00/", 404, "not-found"),
        ("get", "/api/docs/nothing/", 404, "not-found"),
        ("delete", "/api/v1/contacts/", 405, "method"),
        ("put", "/api/v1/contacts/", 405, "method"),
        ("trace", "/api/v1/contacts/", 405, "method"),
    ],
)
def test_what_is_not_there_is_a_problem_too(method, path, status, kind, alices):
    response = alices.ask(method, path)
    refused(response, status, kind)
    if status == 405:
        assert response.headers["Allow"] == "GET, POST"


def test_a_forgotten_slash_is_told(alices):
    response = alices.get("/api/v1/contacts")
    assert response.data["detail"] == "Addresses end with a slash: /api/v1/contacts/."
    assert alices.get("/api/v1/nothing").data["detail"] == "No such address, or no such record in this account."
    assert Client().get("/api/docs").headers["Location"] == "/api/docs/"


def test_every_answer_says_how_long_it_is(alices):
    for method, path in (("get", "tags/"), ("head", "tags/"), ("get", "nothing/")):
        length = alices.ask(method, path).headers["Content-Length"]
        assert length == str(len(alices.get(path).content))


def test_only_json_is_spoken(alices):
    refused(alices.get("contacts/", accept="text/html"), 406, "not-acceptable")
    assert alices.get("contacts/", accept="text/html, */*;q=0.1").status_code == 200


def test_only_json_is_read(alices):
    response = alices.client.post(
        "/api/v1/contacts/", {"first_name": "x"}, headers={"authorization": f"Bearer {alices.key}"}
    )
    assert response.status_code == 415


@pytest.mark.parametrize("body", [b" ", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"a": NaN}', b'{"a":"\\ud800"}'])
def test_a_body_that_is_no_object_is_refused(body, alices):
    response = alices.client.post(
        "/api/v1/contacts/", body, content_type="application/json", headers={"authorization": f"Bearer {alices.key}"}
    )
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_deep_body_is_refused(alices):
    body = b'{"note":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    response = alices.client.post(
        "/api/v1/contacts/", body, content_type="application/json", headers={"authorization": f"Bearer {alices.key}"}
    )
    assert response.status_code in (400, 422)


def test_a_body_that_is_too_large_is_refused(alices):
    refused(alices.post("contacts/", {"note": "x" * 3_000_000}), 413, "too-large")


@promise(77)
def test_another_host_is_refused(alices):
    refused(alices.get("contacts/", host="evil.example"), 400, "unreadable")


def test_a_fault_of_ours_tells_nothing_of_our_innards(alices, monkeypatch, caplog):
    from crm.api import Contacts

    monkeypatch.setattr(Contacts, "visible", lambda *args: 1 / 0)
    said = refused(alices.get("contacts/"), 500, "failed")
    assert "division" not in str(said)
    assert "ZeroDivisionError" in caplog.text
    assert alices.key not in caplog.text


def test_the_key_is_in_no_log(alices, caplog, settings):
    caplog.set_level("DEBUG")
    alices.get("contacts/")
    alices.get("nothing/")
    alices.post("contacts/", {})
    assert alices.key not in caplog.text


def test_no_cookie_is_set_and_nothing_is_kept_by_caches(alices):
    response = alices.get("contacts/")
    assert not response.cookies
    assert "no-store" in response.headers["Cache-Control"]


def test_pages_are_untouched(alice, acme):
    browser = Client()
    browser.force_login(alice)
    assert browser.get("/a/acme/").status_code == 200
