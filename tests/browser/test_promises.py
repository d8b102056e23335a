"""The page of promises in a real browser: readable, narrowed and unfolded without scripts and without cookies."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from privacy.policies.promises import PROMISES


@pytest.mark.parametrize("width", [360, 1280])
def test_it_needs_neither_scripts_nor_cookies(server, open_page, width):
    page = open_page(width=width, scripts=False)
    page.goto(f"{server}/")
    page.get_by_role("contentinfo").get_by_role("link", name="Promises").click()
    expect(page.get_by_role("heading", name="Promises", exact=True)).to_be_visible()
    expect(page.locator("article.promise[id^=promise-]")).to_have_count(len(PROMISES))
    fourteenth = page.locator("#promise-14")
    tests = fourteenth.get_by_role("list")
    expect(tests).to_be_hidden()
    fourteenth.locator("summary").click()
    expect(tests).to_contain_text("Admin is a word in the bar of every page")
    page.get_by_role("link", name="No test yet").click()
    expect(page).to_have_url(f"{server}/privacy/promises/?state=no-test")
    expect(page.locator("article.promise[id^=promise-]")).to_have_count(0)  # every promise has one
    assert page.context.cookies() == []


def test_a_promise_has_an_address_of_its_own(server, open_page):
    page = open_page()
    page.goto(f"{server}/privacy/promises/#promise-99")
    expect(page.locator("#promise-99")).to_be_in_viewport()
    page.locator("#promise-99").get_by_role("link", name="Promise 99").click()
    expect(page).to_have_url(f"{server}/privacy/promises/#promise-99")
