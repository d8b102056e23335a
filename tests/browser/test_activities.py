"""A member's day in a browser: by mouse, by keyboard alone, on a phone, and without scripts; accessible throughout."""

from datetime import time, timedelta

import pytest
from playwright.sync_api import expect

from crm.activities import actions
from crm.models import Activity
from tests.crm.conftest import *  # noqa: F403  (Maren at the museum, and Edith)
from tests.days import today


@pytest.fixture
def planned(acme, bob, inside, member_of, maren):
    """A call today and a report that was due yesterday, every month."""
    day = today()
    facts = {"owner": member_of(bob), "time_zone": "Europe/Copenhagen", "contact": maren}
    with inside(acme):
        rule = "FREQ=DAILY;INTERVAL=30"
        return [
            actions.add(Activity(kind="call", subject="Call about the loans", due_on=day, **facts)),
            actions.add(Activity(subject="Report", due_on=day - timedelta(days=1), repeats=rule, **facts)),
            actions.add(Activity(kind="meeting", subject="Workshop", due_on=day, due_time=time(23, 50), **facts)),
        ]


def test_a_day_of_activities(server, open_page, sign_in, axe, bob, planned, maren, acme, inside):
    page = open_page()
    sign_in(page, server, bob)

    # By mouse: ticked off, and taken back by the toast.
    page.goto(f"{server}/a/acme/activities/")
    page.get_by_role("button", name="Done: Call about the loans").click()
    expect(page.get_by_role("button", name="Done: Call about the loans")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Done: Call about the loans")).to_have_attribute("aria-pressed", "false")

    # By keyboard alone: a task of today, ticked off where the focus is, and the calendar walked by arrows.
    page.get_by_label("New task").focus()
    page.keyboard.type("Water the plants")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Water the plants: planned.")).to_be_visible()
    page.wait_for_load_state()
    tick = page.get_by_role("button", name="Done: Water the plants")
    tick.focus()
    page.keyboard.press("Enter")
    expect(tick).to_have_attribute("aria-pressed", "true")
    expect(tick).to_be_focused()
    page.goto(f"{server}/a/acme/activities/calendar/")
    axe(page)
    page.locator(".is-today a.cal-date").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wanted = str(today() - timedelta(days=6))
    expect(page.get_by_label("Day", exact=False).first).to_have_value(wanted)
    expect(page.get_by_label("How often")).to_be_hidden()
    page.get_by_label("Repeat").select_option("WEEKLY")
    expect(page.get_by_label("How often")).to_be_visible()
    axe(page)

    # From the page of a contact: a call is logged, and stands in its timeline.
    page.goto(f"{server}/a/acme/contacts/{maren.public_id}/")
    page.get_by_role("link", name="Log call").click()
    page.get_by_label("Subject").fill("Opening hours")
    page.get_by_label("What came of it").fill("All three seasons")
    page.get_by_role("button", name="Log").click()
    expect(page.locator("#timeline")).to_contain_text("All three seasons")
    axe(page)

    # On a phone, dark, and without scripts.
    plain = open_page(width=360, dark=True, scripts=False)
    sign_in(plain, server, bob)
    plain.goto(f"{server}/a/acme/activities/overdue/")
    plain.get_by_role("button", name="Done: Report").click()
    expect(plain.get_by_text("Report is done. Next on")).to_be_visible()
    phone = open_page(width=360, dark=True)
    sign_in(phone, server, bob)
    for path in ("", "upcoming/", "done/", "calendar/", "calendar/?view=week", "new/", f"{planned[0].public_id}/",
                 f"{planned[2].public_id}/edit/", "../admin/calendar/", "../"):  # fmt: skip
        phone.goto(f"{server}/a/acme/activities/{path}")
        axe(phone)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    with inside(acme):
        assert Activity.objects.open().filter(subject="Report").count() == 1
