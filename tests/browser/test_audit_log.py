"""The audit log in a browser: narrowed, verified, exported, with scripts and without; it fits a phone."""

import re

import pytest
from playwright.sync_api import expect

import audit
from accounts.log import work
from accounts.models import Membership
from audit.models import Event
from crm.models import Contact
from tenancy.context import Actor, activate

LOG = "/a/acme/admin/audit/"


@pytest.fixture
def alices(acme, alice):
    return Membership.objects.select_related("user", "account").get(account=acme, user=alice)


@pytest.fixture
def visit(server, shared_files, open_page, sign_in, acme, alice, alices):
    """``visit("checks/", width=360)``: a page of Acme's log as Alice sees it, with a few events in it."""
    with activate(acme, actor=Actor("member", alices.pk, "Alice Novak")):
        anna = Contact.objects.create(first_name="Anna", last_name="Berg")
        changes = {"phone": ["+45 20 55 01 12", "+45 20 55 01 18"], "note": ["", "Long " * 100]}
        audit.record("contact.changed", anna, data={"changes": changes})
        audit.record("contact.changed", anna, data={"changes": {"city": ["", "Oslo"]}})
    with activate(acme, actor=Actor("job", None, "crm.tidy")):
        audit.record("contact.deleted", anna)
        audit.erase(Event.objects.filter(kind="contact.changed").first())
    audit.seal(acme)

    def show(path="", **window):
        page = open_page(**window)
        sign_in(page, server, alice)
        page.goto(f"{server}{LOG}{path}")
        return page

    return show


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_log_is_narrowed_and_widened_again(visit, scripts):
    page = visit(scripts=scripts)
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(5)
    page.get_by_label("What").select_option(label="Contact changed")
    if not scripts:
        page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(2)
    expect(page).to_have_url(re.compile("kind=contact.changed"))
    expect(page.get_by_text("changed the city of Anna Berg to Oslo")).to_be_visible()
    page.get_by_role("link", name="Contact changed remove filter").click()
    expect(rows).to_have_count(5)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_it_is_verified_and_then_against_what_was_kept(visit, scripts):
    page = visit(scripts=scripts)
    page.get_by_role("button", name="Verify").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Complete and unchanged")).to_be_visible()
    kept = page.get_by_label("Anchor to keep").input_value()
    expect(page.get_by_role("button", name="Copy")).to_be_visible(visible=scripts)
    page.get_by_label("An anchor that you kept").fill(kept)
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("The log agrees with the anchor that you gave.")).to_be_visible()


def test_it_is_exported_and_taken_along(visit):
    page = visit()
    page.locator("a.btn", has_text="Export").click()
    page.get_by_role("button", name="Export for proof").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".jsonl")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_every_page_is_accessible_and_fits(visit, axe, server, acme, inside, alices, width, dark):
    page = visit(width=width, dark=dark)
    with inside(acme):
        check, export = (work.start(what, by=alices) for what in ("check", "jsonl"))
        event = Event.objects.filter(kind="contact.changed").last()
    for path in (
        "", "?kind=contact.changed", "?record=nonsense", "checks/", f"checks/{check.public_id}/", "exports/",
        f"exports/{export.public_id}/", f"events/{event.public_id}/",
    ):  # fmt: skip
        page.goto(f"{server}{LOG}{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
