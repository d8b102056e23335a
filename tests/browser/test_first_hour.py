"""A new firm's first hour in a browser: its logo, a small agency to try everything with, and how that goes again."""

import pytest
from playwright.sync_api import expect

from tests.house.samples import picture

EDIT = "/a/acme/admin/account/edit/"


@pytest.fixture
def visit(server, shared_files, open_page, sign_in, acme, alice):
    """``visit("admin/", width=360)``: a page of Acme as Alice sees it."""

    def show(path="", **window):
        page = open_page(**window)
        sign_in(page, server, alice)
        page.goto(f"{server}/a/acme/{path}")
        return page

    return show


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_logo_without_scripts_on_a_phone(visit, axe):
    page = visit("admin/account/edit/", width=360, scripts=False)
    page.get_by_label("Logo").set_input_files({"name": "l.svg", "mimeType": "image/png", "buffer": b"<svg/>"})
    page.get_by_label("City").fill("Aarhus")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("City")).to_have_value("Aarhus")
    expect(page.locator("main .form-error")).to_contain_text("This file is an SVG drawing.")
    assert fits(page)
    page.get_by_label("Logo").set_input_files({"name": "l.png", "mimeType": "", "buffer": picture(size=(400, 120))})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The new logo is in use.")).to_be_visible()
    expect(page.locator(".topbar .logo-bar").first).to_have_js_property("naturalWidth", 187)
    assert fits(page)
    axe(visit("admin/account/edit/", dark=True))


def test_a_small_agency_comes_and_goes(visit, axe, celery_worker):
    celery_worker()
    page = visit()
    axe(page)
    page.get_by_role("button", name="Start with sample data").click()
    expect(page.get_by_role("button", name="Remove sample data (54 records)")).to_be_visible(timeout=90_000)
    axe(page)
    for path, width in (("", 360), ("contacts/", 360), ("time/", 1280)):
        page = visit(path, width=width, dark=path == "time/")
        expect(page.locator("main .pill-sample").first).to_be_visible()
        assert fits(page)
        axe(page)
    page = visit("admin/sample/", width=360, scripts=False)
    assert fits(page)
    page.get_by_role("button", name="Remove sample data").click()
    expect(page.get_by_text("Sample data removed: 54 records.")).to_be_visible()
