"""A stranger becomes the owner of an account, as a browser meets it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.promises import promise

PASSWORD = "quiet maple seven trains"


def fill_in(page, email: str) -> None:
    for label, words in {
        "First name": "Edith",
        "Last name": "Pell",
        "Work e-mail": email,
        "Company name": "Pell & Daughters",
        "Street and number": "Vestergade 9",
        "City": "Copenhagen",
    }.items():
        page.get_by_label(label).fill(words)
    page.get_by_label("Country").select_option("DK")
    page.get_by_label("I am at least 13 years old").check()


def open_letter(page, server: str, email: str) -> None:
    """Wait until the worker has put the letter into the folder."""
    end = time.monotonic() + 60
    page.goto(f"{server}/dev/mail/")
    while not (found := page.locator("a", has_text=email)).count() and time.monotonic() < end:
        time.sleep(0.2)
        page.reload()
    found.first.click()


@pytest.mark.parametrize(("width", "dark", "scripts"), [(360, True, True), (1280, False, False)])
def test_from_the_first_page_to_the_home_page(server, celery_worker, open_page, axe, width, dark, scripts):
    celery_worker()
    page = open_page(width=width, dark=dark, scripts=scripts)
    email = f"edith-{width}-{scripts}-{time.time_ns()}@pell.example".lower()
    look = axe if scripts else lambda page: None

    page.goto(f"{server}/trial/")
    look(page)
    assert page.context.cookies() == []
    page.get_by_role("button", name="Start free trial").click()
    assert "things to look at" in page.content()
    look(page)
    fill_in(page, email)
    page.get_by_role("button", name="Start free trial").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    look(page)

    open_letter(page, server, email)
    link = page.locator("pre a", has_text=re.compile("/welcome/")).get_attribute("href")
    page.goto(server + link[link.index("/welcome/") :])
    look(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Set password and sign in").click()
    expect(page).to_have_url(re.compile(rf"^{server}/a/pell-daughters(-\d+)?/$"))
    look(page)

    page.get_by_role("link", name="Admin", exact=True).first.click()
    expect(page.get_by_role("heading", name="Personal Information")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Phone").fill("20 55 01 12")
    look(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. One field changed.")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Remove phone").click()
    expect(page.get_by_text("Phone: removed.")).to_be_visible()


def test_the_company_is_guessed_from_the_address_and_stays_editable(server, open_page):
    page = open_page()
    page.goto(f"{server}/trial/")
    page.get_by_label("Work e-mail").fill("edith@pell-daughters.example")
    page.get_by_label("First name").focus()
    page.wait_for_function("document.querySelector('[name=company]').value === 'Pell Daughters'")
    page.get_by_label("Company name").fill("Pell & Daughters")
    page.get_by_label("Work e-mail").fill("edith@other.example")
    page.get_by_label("First name").focus()
    assert page.get_by_label("Company name").input_value() == "Pell & Daughters"


def test_everybodys_mail_house_is_no_company(server, open_page):
    page = open_page()
    page.goto(f"{server}/trial/")
    page.get_by_label("Work e-mail").fill("edith@gmail.com")
    page.get_by_label("First name").focus()
    assert page.get_by_label("Company name").input_value() == ""


@promise(38)
def test_with_cookies_refused_signing_in_says_what_is_missing(server, open_page):
    page = open_page()
    page.goto(f"{server}/login/")
    page.context.clear_cookies()
    page.get_by_label("E-mail").fill("alice@acme.example")
    page.get_by_label("Password").fill("anything")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#cookies-needed")).to_be_visible()
