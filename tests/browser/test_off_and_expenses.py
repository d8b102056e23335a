"""Days off are asked for and granted, and an expense is entered with its receipt: on a phone, in the dark, by axe."""

from pathlib import Path

from playwright.sync_api import expect

from tests.house.samples import picture
from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from timetracking.models import Expense, ExpenseCategory, TimeOff, TimeOffType, WorkingTime


def test_away_and_paid(server, open_page, sign_in, acme, alice, bob, website, inside, axe, tmp_path):
    with inside(acme):
        TimeOffType.objects.filter(name="Vacation").update(needs_approval=True)
        WorkingTime.objects.create(starts_on="2026-01-01", country="DK")
        ExpenseCategory.objects.filter(name="Mileage").update(rate="0.30")
    phone, desk = open_page(width=360, dark=True), open_page()
    sign_in(phone, server, bob)
    sign_in(desk, server, alice)
    # Bob asks for two days before Christmas; Alice grants them; the team's month says so.
    phone.goto(f"{server}/a/acme/time/off/new/")
    phone.get_by_label("Kind").select_option("Vacation")
    phone.get_by_label("From").fill("2026-12-22")
    phone.get_by_label("To", exact=True).fill("2026-12-23")
    axe(phone)
    phone.get_by_role("button", name="Save time off").click()
    expect(phone.get_by_text("Asked for", exact=True)).to_be_visible()
    axe(phone)
    desk.goto(f"{server}/a/acme/time/off/")
    axe(desk)
    desk.get_by_role("button", name="Approve Bob Reyes").click()
    expect(desk.get_by_role("heading", name="wait for an answer")).to_have_count(0)
    for page in (desk, phone):
        page.goto(f"{server}/a/acme/time/off/team/?day=2026-12-01")
        expect(page.locator(".cal-entry", has_text="Bob Reyes")).to_have_count(2)
        expect(page.locator(".cal-entry", has_text="Christmas Day")).to_be_visible()
        axe(page)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    for address in ("working-time", "days", "off", "expenses"):
        desk.goto(f"{server}/a/acme/admin/time/{address}/")
        axe(desk)
    # Bob enters what he paid, with a picture of the receipt, and looks at it.
    receipt = Path(tmp_path, "receipt.png")
    receipt.write_bytes(picture())
    phone.goto(f"{server}/a/acme/expenses/new/")
    phone.get_by_label("Kind").select_option("Travel")
    phone.get_by_label("Amount").fill("12.50")
    phone.get_by_label("What for").fill("Taxi")
    phone.get_by_label("Receipt").set_input_files(receipt)
    axe(phone)
    phone.get_by_role("button", name="Save expense").click()
    phone.get_by_role("link", name="Taxi").click()
    image = phone.locator("img.receipt")
    expect(image).to_be_visible()
    assert image.evaluate("each => each.naturalWidth") == 80
    axe(phone)
    phone.get_by_role("button", name="Delete expense").click()
    axe(phone)
    phone.get_by_role("button", name="Undo").click()
    expect(phone.get_by_role("link", name="Taxi")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.goto(f"{server}/a/acme/admin/reminders/")
    axe(phone)
    with inside(acme):
        assert (TimeOff.objects.get().state, Expense.objects.get().deleted_at) == ("approved", None)
