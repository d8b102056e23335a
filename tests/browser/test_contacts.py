"""A contact's life in a browser, with scripts and without; every page of it accessible and no wider than a phone."""

import pytest
from playwright.sync_api import expect

from crm.actions import move_to_bin
from crm.models import Contact
from tests.crm.conftest import *  # noqa: F403  (Maren at the museum, and Edith)


@pytest.fixture
def visit(server, open_page, sign_in, bob, maren, edith):
    """``visit("contacts/", width=360)``: a page of Acme as Bob sees it."""

    def show(path, **window):
        page = open_page(**window)
        sign_in(page, server, bob)
        page.goto(f"{server}/a/acme/{path}")
        return page

    return show


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_contact_is_added_changed_found_binned_and_brought_back(visit, scripts, acme, inside):
    page = visit("contacts/", scripts=scripts)
    page.get_by_role("link", name="New contact").click()
    page.get_by_label("First name").fill("Noor")
    page.get_by_label("Last name").fill("Haddad")
    page.get_by_label("Company", exact=True).fill("Northlake Dental")
    page.get_by_label("Phone", exact=False).first.fill("20 55 01 88")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_role("heading", name="Noor Haddad")).to_be_visible()
    expect(page.get_by_text("+45 20 55 01 88")).to_be_visible()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Job title", exact=True).fill("Dentist")
    page.get_by_role("button", name="Save contact").click()
    expect(page.get_by_text("Saved. 1 field changed.")).to_be_visible()
    expect(page.get_by_text("changed the job title to Dentist")).to_be_visible()

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Contacts").click()
    page.get_by_role("searchbox", name="Find in this list").fill("haddad north")
    if not scripts:
        page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("1 found")
    page.get_by_role("link", name="Noor Haddad").click()

    page.locator("summary[aria-label='More actions']").click()
    page.get_by_role("button", name="Move to the bin").click()
    expect(page.get_by_text("Noor Haddad is in the bin until")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Noor Haddad is back.")).to_be_visible()
    with inside(acme):
        noor = Contact.objects.select_related("company").get(last_name="Haddad")
        assert (str(noor.company), noor.title, noor.is_in_bin) == ("Northlake Dental", "Dentist", False)


def test_the_list_answers_while_somebody_types(visit):
    page = visit("contacts/")
    expect(page.locator("#rows tbody tr")).to_have_count(2)
    page.get_by_role("searchbox", name="Find in this list").press_sequentially("pel")
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    expect(page.locator("#chips a.chip")).to_have_attribute("href", "?q=pel&panel=filters")
    page.get_by_role("searchbox", name="Find in this list").press_sequentially("zzz")
    expect(page.get_by_text("No contacts match")).to_be_visible()
    page.locator("#rows").get_by_role("link", name="Clear filters").click()
    expect(page.locator("#rows tbody tr")).to_have_count(2)


def test_somebody_who_is_there_already_is_named_while_typing(visit):
    page = visit("contacts/new/")
    page.get_by_label("First name").fill("maren")
    page.get_by_label("Last name").fill("holt")
    page.keyboard.press("Tab")
    expect(page.locator("#similar")).to_contain_text("Maren Holt at Tidewater Museum")
    page.get_by_label("Company", exact=True).press_sequentially("tide")
    expect(page.locator("#companies option")).to_have_attribute("value", "Tidewater Museum")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_every_page_is_accessible_and_fits(visit, axe, server, acme, inside, maren, edith, tidewater, alice, member_of,
                                           width, dark):  # fmt: skip
    with inside(acme):
        move_to_bin(edith, by=member_of(alice))
    page = visit("contacts/", width=width, dark=dark)
    for path in (
        "contacts/", "contacts/?panel=filters&owner=nobody", "contacts/new/", f"contacts/{maren.public_id}/",
        f"contacts/{maren.public_id}/edit/", f"contacts/{edith.public_id}/", "companies/",
        f"companies/{tidewater.public_id}/", "companies/new/", "bin/", "search/?q=maren",
    ):  # fmt: skip
        page.goto(f"{server}/a/acme/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


TYPES_EARLY = """
document.addEventListener("readystatechange", () => {
  const field = document.querySelector("input[name=q]");
  if (document.readyState === "interactive" && field) field.value = "maren";
});
"""


def test_words_typed_before_the_scripts_came_are_looked_for_too(server, open_page, sign_in, bob, maren, edith):
    page = open_page()
    sign_in(page, server, bob)
    page.add_init_script(TYPES_EARLY)
    page.goto(f"{server}/a/acme/contacts/")
    expect(page.locator("#count")).to_have_text("1 found")
