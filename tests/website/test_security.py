"""The security measures: each is asked of the running system, can be found failing, and the page says what is so."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import global_settings
from django.core import checks
from django.utils import timezone

from accounts.models import Account
from accounts.sessions import SessionStore
from audit.models import Checkpoint
from lib.seals import Seal
from privacy.policies import ledger
from tenancy import catalog, roles
from tests.promises import promise
from website import measures, register
from website.register import MEASURES, State, fails, holds
from website.tasks import check_measures


@pytest.fixture(autouse=True)
def _as_on_a_laptop(db, settings, tmp_path):
    """Tests hash quickly and answer as a server does; what is asked here runs on one machine, without HTTPS."""
    settings.PROMISES_FILE, settings.RESTORES_FILE = tmp_path / "no run yet", tmp_path / "restores.jsonl"
    settings.DEBUG, settings.PASSWORD_HASHERS = True, global_settings.PASSWORD_HASHERS


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- each check can be seen to fail ---------------------------------------------------------------


def break_fence(patch, settings):
    hole = catalog.Question("No table is open", "Fence it.", "SELECT 'a_table', true")
    patch.setattr(catalog, "QUESTIONS", (*catalog.QUESTIONS, hole))


def break_role(patch, settings):
    patch.setattr(roles, "is_too_strong", lambda cursor: True)


def break_doors(patch, settings):
    patch.delattr(next(iter(measures._views_behind_the_door())), "allowed_action")


def break_password_hashes(patch, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def break_weak_passwords(patch, settings):
    settings.AUTH_PASSWORD_VALIDATORS = []


def break_guessing(patch, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": None}


def break_second_factor(patch, settings):
    patch.setattr(measures, "leads_somewhere", lambda path, urlconf: True)
    settings.MFA_SUPPORTED_TYPES = []


def break_sessions(patch, settings):
    patch.setattr(SessionStore, "encode", lambda self, data: str(data))


def break_https(patch, settings):
    settings.DEBUG, settings.SECURE_SSL_REDIRECT = False, False


def break_cookies(patch, settings):
    settings.SESSION_COOKIE_HTTPONLY = False


def break_content_policy(patch, settings):
    rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**rules, "script-src": ["'unsafe-inline'"]}}


def break_known_hosts(patch, settings):
    settings.ALLOWED_HOSTS = ["*"]


def break_database_way(patch, settings):
    cursor = SimpleNamespace(execute=lambda *given: None, fetchone=lambda: ("10.0.0.7", False))
    patch.setattr(measures, "connection", SimpleNamespace(cursor=lambda: nullcontext(cursor)))


def break_mail_way(patch, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def break_append_only(patch, settings):
    patch.setattr(measures, "Event", Account)


def break_signed_log(patch, settings):
    made_at = timezone.now() - timedelta(hours=3)
    Checkpoint.objects.create(number=1, made_at=made_at, heads=0, root=b"", note="")


def break_described_columns(patch, settings):
    patch.setattr(checks, "run_checks", lambda tags: [checks.Error("A column says nothing.")])


def break_pinned_libraries(patch, settings):
    patch.setattr(measures, "_installed", lambda name: "0.0.1")


def break_sealed_secrets(patch, settings):
    patch.setattr(Seal, "close", lambda self, text: text)


def break_tested_promises(patch, settings):
    patch.setattr(ledger, "of_this_installation", lambda: ledger.Ledger((SimpleNamespace(is_broken=True, state=None),)))


def break_rehearsed_restore(patch, settings):
    at = (timezone.now() - timedelta(days=101)).isoformat()
    settings.RESTORES_FILE.write_text(f'{{"at": "{at}", "rows": 5}}\n')


BREAKS = {name.removeprefix("break_").replace("_", "-"): do for name, do in globals().items() if name[:6] == "break_"}


@promise(75)
@pytest.mark.parametrize("name", MEASURES)
def test_a_check_notices_when_its_measure_is_not_kept(name, monkeypatch, settings):
    """A measure whose check can't be seen to fail claims what nothing looks at: write down how to break it."""
    assert MEASURES[name].look().state is not State.FAILING
    BREAKS[name](monkeypatch, settings)
    found = MEASURES[name].look()
    assert found.state is State.FAILING
    assert "broke off" not in found.words


