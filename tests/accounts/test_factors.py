"""Second factors without a browser: what opens, what opens only once, what is told to whom, what a thief would find."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY, WebAuthn
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts import security
from accounts.factors.adapter import FactorAdapter
from accounts.models import Account, OutgoingMail, SecurityEvent
from audit.models import Event, Payload
from tests.accounts.conftest import link_in, only, whole
from tests.accounts.factors import APP, code_of, codes_on, key_on, set_up_app
from tests.promises import promise

GOOD = "quiet maple seven trains"
STEP = "/login/second-step/"


@pytest.fixture
def browser(alice, acme):
    """Signs Alice in by her password; what comes next is up to the test."""
    alice.set_password(GOOD)
    alice.save()

    def enter(ip="203.0.113.7"):
        browser = Client(REMOTE_ADDR=ip)
        browser.post("/login/", {"login": "alice@acme.example", "password": GOOD})
        return browser

    return enter


@pytest.fixture
def app(browser):
    """Alice has an app: its secret and her recovery codes."""
    return set_up_app(browser())


def is_in(browser):
    return browser.get("/a/acme/").status_code == 200


def kinds():
    return [event.kind for event in whole(SecurityEvent)]


def letters():
    return [letter.kind for letter in whole(OutgoingMail)]


# --- signing in -----------------------------------------------------------------------------------


@promise(21, 52)
def test_after_the_password_comes_a_code_and_each_opens_once(browser, app):
    secret, _ = app
    here = browser()
    assert not is_in(here)
    page = here.post(STEP, {"code": "000000"})
    assert page.status_code == 422 and "This code does not open" in page.content.decode()
    assert not is_in(here)
    code = code_of(secret, 1)
    assert here.post(STEP, {"code": f" {code[:3]} {code[3:]} "}).status_code == 302
    assert is_in(here)
    there = browser()
    there.post(STEP, {"code": code})
    assert not is_in(there), "the same code opened twice"


def test_the_code_that_set_the_app_up_does_not_sign_in(browser):
    here = browser()
    code = code_of(key_on(here.get(APP).content.decode()))
    assert here.post(APP, {"code": code}).status_code == 200
    there = browser()
    there.post(STEP, {"code": code})
    assert not is_in(there)


def test_a_recovery_code_opens_once_and_its_person_is_told(browser, app):
    _, codes = app
    assert len(set(codes)) == 10
    here, there = browser(), browser()
    here.post(STEP, {"code": codes[3]})
    assert is_in(here)
    there.post(STEP, {"code": codes[3]})
    assert not is_in(there)
    assert "9 left" in here.get("/a/acme/admin/security/").content.decode()
    assert letters() == ["factor_added", "code_used"]
    assert "9 are left" in whole(OutgoingMail)[-1].text


def test_without_a_password_the_second_step_is_not_there():
    assert Client().get(STEP).url == "/login/"
    assert Client().post(STEP, {"code": "123456"}).url == "/login/"


def test_a_reset_password_does_not_get_round_it(browser, app):
    stranger = Client()
    stranger.post("/password/reset/", {"email": "alice@acme.example"})
    page = stranger.get(link_in(whole(OutgoingMail)[-1]), follow=True)
    new = "eleven slow green boats"
    stranger.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    stranger.post("/login/", {"login": "alice@acme.example", "password": new})
    assert not is_in(stranger)
    assert stranger.get(STEP).status_code == 200


def test_half_a_sign_in_ends_with_the_password_that_began_it(browser, app):
    secret, _ = app
    thief, stranger = browser(), Client()
    assert thief.get(STEP).status_code == 200
    stranger.post("/password/reset/", {"email": "alice@acme.example"})
    page = stranger.get(link_in(whole(OutgoingMail)[-1]), follow=True)
    new = "eleven slow green boats"
    stranger.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert thief.post(STEP, {"code": code_of(secret, 1)}).url == "/login/"
    assert not is_in(thief)


@promise(77)
def test_guessing_codes_is_slowed_down_whichever_address_it_comes_from(browser, app):
    secret, _ = app
    here, there = browser(), browser("198.51.100.9")
    for _ in range(5):
        assert here.post(STEP, {"code": "000000"}).status_code == 422
    page = there.post(STEP, {"code": code_of(secret, 1)})
    assert page.status_code == 429 and int(page["Retry-After"]) > 200
    assert not is_in(there)
    assert kinds().count("factor_failed") == 5


def test_who_fails_at_the_second_step_knew_the_password_and_the_letter_says_so(browser, app):
    here = browser()
    for _ in range(5):
        here.post(STEP, {"code": "000000"})
    security.tell_of_many_failures()
    assert "knew your password and failed at the second step" in whole(OutgoingMail)[-1].text


def test_a_passkey_that_nobody_knows_signs_nobody_in(alice, acme):
    browser = Client()
    challenge = browser.get("/login/passkey/").json()["publicKey"]["challenge"]
    handle = base64.urlsafe_b64encode(alice.public_id.bytes).decode().rstrip("=")
    for made_up in ("", "[]", "{}", json.dumps({"response": {"userHandle": handle}, "challenge": challenge})):
        assert browser.post("/login/passkey/", {"credential": made_up}).url == "/login/"
        assert not is_in(browser)
    assert kinds() == ["failed"]
    for _ in range(30):
        answer = browser.get("/login/passkey/")
    assert answer.status_code == 429


@pytest.mark.parametrize(
    "cut_off", [b"", bytes(32) + b"\xc5" + bytes(7), bytes(32) + b"\x85" + b"\0" * 4 + b"\x81" * 5000]
)
def test_a_passkey_of_broken_bytes_is_wrong_like_any_other(alice, acme, cut_off):
    browser = Client()
    browser.get("/login/passkey/")
    b64 = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")  # noqa: E731
    said = {"type": "webauthn.get", "challenge": "AA", "origin": "https://testserver"}
    response = {"clientDataJSON": b64(json.dumps(said).encode()), "signature": "AA", "authenticatorData": b64(cut_off)}
    response["userHandle"] = b64(alice.public_id.bytes)
    sent = {"id": "AA", "rawId": "AA", "type": "public-key", "response": response}
    assert browser.post("/login/passkey/", {"credential": json.dumps(sent)}).url == "/login/"


def test_a_passkey_in_a_thiefs_hand_needs_its_pin_whatever_asked_for_it(browser, app, alice):
    """The second step hands out challenges to whoever has any account: they sign nobody in by a touch alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    rp = hashlib.sha256(b"testserver").digest()
    known = AttestedCredentialData.create(Aaguid.NONE, b"a key", ES256.from_cryptography_key(key.public_key()))
    made = AuthenticatorData.create(rp, 0b1000101, 0, known)
    b64 = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")  # noqa: E731
    words = {"id": b64(b"a key"), "rawId": b64(b"a key"), "type": "public-key"}
    client = b64(b'{"type": "webauthn.create", "challenge": "", "origin": "https://testserver"}')
    response = {"clientDataJSON": client, "attestationObject": b64(AttestationObject.create("none", made, {}))}
    WebAuthn.add(alice, "key", words | {"response": response})

    thief = browser()
    assert thief.get(STEP).status_code == 200
    challenge = thief.session[STATE_SESSION_KEY]["challenge"]
    said = {"type": "webauthn.get", "challenge": challenge, "origin": "https://testserver"}
    touched, client = AuthenticatorData.create(rp, 0b1, 1), json.dumps(said).encode()
    signature = key.sign(touched + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
    response = {"clientDataJSON": b64(client), "authenticatorData": b64(touched), "signature": b64(signature)}
    response["userHandle"] = b64(alice.public_id.bytes)
    thief.post("/login/passkey/", {"credential": json.dumps(words | {"response": response})})
    assert not is_in(thief)


def test_a_right_code_is_not_counted(browser, app):
    _, codes = app
    for code in codes[:7]:
        here = browser()
        here.post(STEP, {"code": code})
        assert is_in(here)


# --- adding and removing --------------------------------------------------------------------------


def test_the_first_factor_signs_out_the_others_and_is_told(browser, logged):
    here, there = browser(), browser()
    before = here.session.session_key
    secret, _ = set_up_app(here)
    assert is_in(here) and not is_in(there)
    assert here.session.session_key != before
    assert only(OutgoingMail).kind == "factor_added" and "every other browser" in only(OutgoingMail).text
    assert kinds()[-1] == "factor_added"
    assert logged()[-1] == ("member.factor_added", "an authenticator app")
    words = re.sub(r"<[^>]+>", "", here.get("/a/acme/admin/audit/").content.decode())
    assert "added an authenticator app to their sign-in" in words and secret not in words


def test_a_wrong_first_code_sets_nothing_up(browser):
    here = browser()
    here.get(APP)
    page = here.post(APP, {"code": "000000"})
    assert page.status_code == 422 and "The app shows another code" in page.content.decode()
    assert whole(Authenticator) == []


def test_with_the_last_factor_go_the_recovery_codes_and_the_session_is_no_proof_any_more(browser, logged, rf):
    here = browser()
    set_up_app(here)
    assert "It is your last second factor" in here.get(f"{APP}remove/").content.decode()
    here.post(f"{APP}remove/")
    assert whole(Authenticator) == []
    assert letters() == ["factor_added", "factor_removed"]
    assert [kind for kind, _ in logged()][-1] == "member.factor_removed"
    request = rf.get("/")
    request.session, request.user = here.session, Account.objects.get(slug="acme").memberships.get().user
    assert not security.used_second_factor(request)
    assert is_in(browser())


def test_new_codes_end_the_old_ones(browser, app):
    _, codes = app
    here = browser()
    here.post(STEP, {"code": codes[0]})
    page = here.get("/second-factor/codes/").content.decode()
    assert "9 left" in page and codes_on(page) == []
    new = codes_on(here.post("/second-factor/codes/").content.decode())
    assert len(new) == 10 and not set(new) & set(codes)
    there = browser()
    there.post(STEP, {"code": codes[1]})
    assert not is_in(there)
    there.post(STEP, {"code": new[1]})
    assert is_in(there)
    assert letters()[-1] == "code_used" and "codes_made" in letters()


def test_it_works_in_a_read_only_account(browser):
    here = browser()
    Account.objects.filter(slug="acme").update(trial_ends_at=timezone.now() - timedelta(days=1))
    _, codes = set_up_app(here)
    assert len(codes) == 10
    assert "Authenticator app" in here.get("/a/acme/admin/security/").content.decode()


def test_nobody_reaches_anybody_elses(browser, app, bob, sam):
    for person in (bob, sam):
        other = Client()
        other.force_login(person)
        assert "Off" in other.get("/second-factor/").content.decode()
        other.post(f"{APP}remove/")
        other.post("/second-factor/codes/")
    assert {row.type for row in whole(Authenticator)} == {"totp", "recovery_codes"}
    assert Client().get("/second-factor/").url.startswith("/login/")


def test_staff_reset_what_is_lost_with_a_reason_in_the_log(browser, app, sam, acme, inside):
    def run(*words):
        call_command("reset_second_factor", "alice@acme.example", *words)

    here = browser()
    here.post(STEP, {"code": app[1][0]})
    for words in (["--reason", " ", "--staff", sam.email], ["--reason", "x", "--staff", "alice@acme.example"]):
        with pytest.raises(CommandError):
            run(*words)
    run("--reason", "Called back", "--staff", sam.email, "--dry-run")
    assert len(whole(Authenticator)) == 2
    run("--reason", "Called back", "--staff", sam.email)
    assert whole(Authenticator) == []
    assert not is_in(here) and is_in(browser())
    assert letters()[-1] == "factors_reset"
    with inside(acme):
        event = Event.objects.get(kind="member.factors_reset")
        assert Payload.objects.get(event_id=event.pk).data["reason"] == "Called back"


# --- what a thief finds ---------------------------------------------------------------------------


@promise(35)
def test_a_stolen_table_opens_nothing(browser, app):
    secret, codes = app
    rows = whole(Authenticator)
    held = json.dumps([row.data for row in rows]) + str([vars(letter) for letter in whole(OutgoingMail)])
    assert secret not in held
    assert not [code for code in codes if code.replace(" ", "") in held]
    sealed = {row.type: row.data.get("secret") or row.data.get("seed") for row in rows}
    assert all(value.startswith("gAAAAA") for value in sealed.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        assert secret not in str(cursor.fetchall())


def test_a_sign_in_seals_anew_and_what_cannot_be_read_opens_nothing(browser, app, settings):
    secret, codes = app
    former = settings.SEAL_SECRETS
    settings.SEAL_SECRETS = ["a newer secret", *former]
    here = browser()
    here.post(STEP, {"code": code_of(secret, 1)})
    assert is_in(here)
    settings.SEAL_SECRETS = ["a newer secret"]
    there = browser()
    assert there.post(STEP, {"code": codes[0]}).status_code == 422
    assert there.get(STEP).status_code == 200
    sealed = next(row.data["secret"] for row in whole(Authenticator) if row.type == "totp")
    assert FactorAdapter().decrypt(sealed) == secret


# --- is it still you? -----------------------------------------------------------------------------


def test_a_step_that_matters_asks_once_more_after_a_while(browser, monkeypatch):
    here = browser()
    monkeypatch.setattr("accounts.reauthentication.time.time", lambda: timezone.now().timestamp() + 601)
    asked = here.get(APP)
    assert asked.url == "/reauthenticate/?next=%2Fsecond-factor%2Fapp%2F"
    wrong = here.post(asked.url, {"password": "wrong", "next": APP})
    assert wrong.status_code == 422 and "This is not your password." in wrong.content.decode()
    assert kinds()[-1] == "failed"
    monkeypatch.undo()
    assert here.post(asked.url, {"password": GOOD, "next": APP}).url == APP
    assert here.get(APP).status_code == 200


@pytest.fixture
def logged(acme, inside):
    """What Acme's log says about members: kind, and which factor."""

    def read():
        with inside(acme):
            return [
                (event.kind, Payload.objects.get(event_id=event.pk).data.get("factor"))
                for event in Event.objects.filter(kind__startswith="member.").order_by("id")
            ]

    return read


def test_the_areas_of_staff_open_by_a_second_factor_only(sam, bob, acme, rf):
    def may_enter(browser, person):
        request = rf.get("/support/")
        request.session, request.user = browser.session, person
        return security.staff_may_enter(request)

    staff, member = Client(), Client()
    staff.force_login(sam)
    member.force_login(bob)
    assert not may_enter(staff, sam)
    for browser in (staff, member):
        set_up_app(browser)
    assert may_enter(staff, sam)
    assert not may_enter(member, bob)
    assert re.search(r"On\s*</span>", staff.get("/second-factor/").content.decode())
