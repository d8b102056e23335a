"""Finding in a browser: a search that opens everywhere, a kept view, many records changed, a list taken along."""

import re

from playwright.sync_api import expect

from crm.models import Contact, SavedView
from tests.crm.conftest import *  # noqa: F403  (Maren at the museum, and Edith)

FITS = "document.documentElement.scrollWidth <= innerWidth"


def test_a_walk_through_search_views_bulk_edit_and_export(
    server, open_page, sign_in, axe, alice, acme, inside, maren, edith
):
    page = open_page()
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/")
    page.wait_for_load_state("networkidle")

    # The search opens over any page, by keyboard alone.
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search everything")
    expect(field).to_be_focused()
    field.press_sequentially("tidew")
    expect(page.get_by_role("option", name="Maren Holt")).to_have_attribute("aria-selected", "true")
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#hit-company-1")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Maren Holt")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()

    # A narrowed list is kept as a view.
    page.goto(f"{server}/a/acme/contacts/?q=holt")
    page.locator("#listmenu").get_by_role("link", name="Save as a view").click()
    page.get_by_label("Name").fill("The Holts")
    axe(page)
    page.get_by_role("button", name="Save view").click()
    tab = page.get_by_role("navigation", name="Contact lists").get_by_role("link", name="The Holts")
    expect(tab).to_have_attribute("aria-current", "page")

    # Ticked rows get a tag, and lose it again.
    expect(page.locator("form[data-bulk]")).to_be_hidden()
    page.get_by_label("Tick Maren Holt").check()
    expect(page.get_by_text("1 ticked")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Tag to add").fill("client")
    page.get_by_role("button", name="Change 1 contact").click()
    expect(page.get_by_text("Tag added: client. 1 contact changed.")).to_be_visible()
    expect(page.locator("#rows .tag")).to_have_text("client")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    axe(page)

    # The list as it stands is taken along.
    page.goto(f"{server}/a/acme/contacts/?q=holt")
    page.locator("#listmenu summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="This list as CSV").click()
    assert re.fullmatch(r"acme-contacts-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    with inside(acme):
        assert SavedView.objects.get().asked == {"q": "holt"}
        assert not Contact.objects.filter(tags__isnull=False).exists()

    # And all of it on a phone.
    phone = open_page(width=360, dark=True)
    sign_in(phone, server, alice)
    for path in ("contacts/?panel=columns", "contacts/?panel=filters", "lists/bulk/?list=contacts&all=1", "bin/"):
        phone.goto(f"{server}/a/acme/{path}")
        axe(phone)
        assert phone.evaluate(FITS), path
    phone.get_by_role("link", name="Search", exact=True).click()
    phone.get_by_role("combobox", name="Search everything").fill("edith")
    phone.get_by_role("option", name="Edith Pell").click()
    expect(phone.get_by_role("heading", name="Edith Pell")).to_be_visible()
