"""Duplicates in a browser, by keyboard alone: found, compared, merged, taken apart; a restricted contact's page."""

from playwright.sync_api import expect

from accounts.models import Membership
from crm import actions as records
from crm.contact_privacy import actions as privacy
from crm.models import Contact
from tenancy.context import Actor, activate


def press(page, role, name, key="Enter"):
    page.get_by_role(role, name=name).first.focus()
    page.keyboard.press(key)


def fits(page, axe, width):
    page.set_viewport_size({"width": width, "height": 800})
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_two_become_one_and_come_apart_by_keyboard(committed, alice, acme, server, open_page, sign_in, axe):
    member = Membership.objects.get(account=acme, user=alice)
    with activate(acme, actor=Actor("member", member.pk, "Alice Novak")):
        for first, last, title in (("Maren", "Holt", "Director"), ("Holt", "Maren", "Curator")):
            facts = {"first_name": first, "last_name": last, "title": title, "email": "maren@x.example"}
            records.store(Contact(**facts, owner=member), records.Parts())
        restricted = records.store(Contact(first_name="Edith", owner=member), records.Parts())
        privacy.restrict(restricted, reason="She objected.", by=member)
    page = open_page()
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/contacts/duplicates/")
    for width in (360, 1280):
        fits(page, axe, width)
    press(page, "button", "Compare and merge")
    expect(page.get_by_role("heading", name="Merge 2 contacts")).to_be_visible()
    page.get_by_role("radiogroup", name="Job title").get_by_role("radio", checked=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radiogroup", name="Job title").get_by_role("radio", checked=True)).to_have_value(
        page.locator("input[name=survivor]").nth(1).input_value()
    )
    for width in (360, 1280):
        fits(page, axe, width)
    press(page, "button", "Merge 2 contacts")
    expect(page.get_by_text("Merged. You can undo it here for 30 days.")).to_be_visible()
    expect(page.get_by_text("Curator").first).to_be_visible()
    press(page, "button", "Undo the merge into Maren Holt")
    expect(page.get_by_text("Holt Maren stands alone again.")).to_be_visible()
    expect(page.get_by_text("Director").first).to_be_visible()
    page.goto(f"{server}/a/acme/contacts/{restricted.public_id}/")
    expect(page.get_by_text("stored, and not used")).to_be_visible()
    press(page, "link", "Change or restrict")
    for width in (360, 1280):
        fits(page, axe, width)
    page.get_by_label("Why they may be used again").fill("It was settled.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The restriction is lifted.")).to_be_visible()
