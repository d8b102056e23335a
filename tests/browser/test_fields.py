"""A firm adds a field, and people write into it where it stands: by mouse, by keyboard, on a phone."""

from playwright.sync_api import expect

from crm.models import Contact
from tests.crm.conftest import *  # noqa: F403  (Maren at the museum)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_field_is_added_and_filled_in_where_it_stands(server, open_page, sign_in, axe, alice, acme, inside, maren):
    page = open_page()
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/admin/fields/")
    page.get_by_role("link", name="Add field").click()
    axe(page)
    page.get_by_role("link", name="One of a list").click()
    page.get_by_label("Name").fill("Level")
    page.get_by_label("Choices").fill("Gold\nSilver")
    axe(page)
    page.get_by_role("button", name="Add field").click()
    expect(page.get_by_role("row", name="Level")).to_contain_text("Choice")
    axe(page)
    page.get_by_role("link", name="Level").click()
    expect(page.get_by_label("Choice", exact=True).first).to_have_value("Gold")
    axe(page)

    # By keyboard: Enter opens, Enter saves, and the heading and the timeline follow.
    page.goto(f"{server}/a/acme/contacts/{maren.public_id}/")
    page.get_by_role("link", name="Change: Job title").focus()
    page.keyboard.press("Enter")
    title = page.get_by_label("Job title", exact=True)
    expect(title).to_be_focused()
    axe(page)
    title.fill("Chief")
    title.press("Enter")
    expect(page.locator("#record-head")).to_contain_text("Chief")
    expect(page.locator("#timeline")).to_contain_text("changed the job title")
    expect(page.get_by_role("link", name="Change: Job title")).to_be_focused()

    # Esc gives back what stood there.
    page.locator("#fact-title dt").click()
    title.fill("Nobody")
    title.press("Escape")
    expect(page.locator("#fact-title")).to_contain_text("Chief")

    # Leaving saves; what can't be saved stays with what was typed, and does not hinder the next.
    page.locator("#fact-email dt").click()
    page.get_by_label("E-mail", exact=True).fill("nowhere")
    page.locator("#fact-custom_level dt").click()
    expect(page.locator("#fact-email")).to_contain_text("Write an e-mail address, as in")
    expect(page.get_by_label("E-mail", exact=True)).to_have_value("nowhere")
    page.get_by_label("Level", exact=True).select_option("Silver")
    page.locator("h1").click()
    expect(page.locator("#fact-custom_level select")).to_have_count(0)
    expect(page.locator("#fact-custom_level")).to_contain_text("Silver")
    axe(page)
    page.get_by_label("E-mail", exact=True).press("Escape")
    expect(page.locator("#fact-email")).to_contain_text("maren@tidewater.example")

    with inside(acme):
        stored = Contact.objects.get(pk=maren.pk)
        assert (stored.title, stored.custom, stored.email) == ("Chief", {"level": "silver"}, "maren@tidewater.example")

    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("#fact-address dt").click()
    page.get_by_label("City").fill("Aarhus")
    assert fits(page)
    axe(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#fact-address")).to_contain_text("Aarhus")
    page.goto(f"{server}/a/acme/admin/fields/")
    assert fits(page)
    axe(page)


def test_what_is_refused_leaves_the_focus_to_what_was_opened_instead(server, open_page, sign_in, alice, maren):
    """As a hand clicks: the first is on its way when the button goes down, the second is asked for when it comes up."""
    page, on_its_way = open_page(), []
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/contacts/{maren.public_id}/")
    page.locator("#fact-email dt").click()
    page.get_by_label("E-mail", exact=True).fill("nowhere")
    page.route("**/facts/email/", lambda route: on_its_way.append(route))
    page.locator("#fact-title dt").hover()
    with page.expect_request("**/facts/email/"):
        page.mouse.down()
    page.mouse.up()
    on_its_way[0].continue_()
    expect(page.locator("#fact-email")).to_contain_text("Write an e-mail address, as in")
    expect(page.get_by_label("Job title", exact=True)).to_be_focused()
