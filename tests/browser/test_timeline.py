"""A client's page: a note that calls a colleague, by keyboard; the timeline narrowed; a mail noted and shared."""

from __future__ import annotations

from playwright.sync_api import expect

from accounts.models import Membership
from crm.models import Contact, Mention
from tests.browser.test_help import fits


def test_writing_calling_narrowing_and_sharing(server, acme, alice, bob, inside, open_page, sign_in, axe):
    with inside(acme):
        owner = Membership.objects.get(account=acme, user=bob)
        maren = Contact.objects.create(first_name="Maren", last_name="Holt", owner=owner)
    url = f"{server}/a/acme/contacts/{maren.public_id}/"

    page = open_page()
    sign_in(page, server, bob)
    page.goto(url)
    field = page.get_by_label("Note", exact=True)
    field.focus()
    page.keyboard.type("Ask @")
    page.get_by_role("listbox").wait_for()
    assert page.get_by_role("option").count() == 2
    axe(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.type("al")
    page.get_by_role("option", name="Alice Novak").wait_for()
    assert page.get_by_role("option").count() == 1
    page.keyboard.press("Enter")
    page.keyboard.type("about the loan archive.")
    assert field.input_value() == "Ask @Alice Novak about the loan archive."
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("about the loan archive.").wait_for()
    with inside(acme):
        assert Mention.objects.get().member.user == alice

    page.get_by_role("link", name="E-mail", exact=True).first.click()
    page.get_by_label("Subject").fill("Copy for the opening hours")
    page.get_by_role("button", name="Log mail").click()
    page.get_by_text("Only you").wait_for()
    page.wait_for_load_state()  # it is another page: until its scripts are here, links load the whole of the next
    timeline = page.get_by_role("navigation", name="Filter the timeline")
    timeline.get_by_role("link", name="E-mail").click()
    page.wait_for_url("**?show=mail")
    assert page.get_by_text("about the loan archive.").count() == 0
    axe(page)
    page.get_by_role("link", name="Copy for the opening hours").click()
    page.get_by_role("button", name="Share with the team").click()
    page.get_by_text("Shared by you").wait_for()
    axe(page)

    phone = open_page(width=360, scripts=False)
    sign_in(phone, server, alice)
    phone.goto(url)
    expect(phone.get_by_text("shared by Bob Reyes")).to_be_visible()
    for path in (url, f"{server}/a/acme/notices/", f"{server}/a/acme/mails/", f"{url}?show=note"):
        phone.goto(path)
        assert fits(phone), path
    phone.get_by_role("link", name="Everything").click()
    expect(phone.get_by_text("Copy for the opening hours")).to_be_visible()

    small = open_page(width=360)
    sign_in(small, server, alice)
    for path in ("contacts/" + str(maren.public_id), "notices", "mails"):
        small.goto(f"{server}/a/acme/{path}/")
        axe(small)
    small.goto(f"{server}/a/acme/notices/")
    small.get_by_role("button", name="mentioned you in a note on Maren Holt").click()
    small.get_by_role("heading", name="Note on Maren Holt").wait_for()
