"""The week along the clock: by pointer, by keys, on a phone, without scripts."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from lib.weeks import instant_at
from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from timetracking import actions
from timetracking.models import TimeEntry

CALENDAR = "/a/acme/time/calendar/?week=2026-11-16&day=2026-11-17"
TUESDAY = date(2026, 11, 17)
ZONE = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
def morning(acme, bobs, website, design, entry, inside):
    """Tuesday, 9:00–10:30; on Monday an hour and a half without clock times."""
    start = instant_at(TUESDAY, 540, ZONE)
    with inside(acme):
        clock = (start, start + timedelta(minutes=90), ZONE)
        return actions.log_time(bobs, website, design, TUESDAY, 90, note="Sketches", clock=clock)


@pytest.fixture
def stored(acme, inside):
    def read():
        with inside(acme):
            entries = TimeEntry.objects.order_by("day", "started_at").exclude(started_at=None)
            return [(e.day.day, e.started_at.astimezone(ZONE).strftime("%H:%M"), e.minutes) for e in entries]

    return read


def hours(page, day):
    return page.locator(f'.tcal-day[data-day="2026-11-{day}"] .tcal-hours').bounding_box()


def drag(page, start, end, *, keys=()):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    for key in keys:
        page.keyboard.down(key)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def test_a_week_along_the_clock(server, open_page, sign_in, bob, morning, stored, axe):
    page = open_page()
    sign_in(page, server, bob)
    page.goto(f"{server}{CALENDAR}")
    entry = page.locator("a[data-start]")
    expect(entry).to_contain_text("9:00–10:30")
    axe(page)
    box, tuesday, thursday = entry.bounding_box(), hours(page, 17), hours(page, 19)
    hour = tuesday["height"] / 12
    assert abs(box["y"] - tuesday["y"] - 2 * hour) < 2  # nine o'clock, where seven is the first
    # Dragged to Thursday, two hours later; and taken back.
    grip = (box["x"] + 20, box["y"] + 20)
    drag(page, grip, (thursday["x"] + 20, grip[1] + 2 * hour))
    expect(page.get_by_text("Moved: Website relaunch, Thursday 19 November, 11:00–12:30.").first).to_be_attached()
    assert stored() == [(19, "11:00", 90)]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator('[data-day="2026-11-17"] a[data-start]')).to_be_visible()
    assert stored() == [(17, "09:00", 90)]
    # By keys: a quarter later, a day later, a quarter longer.
    page.locator("a[data-start]").focus()
    for key, words in (
        ("Alt+ArrowDown", "9:15–10:45"),
        ("Alt+ArrowRight", "Wednesday"),
        ("Alt+Shift+ArrowDown", "9:15–11:00"),
    ):
        page.keyboard.press(key)
        expect(page.locator("#calendar-status")).to_contain_text(words)
        expect(page.locator("a[data-start]")).to_be_focused()
    assert stored() == [(18, "09:15", 105)]
    # Its lower edge; then Ctrl copies.
    box = page.locator("a[data-start]").bounding_box()
    edge = (box["x"] + 20, box["y"] + box["height"] - 3)
    drag(page, edge, (edge[0], edge[1] + hour))
    expect(page.locator("#calendar-status")).to_contain_text("9:15–12:00")
    drag(page, (box["x"] + 20, box["y"] + 20), (thursday["x"] + 20, box["y"] + 20), keys=["Control"])
    expect(page.get_by_text("Copied: Website relaunch, Thursday 19 November, 09:15–12:00.")).to_be_visible()
    page.wait_for_load_state()  # it is another page: one draws there once its script is here
    assert stored() == [(18, "09:15", 165), (19, "09:15", 165)]
    # Drawn on free hours, it becomes a form with the times in it.
    friday = hours(page, 20)
    at = (friday["x"] + 20, friday["y"] + 3 * hour + 2)
    drag(page, at, (at[0], at[1] + 1.5 * hour))
    dialog = page.get_by_role("dialog", name="Log time")
    expect(dialog.get_by_role("textbox", name="Time")).to_have_value("10:00-11:45")
    dialog.get_by_role("button", name="Log time").click()  # on what? The dialog asks, and nothing is lost
    expect(dialog.get_by_label("Project and task")).to_be_focused()
    dialog.get_by_label("Project and task").select_option(label="Website relaunch · Design")
    dialog.get_by_label("Billable").select_option(label="No")
    dialog.get_by_role("button", name="Log time").click()
    expect(page.locator('[data-day="2026-11-20"] a[data-start]')).to_contain_text("10:00–11:45")


def test_on_a_phone_and_without_scripts(server, open_page, sign_in, bob, morning, stored, axe):
    page = open_page(width=360, dark=True, scripts=False)
    sign_in(page, server, bob)
    page.goto(f"{server}{CALENDAR}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator(".tcal-day:visible")).to_have_count(1)
    page.get_by_role("link", name="Sketches").click()
    page.get_by_role("textbox", name="Time").fill("13-14:15")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Sketches")).to_contain_text("13:00–14:15")
    assert stored() == [(17, "13:00", 75)]
