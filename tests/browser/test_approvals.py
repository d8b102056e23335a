"""Two weeks of hours are submitted, returned, submitted again and approved together, by keys; on a phone too."""

from datetime import timedelta

from playwright.sync_api import expect

from tests.timetracking.approval.test_pages import switch_on
from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from tests.timetracking.conftest import MONDAY
from timetracking import actions
from timetracking.models import Timesheet

LAST_MONDAY = MONDAY - timedelta(days=7)


def states(acme, inside):
    with inside(acme):
        return list(Timesheet.objects.order_by("first_day").values_list("state", flat=True))


def test_from_the_week_to_approved(server, open_page, sign_in, acme, alice, bob, bobs, entry, website, inside, axe):
    with inside(acme):
        switch_on()
        actions.log_time(bobs, website, None, LAST_MONDAY, 14 * 60, note="The big day")
    page, phone = open_page(), open_page(width=360, dark=True)
    sign_in(page, server, alice)
    sign_in(phone, server, bob)
    for monday in (LAST_MONDAY, MONDAY):
        phone.goto(f"{server}/a/acme/time/?week={monday}")
        phone.get_by_role("link", name="Submit week").click()
        expect(phone.get_by_text("it does not stop you")).to_be_visible()
        axe(phone)
        phone.get_by_role("button", name="Submit", exact=True).click()
        expect(phone.get_by_role("button", name="Withdraw")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    axe(phone)
    # j goes down, r asks for words; Enter there returns the one that is shown, and no other.
    page.goto(f"{server}/a/acme/time/approvals/")
    expect(page.locator("#look")).to_contain_text("The big day")
    axe(page)
    page.keyboard.press("j")
    expect(page.locator("#look")).to_contain_text("Design")
    page.keyboard.press("r")
    page.keyboard.type("Friday is empty")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 timesheet returned.")).to_be_visible()
    assert states(acme, inside) == ["submitted", "returned"]
    # Bob reads it, and hands it in once more.
    phone.goto(f"{server}/a/acme/time/?week={MONDAY}")
    expect(phone.get_by_text("Friday is empty")).to_be_visible()
    axe(phone)
    phone.get_by_role("link", name="Resubmit").click()
    phone.get_by_role("button", name="Resubmit").click()
    expect(phone.get_by_role("button", name="Withdraw")).to_be_visible()
    # All are ticked, and approved by one key.
    page.reload()
    page.get_by_role("checkbox", name="Tick all on this page").check()
    page.keyboard.press("a")
    expect(page.get_by_text("2 timesheets approved.")).to_be_visible()
    assert states(acme, inside) == ["approved", "approved"]
    page.get_by_role("link", name="Done").click()
    page.locator("tbody").get_by_role("link").first.click()
    expect(page.locator("#look").get_by_role("button", name="Reopen")).to_be_visible()
    page.locator("#look h2 a").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    axe(page)
    for address in ("time/delegates/", "admin/time/", "admin/time/approval/", "admin/time/lock/"):
        page.goto(f"{server}/a/acme/{address}")
        axe(page)
