"""The staff's own sign-in: what leads into their area, and what does not.

Staff and firms share a host, a kind of cookie and the way to a new password. So it is tried here from both sides: a
firm's session never becomes a staff one, and a staff one opens nothing of a firm.
"""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.internal.flows.login import perform_login, record_authentication
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import OutgoingMail, SecurityEvent, User
from accounts.queries import memberships_of
from accounts.views import proofs
from privacy.support_access import gate
from tests.accounts.factors import code_of, set_up_app
from tests.promises import promise
from tests.signed_in import staff_browser

GOOD, NEW = "quiet maple seven trains", "loud willow nine boats"
PLACE = "/support/sign-in/"


def known(user):
    user.set_password(GOOD)
    user.save()
    return {"login": user.email, "password": GOOD}


@promise(150)
def test_the_area_opens_by_its_own_entrance_and_a_second_factor(sam):
    words = known(sam)
    elsewhere = Client()
    elsewhere.post("/login/", words)
    secret, codes = set_up_app(elsewhere)
    assert elsewhere.get("/enter/")["Location"] == "/support/"
    assert elsewhere.get("/support/")["Location"] == PLACE  # that session came in by the firms' door
    assert "Staff sign-in" in elsewhere.get(PLACE).content.decode()
    assert elsewhere.get("/second-factor/").status_code == 302, "nobody was signed out"

    here = Client()
    assert here.get("/support/access/")["Location"] == PLACE
    answer = here.post(PLACE, words)
    assert (answer.status_code, answer["Location"]) == (302, "/login/second-step/")
    assert here.get("/support/")["Location"] == PLACE  # a password alone opens nothing
    answer = here.post(PLACE, words)
    assert here.post("/login/second-step/", {"code": code_of(secret, 1)})["Location"] == "/support/"
    assert here.get("/support/").status_code == 200
    assert here.get(PLACE)["Location"] == "/support/"
    here.post("/logout/")
    here.post("/login/", words)
    assert here.post("/login/second-step/", {"code": codes[0]}).status_code == 302
    assert here.get("/support/")["Location"] == PLACE  # nothing of the former session lasts


def test_a_member_is_answered_as_a_wrong_password_is(alice, acme):
    words, answers = known(alice), set()
    for tried in (words, {**words, "password": "not this one"}, {**words, "login": "nobody@acme.example"}):
        browser = Client()
        answer = browser.post(PLACE, tried)
        answers.add((answer.status_code, "E-mail and password" in answer.content.decode(), "Location" in answer))
        assert browser.get("/a/acme/").status_code == 302, "somebody came in"
    assert len(answers) == 1
    assert SecurityEvent.objects.filter(user=alice, kind=SecurityEvent.Kind.FAILED).count() == 2
    inside = Client()
    inside.force_login(alice)
    assert inside.get(PLACE).status_code == inside.post(PLACE, words).status_code == 404
    assert inside.get("/a/acme/").status_code == 200


@pytest.mark.parametrize("path", [PLACE, f"{PLACE}passkey/"])
def test_both_ways_are_there_for_strangers(path, db):
    assert Client().get(path).status_code == 200


def sams_app(sam) -> tuple[dict, str]:
    """What Sam signs in with: words, and the secret of his app."""
    words, browser = known(sam), Client()
    browser.post("/login/", words)
    return words, set_up_app(browser)[0]


@pytest.mark.parametrize("first", ["a try that failed", "a question for a passkey"])
def test_what_was_begun_at_our_entrance_opens_nothing_for_a_sign_in_elsewhere(sam, first):
    words, secret = sams_app(sam)
    browser = Client()
    if first == "a question for a passkey":
        browser.get(f"{PLACE}passkey/")
    else:
        browser.post(PLACE, {**words, "password": "not this one"})
    browser.post("/login/", words)
    assert browser.post("/login/second-step/", {"code": code_of(secret, 1)}).status_code == 302
    assert browser.get("/support/")["Location"] == PLACE


