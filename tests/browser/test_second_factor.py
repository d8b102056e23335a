"""Second factors from set-up to removal, beside a device that makes passkeys, as a browser meets it."""

from __future__ import annotations

import re
from itertools import cycle

import pytest
from playwright.sync_api import expect

from tests.accounts.factors import code_of
from tests.promises import promise

GOOD = "quiet maple seven trains"


@pytest.fixture
def device():
    """Puts a device with a fingerprint reader beside a page."""

    def plug_in(page):
        developer = page.context.new_cdp_session(page)
        developer.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        developer.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    return plug_in


def sign_in(page, server):
    page.goto(f"{server}/login/")
    page.get_by_label("E-mail").fill("alice@acme.example")
    page.get_by_label("Password").fill(GOOD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.evaluate("document.querySelector('form[action=\"/logout/\"]').submit()")
    page.wait_for_url(re.compile(r"^https?://[^/]+/$"))


@promise(20, 21)
def test_an_app_a_passkey_and_codes(server, alice, acme, open_page, axe, device, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # the server reads no other
    alice.set_password(GOOD)
    alice.save()
    page = open_page()
    device(page)

    screens = cycle([(360, "dark"), (1280, "light"), (360, "light")])

    def look(address=""):
        if address:
            page.goto(f"{server}{address}")
        width, colours = next(screens)
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    sign_in(page, server)
    look("/a/acme/admin/security/")
    page.get_by_role("link", name="Set up an authenticator app").click()
    look()
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    secret = page.get_by_label("The key").input_value().replace(" ", "")
    page.get_by_label("Code from the app").fill(code_of(secret))
    page.get_by_role("button", name="Set up the app").click()
    look()
    codes = page.get_by_label("Your recovery codes").input_value().split("\n")
    assert len(codes) == 10
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download").click()
    assert codes[9].replace(" ", "") in downloaded.value.path().read_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(f"{server}/a/acme/admin/security/")

    sign_out(page)
    sign_in(page, server)
    look()
    page.get_by_label("Code").press_sequentially(code_of(secret, 1))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{server}/a/acme/")

    look("/second-factor/passkeys/new/")
    page.get_by_label("Name").fill("Alice’s laptop")
    page.get_by_role("button", name="Add passkey").click()
    page.wait_for_url(f"{server}/a/acme/admin/security/")
    expect(page.get_by_text("Alice’s laptop").first).to_be_visible()
    page.get_by_role("link", name="Rename Alice’s laptop").click()
    look()
    page.get_by_label("Name").fill("The old laptop")
    page.get_by_role("button", name="Rename").click()

    sign_out(page)
    look("/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{server}/a/acme/")

    sign_out(page)
    sign_in(page, server)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server}/a/acme/")

    look("/second-factor/codes/")
    look("/reauthenticate/?next=/second-factor/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{server}/second-factor/")
    look()
    page.get_by_role("link", name="Remove the authenticator app").click()
    look()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("link", name="Remove The old laptop").click()
    expect(page.get_by_text("It is your last second factor.")).to_be_visible()
    look()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Removed: the passkey “The old laptop”.")).to_be_visible()
    sign_out(page)
    sign_in(page, server)
    page.wait_for_url(f"{server}/a/acme/")
