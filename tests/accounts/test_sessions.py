"""Sessions: what the browser carries, what the tables hold, when a session ends, and that it costs little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.internal import flows
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.cookies import SESSION
from accounts.models import Membership
from accounts.sessions import NOTED_EVERY, SessionStore
from lib.seals import Seal, marks
from tests.accounts.conftest import only, whole
from tests.promises import promise

GOOD = "quiet maple seven trains"
HOME = "/a/acme/"


@pytest.fixture
def alices(alice, acme):
    alice.set_password(GOOD)
    alice.save()
    return alice


@pytest.fixture
def sign_in(alices):
    """Another browser of Alice's, through the sign-in page."""

    def enter(**headers):
        browser = Client(headers=headers)
        browser.post("/login/", {"login": "alice@acme.example", "password": GOOD})
        assert is_in(browser)
        return browser

    return enter


@pytest.fixture
def later(monkeypatch):
    """``later(hours=9)``: the clock goes on by so much."""
    real = timezone.now
    gone = timedelta()

    def pass_by(**time):
        nonlocal gone
        gone += timedelta(**time)
        monkeypatch.setattr(timezone, "now", lambda: real() + gone)

    return pass_by


def is_in(browser):
    return browser.get(HOME).status_code == 200


def cookie_of(browser):
    return browser.cookies[SESSION.name].value


def browser_with(cookie):
    browser = Client()
    browser.cookies[SESSION.name] = cookie
    return browser


# --- what the tables hold -------------------------------------------------------------------------


@promise(36)
def test_the_table_knows_a_session_by_the_keyed_hash_of_the_secret_in_the_cookie(sign_in):
    secret = SESSION.seal.open(cookie_of(sign_in()))
    assert len(secret) >= 43
    assert only(Session).session_key == marks("session", secret)[0] == only(UserSession).session_key
    assert secret not in str(vars(only(Session))) + str(vars(only(UserSession)))


def test_a_stolen_table_opens_nothing(sign_in):
    sign_in()
    stolen = only(Session)
    for value in (stolen.session_key, stolen.session_data):
        assert not is_in(browser_with(value))
        assert not is_in(browser_with(SESSION.seal.close(value)))


@promise(37)
def test_a_cookie_made_elsewhere_or_for_another_purpose_opens_nothing(sign_in):
    cookie = cookie_of(sign_in())
    secret = SESSION.seal.open(cookie)
    for forged in (secret, cookie[:-1], cookie + "A", Seal("cookie candor_csrf").close(secret), "é", "\x00", ""):
        assert not is_in(browser_with(forged)), forged
    assert is_in(browser_with(cookie))


def test_what_a_session_remembers_cannot_be_read_in_the_table(sign_in):
    browser = sign_in()
    browser.post("/a/acme/admin/profile/confirm/")  # leaves a message in the session
    row = only(Session)
    store = SessionStore(row.session_key)
    assert "alice@acme.example" in str(dict(store.items()))
    import base64
    import zlib

    words = row.session_data + row.session_key
    readable = base64.urlsafe_b64decode(row.session_data + "=" * (-len(row.session_data) % 4))
    for word in ("alice", "acme", "profile", "_auth_user_id"):
        assert word not in words.lower() and word.encode() not in readable.lower()
    with pytest.raises(zlib.error):
        zlib.decompress(readable)


@pytest.mark.parametrize("path", ["/", "/login/", "/trial/", "/signup/", "/password/reset/", "/no-such-page/"])
def test_who_only_looks_gets_no_session(db, client, path):
    client.get(path)
    assert SESSION.name not in client.cookies
    assert whole(Session) == []


# --- when it ends ---------------------------------------------------------------------------------


@promise(52)
def test_a_session_ends_with_the_browser(sign_in):
    morsel = sign_in().cookies[SESSION.name]
    assert (morsel["max-age"], morsel["expires"]) == ("", "")


@promise(52)
def test_unused_it_ends_after_the_idle_limit(alices, client, sign_in, later, settings):
    settings.SESSION_ABSOLUTE = timedelta(days=100)
    client.post("/login/", {"login": "alice@acme.example", "password": GOOD})
    assert abs(only(Session).expire_date - timezone.now() - settings.SESSION_IDLE) < timedelta(minutes=1)
    browser = sign_in()
    later(seconds=settings.SESSION_IDLE.total_seconds() - 60)
    assert is_in(browser)
    later(seconds=settings.SESSION_IDLE.total_seconds() + 60)
    response = browser.get(HOME)
    assert response.status_code == 302 and response.url.startswith("/login/")
    assert not is_in(browser)


@promise(52)
def test_used_all_the_time_it_ends_at_the_absolute_limit(sign_in, later):
    browser = sign_in()
    hours = settings.SESSION_ABSOLUTE // timedelta(hours=1)
    for _ in range(hours - 1):
        later(hours=1)
        assert is_in(browser)
    later(hours=1, minutes=1)
    assert not is_in(browser)
    assert whole(Session) == whole(UserSession) == []


