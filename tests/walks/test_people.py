"""Who comes, changes and goes: an owner on a phone, a new colleague at a desk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.walks.person import Person

DORA = "dora@lind.example"
PASSWORD = "quiet maple seven trains"


@pytest.fixture
def alices(server, open_page, axe, sign_in, acme, alice) -> Person:
    page = open_page(width=360)
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/admin/people/")
    return Person(page, server, axe, with_keys=False)


@pytest.fixture
def doras(server, open_page, axe) -> Person:
    return Person(open_page(), server, axe, with_keys=False)


def test_a_colleague_comes_gets_fewer_rights_and_goes(alices, doras, celery_worker, shared_files, bob):
    celery_worker("default")
    invites(alices)
    joins(doras)
    narrows(alices)
    doras.page.reload()
    expect(doras.page.get_by_role("heading", level=1)).to_be_visible()
    lets_go(alices)
    doras.page.reload()
    expect(doras.page.get_by_role("heading", level=1)).to_have_text("Nothing is here")


def invites(person: Person) -> None:
    person.looks_round()
    person.press("link", "Invite people")
    person.looks_round()
    person.write("Who", f"Dora Lind <{DORA}>\nfinn at lind.example")
    person.press("button", "Send invitations")
    expect(person.field("Who")).to_have_value(re.compile("finn at lind.example"))
    person.looks_round()
    person.write("Who", f"Dora Lind <{DORA}>\nfinn@lind.example")
    person.press("button", "Send invitations")
    person.press("link", re.compile("^Invited"))
    person.sees("finn@lind.example")
    person.looks_round()
    person.press("button", "Take back the invitation to finn@lind.example")
    expect(person.page.get_by_text("finn@lind.example").nth(1)).to_be_hidden()


def joins(person: Person) -> None:
    person.follows_letter(DORA, "/invitation/")
    person.looks_round()
    assert person.field("Your user name").input_value() == DORA
    person.write("Password", PASSWORD)
    person.write("Password again", PASSWORD)
    person.tick("I am at least 13 years old")
    person.press("button", "Join Acme")
    person.page.wait_for_url(re.compile(r"/a/acme/$"))
    person.looks_round()


def narrows(person: Person) -> None:
    person.page.goto(f"{person.server}/a/acme/admin/people/")
    person.press("link", re.compile("Dora Lind"))
    person.looks_round()
    person.tick("Sees only own records")
    person.press("button", "Save")
    person.sees("Sees only own records")
    expect(person.page.get_by_label("Sees only own records")).to_be_checked()


def lets_go(person: Person) -> None:
    person.press("link", "Deactivate")
    person.looks_round()
    person.press("button", "Deactivate Dora")
    person.sees(re.compile("Dora Lind .*comes in no more|Dora Lind .*deactivated"))
    person.looks_round()
