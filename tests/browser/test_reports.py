"""A report, the entries behind one of its sums, the report kept under a name and taken along; on a phone, too."""

from playwright.sync_api import expect

from tests.timetracking.conftest import *  # noqa: F403  (the projects of Acme)
from tests.timetracking.reports.conftest import *  # noqa: F403  (three people's hours)

NOVEMBER = "?period=days&from=2026-11-01&to=2026-11-30&by=person&then=project&compare=on&money=on"


def test_a_report_is_read_kept_and_taken_along(server, open_page, sign_in, alice, hours, axe):
    page = open_page()
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/reports/{NOVEMBER}")
    expect(page.locator(".hbars")).to_be_visible()
    axe(page)

    page.get_by_role("row", name="Bob").get_by_role("link").first.click()
    expect(page.get_by_text("Sketches")).to_be_visible()
    axe(page)
    page.go_back()

    page.get_by_role("link", name="Keep", exact=True).click()
    page.get_by_label("Name").fill("Who on what")
    axe(page)
    page.get_by_role("button", name="Keep report").click()
    expect(page.get_by_role("link", name="Who on what")).to_have_attribute("aria-current", "page")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "acme-hours-2026-11-01-2026-11-30.csv"

    phone = open_page(width=360, dark=True)
    sign_in(phone, server, alice)
    for path in (NOVEMBER, "utilisation/", "missing/", "budgets/"):
        phone.goto(f"{server}/a/acme/reports/{path}")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, path
        axe(phone)
    phone.goto(f"{server}/a/acme/time/uses/")
    axe(phone)


def test_days_that_are_chosen_are_shown_though_a_period_has_a_name(server, open_page, sign_in, alice, hours):
    page = open_page()
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/reports/")
    page.get_by_text("Days, filters and more").click()
    expect(page.get_by_label("Period", exact=True)).to_have_value("this_month")
    page.get_by_label("From").fill("2026-11-02")
    page.get_by_label("To", exact=True).fill("2026-11-04")
    page.get_by_label("To", exact=True).blur()
    expect(page.get_by_label("Period", exact=True)).to_have_value("days")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_label("From")).to_have_value("2026-11-02")
    expect(page.get_by_label("To", exact=True)).to_have_value("2026-11-04")