def test_what_is_saved_in_between_does_not_prolong_it_beyond_its_use(sign_in, later):
    browser = sign_in()
    before = only(Session).expire_date
    later(minutes=1)
    browser.post("/a/acme/admin/profile/confirm/")
    assert only(Session).expire_date == before


def test_ended_elsewhere_it_is_out_at_its_very_next_request(sign_in):
    here, there = sign_in(), sign_in()
    SessionStore().delete(there.session.session_key)
    assert not is_in(there)
    assert is_in(here)


def test_signing_out_leaves_nothing(sign_in):
    browser = sign_in()
    cookie = cookie_of(browser)
    browser.post("/logout/")
    assert whole(Session) == whole(UserSession) == []
    assert not is_in(browser_with(cookie))


def test_allauths_own_list_works_untouched(sign_in, alices, rf):
    here, there = sign_in(), sign_in()
    assert len(UserSession.objects.purge_and_list(alices)) == 2
    keys = {row.session_key for row in whole(UserSession)}
    assert keys == {here.session.session_key, there.session.session_key}
    next(row for row in whole(UserSession) if row.session_key == there.session.session_key).end()
    assert not is_in(there) and is_in(here)
    third = sign_in()
    request = rf.get("/")
    request.user, request.session = alices, here.session
    from allauth.core import context

    with context.request_context(request):
        flows.sessions.end_other_sessions(request, alices)
    assert is_in(here) and not is_in(third)


# --- a new secret ---------------------------------------------------------------------------------


@promise(36, 51)
def test_signing_in_makes_a_new_secret(alices, client):
    session = client.session  # somebody planted it
    session["planted"] = True
    session.save()
    planted = cookie_of(client)
    client.post("/login/", {"login": "alice@acme.example", "password": GOOD})
    assert is_in(client)
    assert SESSION.seal.open(cookie_of(client)) != SESSION.seal.open(planted)
    assert not is_in(browser_with(planted))


@promise(36)
def test_a_new_password_makes_a_new_secret_and_ends_the_other_sessions(sign_in):
    here, there = sign_in(), sign_in()
    before = cookie_of(here)
    new = "eleven slow green boats"
    here.post("/password/change/", {"oldpassword": GOOD, "password1": new, "password2": new})
    assert is_in(here)
    assert not is_in(browser_with(before))
    assert not is_in(there)
    assert [row.session_key for row in whole(UserSession)] == [here.session.session_key]


@promise(36)
@pytest.mark.parametrize(
    "change",
    [{"role": "admin"}, {"is_privacy_approver": False}, {"role": "member", "sees_only_own_records": True}],
    ids=str,
)
def test_changed_rights_make_a_new_secret_at_the_next_request(sign_in, change):
    Membership.objects.filter(pk=only(Membership).pk).update(role="manager", is_privacy_approver=True)
    browser = sign_in()
    before = cookie_of(browser)
    assert is_in(browser)
    assert cookie_of(browser) == before
    first_seen = only(UserSession).created_at
    Membership.objects.filter(pk=only(Membership).pk).update(**change)
    assert is_in(browser)
    assert SESSION.seal.open(cookie_of(browser)) != SESSION.seal.open(before)
    assert not is_in(browser_with(before))
    assert is_in(browser)
    assert only(UserSession).session_key == browser.session.session_key
    assert only(UserSession).created_at == first_seen


def test_a_new_installation_secret_leaves_people_signed_in_and_moves_them_over(sign_in, settings):
    browser = sign_in()
    old, new = settings.SECRET_KEY, "a new secret of this installation, long enough"
    seals = settings.SEAL_SECRETS
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = new, [old]
    settings.SEAL_SECRETS = ["the newest", *seals]
    assert is_in(browser)
    settings.SECRET_KEY_FALLBACKS, settings.SEAL_SECRETS = [], ["the newest"]
    assert is_in(browser)
    settings.SEAL_SECRETS = seals
    assert not is_in(browser)


# --- what it costs --------------------------------------------------------------------------------


def statements(browser):
    with CaptureQueriesContext(connection) as captured:
        assert is_in(browser)
    return [query["sql"] for query in captured if "session" in query["sql"]]


def test_a_request_reads_the_session_once_and_writes_nothing(sign_in, later):
    browser = sign_in()
    later(seconds=NOTED_EVERY.total_seconds() - 30)
    (read,) = statements(browser)
    assert read.startswith("SELECT")


def test_the_last_use_is_noted_every_few_minutes(sign_in, later):
    browser = sign_in()
    later(minutes=6)
    noted = statements(browser)
    assert [sql.split()[0] for sql in noted] == ["SELECT", "UPDATE", "UPDATE"]
    assert len(statements(browser)) == 1
    assert timezone.now() - only(UserSession).last_seen_at < timedelta(seconds=30)
    later(minutes=6)
    assert len(statements(browser)) == 3


def test_noting_the_use_takes_back_nothing_that_another_request_changed(sign_in, later):
    browser = sign_in()
    later(minutes=6)
    one = browser.session
    one["before"] = True  # loaded; now another request ends the session
    browser.post("/logout/")
    from django.test import RequestFactory

    one.note_use(RequestFactory().get("/"))
    assert whole(Session) == []
