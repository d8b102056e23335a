"""Cookies as a real browser keeps them: those of the register alone, and none to look round and to sign up."""

from __future__ import annotations

import json
import shutil
import time

import pytest
from playwright.sync_api import expect

from accounts.cookies import REGISTER, REMEMBERED
from tests.browser.test_signing_up import fill_in
from tests.house.routes import account_routes
from tests.processes import CHROMIUM, FLAGS
from tests.promises import promise

GOOD = "quiet maple seven trains"
PUBLIC = [
    "/",
    "/pricing/",
    "/security/",
    "/privacy/",
    "/privacy/promises/",
    "/terms/",
    "/cookies/",
    "/contact/",
    "/trial/",
]
KEPT = """async () => ({
    local: Object.keys(localStorage), session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(each => each.name), caches: await caches.keys(),
})"""
NOTHING = {"local": [], "session": [], "databases": [], "caches": []}
A_TAB = {**NOTHING, "session": ["htmx-current-path-for-history"]}  # as /cookies/ says


@pytest.fixture
def alice_knows_her_password(alice, acme, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]  # the server reads no other
    alice.set_password(GOOD)
    alice.save()


@promise(41, 42)
def test_a_crawl_finds_the_cookies_of_the_register_alone(server, open_page, client, alice, alice_knows_her_password):
    page = open_page()
    for path in PUBLIC:
        page.goto(server + path)
        assert page.context.cookies() == [], path
    page.goto(f"{server}/login/")
    page.get_by_label("E-mail", exact=False).fill("alice@acme.example")
    page.get_by_label("Password", exact=True).fill(GOOD)
    page.get_by_label("Remember this browser").check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/a/acme/")
    for path in [*pages_behind(client, alice), *PUBLIC]:
        page.goto(server + path, wait_until="domcontentloaded")
        assert page.evaluate(KEPT) in (NOTHING, A_TAB), path
        found = {cookie["name"]: cookie for cookie in page.context.cookies()}
        assert found.keys() <= REGISTER.keys(), path
    assert REMEMBERED.name in found and len(found) == len(REGISTER), "all three are set on the way"
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in found.values())


def pages_behind(client, user):
    """Every address of the account that names no record and shows a page."""
    client.force_login(user)
    answers = {url: client.get(url) for url in (route.url("acme") for route in account_routes() if not route.takes)}
    return [url for url, answer in answers.items() if answer.status_code == 200 and "html" in answer["Content-Type"]]


@pytest.fixture
def page_that_keeps_nothing(chromium, tmp_path):
    """A browser whose owner has forbidden cookies in its settings."""
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(settings))
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    browser = chromium.browser_type.launch_persistent_context(tmp_path, executable_path=program, args=FLAGS)
    yield browser.new_page()
    browser.close()


@promise(40)
def test_with_cookies_off_one_reads_signs_up_and_learns_what_signing_in_needs(
    server, page_that_keeps_nothing, alice_knows_her_password
):
    page = page_that_keeps_nothing
    for path in [*PUBLIC, "/login/"]:
        assert page.goto(server + path).status == 200, path
    page.get_by_label("E-mail", exact=False).fill("alice@acme.example")
    page.get_by_label("Password", exact=True).fill(GOOD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#cookies-needed")).to_be_visible()
    page.goto(f"{server}/trial/")
    fill_in(page, f"edith-{time.time_ns()}@pell.example")
    page.get_by_role("button", name="Start free trial").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    assert page.context.cookies() == []
