"""An owner on a phone guards her sign-in and her firm: another address and back, a second factor for all, a list of
networks and the way back in when it shuts her out.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.walks.person import Person

OLD, NEW = "alice@acme.example", "alice@novak.example"


@pytest.fixture
def alices(server, open_page, axe, sign_in, acme, alice) -> Person:
    page = open_page(width=360)
    sign_in(page, server, alice)
    return Person(page, server, axe, with_keys=False)


def opens(person: Person, address: str) -> None:
    person.page.goto(f"{person.server}/a/acme/{address}")
    person.looks_round()


def test_another_address_and_back(alices, server, open_page, axe, celery_worker, shared_files):
    celery_worker("default")
    opens(alices, "admin/profile/email/")
    alices.write("New e-mail address", NEW)
    alices.press("button", "Send the link")
    alices.sees("has a letter with a link")
    alices.looks_round()
    alices.follows_letter(NEW, "/email/confirm/")
    alices.looks_round()
    alices.press("button", "Use the new address")
    alices.sees(f"From now on you sign in as {NEW}.")

    elsewhere = Person(open_page(width=360), server, axe, with_keys=False)
    elsewhere.follows_letter(OLD, "/email/undo/")
    elsewhere.looks_round()
    elsewhere.press("button", "Undo the change")
    expect(elsewhere.field("New password")).to_be_visible()
    elsewhere.looks_round()
    alices.page.goto(f"{server}/a/acme/")
    expect(alices.page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()


def test_who_shuts_herself_out_comes_back_by_mail(alices, celery_worker, shared_files):
    celery_worker("default")
    opens(alices, "admin/security/")
    alices.press("link", re.compile("Change addresses"))
    alices.looks_round()
    alices.write("Addresses and networks", "203.0.113.0/24 Office")
    alices.press("button", "Save")
    alices.tick("Save it all the same: I know that I can’t come in from here")
    alices.looks_round()
    alices.press("button", "Save")
    alices.press("button", "Mail me the link")
    alices.sees("A letter is on its way")
    alices.looks_round()
    alices.follows_letter(OLD, "/way-back/in/")
    alices.looks_round()
    alices.press("button", "Let me in for an hour")
    expect(alices.field("Addresses and networks")).to_have_value("203.0.113.0/24 Office")
    alices.write("Addresses and networks", "")
    alices.press("button", "Save")
    alices.sees("From everywhere.")


def test_a_second_factor_for_everybody_needs_ones_own_first(alices):
    opens(alices, "admin/security/policy/")
    alices.tick("Everybody here needs a second factor")
    alices.press("button", "Save")
    alices.sees("Set up your own second factor first, so that you don’t lock yourself out.")
    alices.looks_round()
    opens(alices, "")