@promise(75)
def test_no_measure_is_without_words_and_a_check():
    assert len(MEASURES) >= 15
    assert MEASURES.keys() == BREAKS.keys()
    for each in MEASURES.values():
        assert each.title and each.words and callable(each.check), each.name


def test_two_measures_cannot_share_a_name():
    with pytest.raises(ValueError, match="named fence already"):
        register.measure("A group", "A title", "Words")(measures.fence)


def test_a_check_that_breaks_off_proves_nothing(monkeypatch):
    monkeypatch.setattr(roles, "is_too_strong", lambda cursor: cursor.execute("SELECT nonsense"))
    assert MEASURES["role"].look() == fails("The check itself broke off, so nothing is known.")
    assert MEASURES["database-way"].look().state is State.HOLDS  # the transaction goes on


# --- what a laptop is told, and what a server is told ---------------------------------------------


def test_without_https_a_laptop_is_told_so_and_a_server_fails(settings):
    settings.DEBUG = True
    assert MEASURES["https"].look().state is MEASURES["cookies"].look().state is State.NOT_HERE
    settings.DEBUG = False
    assert MEASURES["https"].look().state is MEASURES["cookies"].look().state is State.FAILING


@promise(76)
def test_https_and_bound_cookies_hold(settings):
    settings.SECURE_SSL_REDIRECT, settings.SITE_URL = True, "https://candor.example"
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    assert MEASURES["https"].look() == holds("HTTPS only; browsers remember it for 365 days.")
    assert MEASURES["cookies"].look().state is State.HOLDS


def test_a_library_without_a_fingerprint_is_found():
    wanted = measures.pinned("one==1.0 \\\n    --hash=sha256:ab \\\n    --hash=sha256:cd\n    # via two\ntwo==2.0\n")
    assert wanted == {"one": ("1.0", True), "two": ("2.0", False)}


def test_an_hour_without_a_signature_is_said():
    assert MEASURES["signed-log"].look().words == "No hour has been signed yet."
    Checkpoint.objects.create(number=7, made_at=timezone.now() - timedelta(minutes=50), heads=0, root=b"", note="")
    assert MEASURES["signed-log"].look() == holds("Signature 7, 50 minutes old.")


# --- the page -------------------------------------------------------------------------------------


@promise(75)
def test_the_page_says_what_the_clock_found(client, django_assert_num_queries):
    assert "Not asked yet. The first answers come" in words(client.get("/security/"))
    check_measures()
    report = register.last()
    with django_assert_num_queries(1):  # the cache; nothing is checked in a request
        response = client.get("/security/")
    page = response.content.decode()
    assert re.findall(r'<article class="measure" id="([a-z-]+)"', page) == list(MEASURES)
    for name, finding in report.findings.items():
        assert finding.words in words(response).replace("&#x27;", "'"), name
    assert f"{report.count(State.HOLDS)} of {len(MEASURES)} hold" in words(response)
    assert "These answers are old" not in words(response)
    assert not response.cookies


def test_the_page_says_what_fails_and_when_nobody_asks_any_more(client, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    check_measures()
    assert "Failing. Any name would be answered." in words(client.get("/security/"))
    an_hour_on = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: an_hour_on)
    assert "These answers are old" in words(client.get("/security/"))


def test_what_is_said_to_be_missing_is_missing(client):
    """Whoever builds it takes the words away, and writes a measure."""
    assert "No rehearsal by the clock" in words(client.get("/security/"))
    assert not [name for name in MEASURES if "backup" in name]


@promise(82)
def test_the_page_says_how_to_report_a_hole(client, settings):
    page = client.get("/security/").content.decode()
    assert f"mailto:{settings.OPERATOR.security_email}" in page and 'id="report"' in page
    assert "/security/#report" in client.get("/.well-known/security.txt").content.decode()


@promise(78)
def test_the_page_says_when_a_backup_was_last_put_back(settings):
    assert MEASURES["rehearsed-restore"].look().state is State.NOT_HERE
    settings.RESTORES_FILE.write_text("no record\n")
    assert MEASURES["rehearsed-restore"].look().state is State.NOT_HERE
    at = (timezone.now() - timedelta(days=99)).isoformat()
    with settings.RESTORES_FILE.open("a") as lines:
        lines.write(f'{{"at": "{at}", "backup": "ab", "tables": 90, "rows": 1234}}\n')
    found = MEASURES["rehearsed-restore"].look()
    assert found.state is State.HOLDS and "1234 rows came" in found.words.replace(",", "")
