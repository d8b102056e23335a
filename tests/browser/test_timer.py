"""One timer in two browsers: by keys, on a phone, and through a lost connection."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.config.conftest import wait_for
from tests.days import live_where_it_is_noon
from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from timetracking.models import RunningTimer, TimeEntry, work_value

CONTACTS = "/a/acme/contacts/"


@pytest.fixture
def has_run(acme, inside):
    """``has_run(5)``: the timer began five minutes ago."""

    def move(minutes):
        with inside(acme):
            RunningTimer.objects.update(started_at=timezone.now() - timedelta(minutes=minutes))

    return move


@pytest.fixture
def logged(acme, inside):
    def read():
        with inside(acme):
            entries = TimeEntry.objects.with_names().order_by("started_at")
            return [(str(entry.project), entry.minutes) for entry in entries]

    return read


def bar(page):
    return page.locator("#timer")


def shows(minutes):
    """``0:42``, or the few minutes more that the wall's clock may have gone on while the test looked."""
    return "0:(" + "|".join(f"{shown:02}" for shown in range(minutes, minutes + 5)) + ")"


def look_again(page):
    """As when somebody comes back to the window."""
    page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_two_browsers_one_timer(
    server, another_chromium, open_page, sign_in, acme, bob, website, design, internal, has_run, logged, inside, axe
):
    live_where_it_is_noon()
    page, phone = open_page(), open_page(width=360, dark=True, browser=another_chromium)
    for window in (page, phone):
        sign_in(window, server, bob)
        window.goto(f"{server}{CONTACTS}")
    # Started by keys alone.
    page.keyboard.press("t")
    expect(page.get_by_role("combobox", name="What are you working on?")).to_be_focused()
    page.keyboard.type("Sketches @relaunch des")
    expect(page.locator("#timer-words-0")).to_have_attribute("aria-selected", "true")
    axe(page)
    page.keyboard.press("Enter")
    page.keyboard.type("#On site")
    page.keyboard.press("Tab")
    page.keyboard.type("#fair")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="What are you working on?")).to_have_value("Sketches #fair")
    page.keyboard.press("Enter")
    expect(page.locator("#timer.on summary")).to_contain_text("Website relaunch")
    # The phone follows when it is looked at, and stops it; under a minute it is asked.
    look_again(phone)
    expect(bar(phone).locator("[data-clock]")).to_have_text(re.compile(f"^{shows(0)}$"))
    has_run(0)
    phone.get_by_role("button", name="Stop the timer").click()
    expect(phone.get_by_role("button", name="Keep 1 min")).to_be_focused()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    axe(phone)
    phone.keyboard.press("Escape")
    # It ran on; the other window's clock and title show it, and "c" or "t" are heard there.
    has_run(42)
    look_again(page)
    expect(bar(page).locator("[data-clock]")).to_have_text(re.compile(f"^{shows(42)}$"))
    expect(page).to_have_title(re.compile(f"^{shows(42)} Website relaunch · Design · Contacts · Candor$"))
    page.keyboard.press("t")
    expect(page.locator("#timer:not(.on)")).to_be_visible()
    [(project, minutes)] = logged()
    assert project == "Website relaunch" and minutes in range(42, 47)
    expect(page.get_by_text(f"Stopped Website relaunch · Design (0:{minutes}).")).to_be_visible()
    with inside(acme):
        [stored] = TimeEntry.objects.with_tags()
        assert (stored.note, stored.tag_names) == ("Sketches", ["fair", "On site"])
    page.get_by_role("button", name="Undo").click()
    expect(bar(page).locator("[data-clock]")).to_have_text(re.compile(f"^{shows(42)}$"))
    assert logged() == []
    # The week shows where it runs and keeps the cell.
    page.goto(f"{server}/a/acme/time/")
    cell = page.locator("td.run")
    expect(cell.locator(".pulse")).to_be_visible()
    cell.click()
    page.keyboard.press("Enter")
    expect(page.locator("#grid-status")).to_have_text("Stop the timer to edit.")
    # Without a connection both presses are kept, and told once it is back.
    page.goto(f"{server}{CONTACTS}")
    page.context.set_offline(True)
    page.keyboard.press("t")
    expect(page.get_by_text("There is no connection")).to_be_visible()
    expect(bar(page)).to_contain_text("Stopped, not sent yet")
    assert logged() == []
    page.context.set_offline(False)
    expect(page.get_by_text("when there was no connection")).to_be_visible()
    expect(bar(page)).to_contain_text("Timer")
    assert [project for project, _ in logged()] == ["Website relaunch"]
    wait_for(lambda: page.evaluate("localStorage.length") == 0)
    # What starts in one browser ends what runs in the other, at the same second.
    page.keyboard.press("c")
    expect(page.locator("#timer.on summary")).to_contain_text("Website relaunch")
    with inside(acme):
        TimeEntry.objects.all().delete()  # time that was logged already is not counted twice
    has_run(5)
    phone.goto(f"{server}/a/acme/timer/")
    phone.get_by_text("Start something else").click()
    phone.locator("#page_start_work").select_option(label="Internal", force=True)
    phone.get_by_role("button", name="Start", exact=True).click()
    expect(phone.get_by_text(re.compile(rf"Stopped Website relaunch · Design \({shows(5)}\)\."))).to_be_visible()
    look_again(page)
    expect(page.locator("#timer.on summary")).to_contain_text("Internal")
    with inside(acme):
        began = RunningTimer.objects.get().started_at
        assert TimeEntry.objects.latest("id").stopped_at == began.replace(second=0, microsecond=0)


def test_a_start_without_a_connection(server, open_page, sign_in, bob, website, inside, acme):
    page = open_page()
    sign_in(page, server, bob)
    page.goto(f"{server}{CONTACTS}")
    page.keyboard.press("t")
    page.locator(".timer-forms select").first.select_option(work_value(website, None))
    page.context.set_offline(True)
    page.get_by_role("button", name="Start").click()
    expect(bar(page)).to_contain_text("Runs, not sent yet")
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"{server}{CONTACTS}")  # the browser kept it
    expect(page.locator("#timer.on [data-clock]")).to_have_text(re.compile(f"^{shows(0)}$"))
    wait_for(lambda: page.evaluate("localStorage.length") == 0)
    with inside(acme):
        assert RunningTimer.objects.count() == 1
