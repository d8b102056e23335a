"""The look in a real browser: accessible, without sideways scrolling or jumping, and by keyboard."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, expect

from tests.promises import promise

pytestmark = pytest.mark.urls("tests.browser.look_urls")

ERRORS = [400, 402, 403, 404, 409, 422, 429, 500, 503]
PAGES = ["/", "/privacy/promises/", "/kit/", "/login/", "/password/reset/", *(f"/error/{status}/" for status in ERRORS)]
WIDTHS = [360, 768, 1280]


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a server in this process, with the addresses of look_urls.py."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def visit(open_page: Callable[..., Page], site: str) -> Callable[..., Page]:
    """``visit("/kit/", width=360, dark=True)``: a page, loaded."""

    def load(path: str, **window: object) -> Page:
        page = open_page(**window)
        page.goto(site + path, wait_until="networkidle")
        return page

    return load


def sticks_out(page: Page) -> int:
    """How many pixels a page scrolls sideways."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_and_fits(visit, axe, path):
    page = visit(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert sticks_out(page) <= 0, width
    for width, scheme in ((360, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        axe(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_stands_above_the_systems(visit, theme):
    page = visit(f"/kit/?theme={theme}", dark=theme == "light")
    shade = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert shade == {"light": "rgb(243, 245, 245)", "dark": "rgb(13, 18, 20)"}[theme]


@pytest.mark.parametrize("path", ["/", "/kit/", "/login/"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_jumps_while_a_page_loads(open_page, site, path, width):
    page = open_page(width=width)
    page.add_init_script(
        """window.shifted = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    page.goto(site + path, wait_until="networkidle")
    assert page.evaluate("window.shifted") < 0.1


@promise(14)
@pytest.mark.parametrize("width", [360, 768, 1000, 1280])
def test_admin_stays_a_word_at_every_width(visit, width):
    bar = visit("/kit/", width=width).locator("header.topbar")
    expect(bar.get_by_role("link", name="Admin", exact=True)).to_be_visible()


def test_admin_comes_first_in_the_sheet_of_a_phone(visit):
    page = visit("/kit/", width=360)
    page.get_by_role("button", name="More").click()
    sheet = page.locator("#sheet")
    expect(sheet).to_be_visible()
    assert sheet.locator("a").first.inner_text() == "Admin"
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_first_tab_skips_to_the_content(visit):
    page = visit("/login/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(visit):
    page = visit("/kit/")
    summary = page.locator(".menu-end summary")
    summary.press("Enter")
    expect(
        page.get_by_role("link", name="My profile").or_(page.get_by_role("button", name="Sign out")).first
    ).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(".menu-end")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()


def test_a_menu_closes_on_a_click_elsewhere(visit):
    page = visit("/kit/")
    page.locator("summary.brand").click()
    expect(page.locator("details.menu").first).to_have_attribute("open", "")
    page.locator("h1").click()
    expect(page.locator("details.menu").first).not_to_have_attribute("open", "")


def test_menus_open_without_scripts(visit):
    page = visit("/kit/", scripts=False)
    page.locator("summary.brand").click()
    expect(page.get_by_text("Pell & Daughters").first).to_be_visible()


def test_slash_goes_to_the_search_but_not_while_typing(visit):
    page = visit("/kit/")
    search = page.get_by_role("combobox", name="Search everything")
    page.locator("#id_blank-name").fill("")
    page.locator("#id_blank-name").press("/")
    expect(page.locator("#id_blank-name")).to_have_value("/")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")


def test_what_is_wrong_takes_the_focus_and_leads_to_the_field(visit):
    page = visit("/kit/")
    summary = page.locator("[data-focus]")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="E-mail").press("Enter")
    expect(page.locator("#id_wrong-email")).to_be_focused()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(500, "Not saved: something broke"), (409, "someone else changed this first"), (402, "read-only")],
)
def test_a_failed_swap_says_so_and_keeps_what_was_typed(visit, status, sentence):
    page = visit("/kit/")
    page.evaluate(
        """status => {
          const form = document.querySelector("form[data-guard]");
          form.setAttribute("hx-post", `/fails/${status}/`);
          form.querySelector("button").type = "submit";
          form.querySelectorAll("[required]").forEach((field) => (field.required = false));
          htmx.process(form);
        }""",
        status,
    )
    page.locator("#id_blank-name").fill("Maren Holt")
    page.locator("form[data-guard]").get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
    expect(page.locator("#id_blank-name")).to_have_value("Maren Holt")


def test_a_dropped_connection_says_so(visit):
    page = visit("/kit/")
    page.context.set_offline(True)
    page.evaluate("htmx.ajax('POST', '/fails/500/', {swap: 'none'}).catch(() => null)")
    expect(page.get_by_role("alert").filter(has_text="the connection dropped")).to_be_visible()


def test_unsent_changes_are_not_lost_by_a_click(visit):
    page = visit("/kit/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#id_blank-name").press_sequentially("Maren")
    page.locator(".brand").first.evaluate("() => { location.href = '/login/' }")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(page.locator("#id_blank-name")).to_have_value("Maren")


def test_a_page_left_unchanged_asks_nothing(visit, site):
    page = visit("/kit/")
    page.goto(f"{site}/login/")
    assert page.url.endswith("/login/")


def test_a_toast_offers_undo_and_goes_away_by_itself(visit):
    page = visit("/kit/")
    page.clock.install()
    page.evaluate("htmx.trigger(document.body, 'candor:toast', {words: 'Moved to the bin', undo: '/fails/204/'})")
    toast = page.locator("#toasts").get_by_text("Moved to the bin")
    expect(toast).to_be_visible()
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    page.clock.run_for(10_500)
    expect(toast).to_have_count(0)


def test_the_front_page_needs_neither_cookies_nor_scripts(visit):
    page = visit("/", scripts=False)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert page.context.cookies() == []
