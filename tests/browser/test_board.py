"""The board of deals by mouse, by keyboard alone, on a phone and without scripts."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from crm.models import Deal
from tests.crm.deals.conftest import *  # noqa: F403  (the pipeline and a way to fill it)

URL = "/a/acme/deals/"


@pytest.fixture
def board(server, open_page, sign_in, bob, add, bobs):
    """Four deals of Bob's, and a window that shows them."""
    for name, stage, value in (
        ("Archive", "Lead", "100.05"), ("Brochure", "Lead", "3500"), ("Portal", "Proposal", "50"),
        ("Refit", "Negotiation", None),
    ):  # fmt: skip
        add(name, stage, value, owner=bobs, close_on=date(2026, 1, 5) if name == "Portal" else None)

    def show(path=URL, **window):
        page = open_page(**window)
        sign_in(page, server, bob)
        page.goto(f"{server}{URL}?order=own")  # remembered from here on
        page.goto(server + path)
        return page

    return show


def lane(page, name):
    return page.get_by_role("region", name=re.compile(f"^{name}"))


def cards(page, name):
    return lane(page, name).get_by_role("heading", level=3)


def drag(page, card, to):
    """As a hand does it: down, and over to where it shall be."""
    card.hover(position={"x": 20, "y": 30})
    page.mouse.down()
    carry(page, to)


def carry(page, to):
    """A few steps, not on to the very middle: there SortableJS knows neither before nor after."""
    end = to.bounding_box()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 3, steps=12)


def test_by_mouse(board, acme, inside, axe, bobs):
    page = board()
    expect(lane(page, "Lead")).to_contain_text("€3,600.05 · weighted €360.01")
    archive = page.locator("article", has_text="Archive")
    drag(page, archive, lane(page, "Proposal").locator("[data-cards]"))
    expect(lane(page, "Proposal")).to_contain_text("€150.05 · weighted €90.03")  # while it hangs there
    expect(lane(page, "Lead")).to_contain_text("€3,500 · weighted €350")
    expect(page.locator("#total")).to_have_text("€3,650.05 · weighted €440.03")
    expect(page.locator("[data-zone=won]")).to_be_visible()
    page.mouse.up()
    expect(page.get_by_text("Archive is in Proposal now.")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{URL}$"))  # the end of a drag is no click
    expect(lane(page, "Proposal")).to_contain_text("€150.05 · weighted €90.03")  # as the server counts
    with inside(acme):
        assert Deal.objects.get(name="Archive").stage.name == "Proposal"
    axe(page)
    page.get_by_role("button", name="Undo").click()
    expect(cards(page, "Lead")).to_have_text(["Brochure", "Archive"])
    expect(lane(page, "Lead")).to_contain_text("weighted €360.01")
    expect(page.locator("#board-says")).to_have_text("Archive is back in Lead.")

    with inside(acme):  # a colleague wins it meanwhile
        Deal.objects.filter(name="Brochure").update(status="won", closed_on=date(2026, 11, 20))
    drag(page, page.locator("article", has_text="Brochure"), lane(page, "Negotiation").locator("[data-cards]"))
    expect(lane(page, "Negotiation")).to_contain_class("drop")
    page.mouse.up()
    expect(page.get_by_role("alert")).to_contain_text("Not moved. Brochure is won. Reopen it to move it.")
    expect(cards(page, "Lead")).to_have_text(["Brochure", "Archive"])

    drag(page, page.locator("article", has_text="Portal"), lane(page, "Proposal").locator("[data-cards]"))
    lost = page.locator("[data-zone=lost]")
    carry(page, lost)
    expect(lost).to_contain_class("over")
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="Mark Portal as lost")
    expect(dialog).to_be_visible()
    axe(page)
    dialog.get_by_label("Price").check()
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_text("Portal is lost, €50.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(cards(page, "Proposal")).to_have_text(["Portal"])


def test_by_keyboard_alone(board, acme, inside, axe):
    page = board()
    says = page.locator("#board-says")
    page.get_by_role("link", name="Archive", exact=True).focus()
    page.keyboard.press("Space")
    expect(says).to_contain_text("Picked up Archive. Lead, place 2 of 2.")
    page.keyboard.press("ArrowUp")
    expect(says).to_have_text("Lead, place 1 of 2.")
    page.keyboard.press("ArrowRight")
    expect(says).to_have_text("Qualified, place 1 of 1.")
    expect(lane(page, "Qualified")).to_contain_text("€100.05 · weighted €40.02")
    page.keyboard.press("Escape")
    expect(says).to_contain_text("Cancelled.")
    expect(cards(page, "Lead")).to_have_text(["Brochure", "Archive"])
    expect(page.get_by_role("link", name="Archive", exact=True)).to_be_focused()

    page.keyboard.press("Enter")
    beside = page.get_by_role("complementary", name="Archive")
    expect(beside).to_be_focused()
    beside.get_by_label("What comes next").fill("Ask")
    page.keyboard.press("Enter")
    expect(beside.get_by_role("link", name="Ask")).to_be_visible()
    expect(page.locator("article", has_text="Archive")).to_contain_text("Planned")
    axe(page)
    page.go_back()
    expect(beside).to_be_hidden()
    expect(page).to_have_url(re.compile(f"{URL}$"))
    page.get_by_role("link", name="Archive", exact=True).press("Enter")
    expect(beside).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Archive", exact=True)).to_be_focused()

    for key in ("Space", "ArrowRight", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_text("Archive is in Proposal now.")).to_be_visible()
    expect(cards(page, "Proposal")).to_have_text(["Portal", "Archive"])
    expect(page.get_by_role("link", name="Archive", exact=True)).to_be_focused()
    for key in ("Space", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(says).to_contain_text("Over Won.")
    page.keyboard.press("Space")
    dialog = page.get_by_role("dialog", name="Mark Archive as won")
    dialog.get_by_label("Won on").fill("2026-11-20")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Archive is won, €100.05.")).to_be_visible()
    expect(cards(page, "Proposal")).to_have_text(["Portal"])
    with inside(acme):
        deal = Deal.objects.get(name="Archive")
        assert (deal.status, deal.closed_on, deal.stage.name) == ("won", date(2026, 11, 20), "Proposal")


def test_on_a_phone_and_without_scripts(board, acme, inside, axe):
    page = board(width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    axe(page)
    page.get_by_role("link", name=re.compile("^Proposal")).click()
    expect(page.get_by_role("link", name="Portal", exact=True)).to_be_in_viewport()
    expect(page.get_by_role("link", name="Brochure", exact=True)).not_to_be_in_viewport()
    page.get_by_role("link", name="Move Portal to …").click()
    page.get_by_role("dialog").get_by_role("button", name="Qualified").click()
    expect(page.get_by_text("Portal is in Qualified now.")).to_be_in_viewport()
    expect(lane(page, "Proposal").get_by_role("heading")).to_be_in_viewport(ratio=1)  # where it was …
    expect(lane(page, "Lead")).not_to_be_in_viewport()  # … not the first column

    plain = board(scripts=False)
    plain.get_by_role("link", name="Move Brochure to …").click()
    plain.get_by_role("button", name="Negotiation").click()
    expect(plain.get_by_text("Brochure is in Negotiation now.")).to_be_visible()
    expect(cards(plain, "Negotiation")).to_have_text(["Brochure", "Refit"])
    plain.get_by_role("button", name="Undo").click()
    expect(cards(plain, "Lead")).to_have_text(["Brochure", "Archive"])
    plain.get_by_role("link", name="List", exact=True).click()
    expect(plain.locator("#total")).to_contain_text("4 deals: €3,650.05 · weighted €380.01")
