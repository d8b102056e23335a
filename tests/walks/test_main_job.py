"""The main job, from the first page to the last: a firm signs up, brings its contacts and logs its week.

Walked with the mouse and with the keyboard alone, on a desk and on a phone, against the real web server,
workers and mail folder; each page is asked whether everybody could use it. A second firm sees none of it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests import processes
from tests.crm.imports.conftest import FOLDER
from tests.walks.person import Person

PASSWORD = "quiet maple seven trains"
WAYS = {"mouse-1280": (False, 1280), "keys-360": (True, 360)}


@pytest.fixture(params=WAYS.values(), ids=list(WAYS))
def edith(request, server, open_page, axe) -> Iterator[Person]:
    """A stranger who is about to sign up."""
    with_keys, width = request.param
    yield Person(open_page(width=width), server, axe, with_keys)


def signs_up(person: Person, email: str, company: str) -> str:
    """From the first page to the home page of a new account; returns its address."""
    page = person.page
    page.goto(f"{person.server}/")
    person.press("link", "Start free trial (no card)")
    person.write("First name", "Edith")
    person.write("Last name", "Pell")
    person.write("Work e-mail", email)
    person.write("Company name", company)
    person.write("Street and number", "Vestergade 9")
    person.write("City", "Copenhagen")
    person.choose("Country", "Denmark")
    person.tick("I am at least 13 years old")
    assert "card number" not in page.content().lower()
    person.press("button", "Start free trial")
    person.sees("Check your mail")
    person.follows_letter(email, "/welcome/")
    person.write("Password", PASSWORD)
    person.write("Password again", PASSWORD)
    person.press("button", "Set password and sign in")
    page.wait_for_url(re.compile(r"/a/[^/]+/$"))
    return page.url


def imports(person: Person, file: Path) -> None:
    """A real contacts file, through its four steps."""
    person.go_to("Contacts")
    person.press("link", re.compile("^Import"))
    field = person.page.locator("input[type=file]")
    if person.with_keys:
        person.reach(field)
    field.set_input_files(str(file))
    person.press("button", "Upload and look")
    expect(person.page.get_by_role("button", name="Check all rows")).to_be_visible(timeout=20_000)
    person.looks_round()
    person.press("button", "Check all rows")
    person.sees("Import 7 rows")
    person.press("button", "Import 7 rows")
    person.sees("7 rows imported, 1 not.")
    person.looks_round()


def makes_company_project_and_task(person: Person) -> None:
    """Tidewater Museum, its website, and the design of it."""
    person.go_to("Contacts")
    person.looks_round()
    person.press("link", re.compile("^Companies"))
    person.press("link", "New company")
    person.write("Company name", "Tidewater Museum")
    person.press("button", "Save company")
    expect(person.page.get_by_role("heading", name="Tidewater Museum", level=1)).to_be_visible()
    person.looks_round()
    person.go_to("Projects")
    person.press("link", "New project")
    person.write("Name", "Website relaunch")
    person.choose("Company", "Tidewater Museum")
    person.press("button", "Create project")
    expect(person.page.get_by_role("heading", name="Website relaunch", level=1)).to_be_visible()
    person.press("link", "Tasks")
    person.write("New task", "Design")
    person.press("button", "Add task")
    expect(person.page.locator("#tasks tr", has_text="Design")).to_be_visible()
    person.looks_round()


def logs_the_week(person: Person) -> list[date]:
    """Five days in the weekly grid; returns them."""
    person.go_to("Time")
    page = person.page
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.keyboard.type("desi")
    expect(page.locator("[role=option]", has_text="Website relaunch · Design")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_be_visible()
    heads = page.locator("thead [data-day]").evaluate_all("all => all.map(head => head.dataset.day)")
    days = [date.fromisoformat(day) for day in heads]
    for day, text in zip(days[:5], ("8", "7,5", "1h30", "2:15", "90m"), strict=True):
        cell = page.locator(f'tbody tr:first-child td[data-day="{day}"]')
        if not cell.is_visible():  # a phone shows one day at a time
            strip = page.get_by_role("navigation", name="Day")
            person.press("link", re.compile(f"^{day:%a} {day.day}"), within=strip)
            expect(cell).to_be_visible()
        if person.with_keys:
            cell.focus()
        else:
            cell.click()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.locator("[data-grid]:not([data-saving])")).to_be_attached()
    expect(page.locator("[data-week-sum]")).to_have_text("20:45")
    person.looks_round()
    return days


def reads_the_day(person: Person, day: date) -> None:
    """The same hours stand in the day list."""
    person.page.goto(person.page.url.split("/time/")[0] + f"/time/day/?day={day}")
    person.sees("Website relaunch")
    expect(person.page.get_by_text("7:30").first).to_be_visible()
    person.looks_round()


def changes_her_profile(person: Person) -> None:
    """Admin, Personal Information: a phone number comes and goes, and both are shown."""
    person.go_to("Admin")
    expect(person.page.get_by_role("heading", name="Personal Information")).to_be_visible()
    person.press("link", "Edit")
    person.write("Phone", "20 55 01 12")
    person.press("button", "Save")
    person.sees("Saved. One field changed.")
    person.press("link", "Edit")
    person.write("Phone", "20 55 01 18")
    person.press("button", "Save")
    expect(person.page.locator("del", has_text="01 12")).to_be_visible()
    expect(person.page.locator("ins", has_text="01 18")).to_be_visible()
    person.looks_round()


def test_the_main_job(edith, celery_worker, open_page, shared_files, server_log):
    workers = celery_worker("default"), celery_worker("long")
    marker = f"{time.time_ns()}"
    home = signs_up(edith, f"edith-{marker}@pell.example", "Pell & Daughters")
    edith.looks_round()
    imports(edith, FOLDER / "google-contacts.csv")
    makes_company_project_and_task(edith)
    days = logs_the_week(edith)
    reads_the_day(edith, days[1])
    changes_her_profile(edith)

    stranger = Person(open_page(), edith.server, edith.look, with_keys=False)
    theirs = signs_up(stranger, f"mallory-{marker}@globex.example", "Globex")
    for path in (
        "",
        "contacts/",
        "companies/",
        "projects/",
        "time/",
        f"time/day/?day={days[1]}",
        "admin/import/",
        "search/?q=website",
    ):
        assert stranger.page.goto(theirs + path).status == 200
        assert not re.search("Website relaunch|Tidewater|Maren|google-contacts", stranger.page.content())
        assert stranger.page.goto(home + path).status == 404
    # What the processes say of all this names nobody: an account that is erased is in no log.
    by_workers = "".join(map(processes.said, workers))
    assert "crm.go_on_importing" in by_workers
    assert not re.search(f"{marker}|Pell & Daughters|google-contacts", by_workers + server_log())