@promise(150)
def test_a_firms_session_never_becomes_a_staff_one(alice, acme, sam):
    words = known(alice)
    browser = Client()
    browser.post("/login/", words)
    _, codes = set_up_app(browser)
    for path in ("/support/", PLACE, "/support/access/", f"{PLACE}passkey/"):
        browser.get(path)
        browser.post(path, {**known(sam)})
    assert browser.get("/a/acme/").status_code == 200 and browser.get("/support/").status_code == 404
    assert gate.ENTERED not in browser.session
    browser.post("/logout/")
    browser.post(PLACE, words)  # her own password, at our entrance
    assert browser.post("/login/second-step/", {"code": codes[0]}).status_code == 302
    assert "_auth_user_id" not in browser.session
    with pytest.raises(CommandError):
        call_command("create_staff", alice.email)
    assert not User.objects.get(pk=alice.pk).is_staff


def test_a_passkey_of_a_member_is_unknown_at_our_entrance(alice, acme, sam, monkeypatch):
    class Signed:
        """A form with a passkey that signed what was asked."""

        errors: dict = {}

        def __init__(self, *_, **__):
            self.passkey = type("Passkey", (), {"user": owner})

        def is_valid(self):
            return True

    monkeypatch.setattr(proofs, "PasskeySignInForm", Signed)
    monkeypatch.setattr(proofs, "perform_passwordless_login", _come_in)
    owner, browser = alice, Client()
    assert "We don’t know this passkey" in browser.post(f"{PLACE}passkey/", follow=True).content.decode()
    assert "_auth_user_id" not in browser.session
    owner, browser = sam, Client()
    browser.post(f"{PLACE}passkey/")
    assert browser.session[gate.ENTERED] and browser.get("/support/").status_code == 200
    elsewhere = Client()
    elsewhere.post("/login/passkey/")
    assert elsewhere.get("/support/")["Location"] == PLACE


def _come_in(request, passkey, login):
    record_authentication(request, login.user, method="mfa", passwordless=True)
    return perform_login(request, login)


@promise(150)
def test_a_staff_session_opens_nothing_of_a_firm(acme, alice, sam):
    desk = staff_browser(sam)
    assert not memberships_of(sam).exists()
    assert desk.get("/a/acme/").status_code == desk.get("/a/acme/admin/support/access/").status_code == 404
    assert desk.get("/api/v1/contacts/").status_code == 401
    desk.post("/login/", known(alice))  # nobody becomes somebody else without signing out
    assert desk.get("/support/").status_code == 200 and desk.get("/a/acme/").status_code == 404
    desk.post("/logout/")
    desk.post("/login/", known(alice))
    assert desk.get("/a/acme/").status_code == 200 and desk.get("/support/").status_code == 404


def test_a_new_password_lets_no_staff_in(sam):
    """The way back for a lost password is the firms': it ends at no staff session, and the second factor stays."""
    words, secret = sams_app(sam)
    desk = staff_browser(sam)
    Client().post("/password/reset/", {"email": sam.email})
    letter = OutgoingMail.objects.get(kind="password_reset")
    browser = Client()
    form = browser.get(re.search(r"/password/reset/key/\S+", letter.text)[0])["Location"]
    browser.post(form, {"password1": NEW, "password2": NEW})
    assert desk.get("/support/")["Location"] == PLACE, "who was signed in is not any more"
    assert browser.get("/support/")["Location"] == PLACE
    browser.post(PLACE, {**words, "password": NEW})
    assert browser.get("/support/")["Location"] == PLACE
    assert browser.post("/login/second-step/", {"code": code_of(secret, 1)})["Location"] == "/support/"


def test_the_quarter_of_an_hour_begins_with_the_sign_in(sam, monkeypatch):
    words, secret = sams_app(sam)
    browser = Client()
    browser.post(PLACE, words)
    browser.post("/login/second-step/", {"code": code_of(secret, 1)})
    later = time.time() + gate.IDLE.total_seconds() + 1
    monkeypatch.setattr(gate.time, "time", lambda: later)
    assert browser.get("/support/")["Location"] == PLACE  # nobody had opened a page meanwhile
