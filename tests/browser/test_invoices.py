"""From open hours to money in a browser: by mouse, on a phone and without scripts; accessible throughout."""

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from crm.models import Company
from timetracking.actions import create
from timetracking.models import Project, TimeEntry


@pytest.fixture
def worked(acme, alice, inside):
    with inside(acme):
        museum = Company.objects.create(name="Tidewater Museum")
        website = create(Project(name="Website", company=museum, hourly_rate=95, currency="EUR"))
        person = Membership.objects.get(account_id=acme.pk, user_id=alice.pk)
        for day in ("2026-11-16", "2026-11-17"):
            TimeEntry.objects.create(project=website, person=person, day=day, minutes=60)
        return museum


@pytest.mark.parametrize("how", [{}, {"width": 360, "dark": True}, {"scripts": False}])
def test_hours_become_money(server, open_page, sign_in, axe, alice, worked, how):
    page = open_page(**how)
    sign_in(page, server, alice)
    has_scripts = how.get("scripts", True)
    page.goto(f"{server}/a/acme/invoices/unbilled/")
    if has_scripts:
        axe(page)
    page.get_by_role("link", name="Invoice €190.00").click()
    page.get_by_label("Hours up to").fill("2026-11-16")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", name="Draft for Tidewater Museum")).to_be_visible()
    row = page.locator(".draft-lines tbody tr").nth(1)
    row.get_by_label("What").fill("Photos")
    row.get_by_label("Price").fill("49,90")
    if has_scripts:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Finish as 0001").click()  # what was typed last comes along
    expect(page.get_by_role("heading", name="Invoice 0001")).to_be_visible()
    expect(page.get_by_text("€144.90").first).to_be_visible()
    page.get_by_label("Amount").fill("144.90")
    page.get_by_role("button", name="Write down payment").click()
    expect(page.locator("main .pill").first).to_have_text("Paid")
    page.goto(f"{server}/a/acme/companies/{worked.public_id}/?show=invoice")
    expect(page.locator("#timeline")).to_contain_text("invoice 0001")
    page.goto(f"{server}/a/acme/invoices/?show=settled")
    expect(page.get_by_role("link", name="0001")).to_be_visible()
    if has_scripts:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
