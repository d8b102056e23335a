"""The week as people use it: by keys alone, by mouse, on a phone, without scripts."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from timetracking import actions
from timetracking.models import TimeEntry, TimeOff, TimeOffType

WEEK = "/a/acme/time/?week=2026-11-18"
MONDAY = date(2026, 11, 16)


@pytest.fixture
def week(server, open_page, sign_in, bob, website, design, internal):
    """``week(width=360)``: Bob's week with two rows, ready for keys."""

    def show(path=WEEK, **window):
        page = open_page(**window)
        sign_in(page, server, bob)
        page.goto(f"{server}{path}")
        if window.get("scripts", True):
            expect(page.get_by_role("grid")).to_be_visible()
        return page

    return show


@pytest.fixture
def rows(acme, bobs, website, design, internal, inside):
    """Two empty rows on Bob's sheet: Website · Design, then Internal. Called again it puts them back."""

    def put():
        with inside(acme):
            actions.keep_row(bobs, MONDAY, website, design)
            actions.keep_row(bobs, MONDAY, internal, None)

    put()
    return put


@pytest.fixture
def stored(acme, inside):
    """What is stored: (project, day of the month, minutes), in that order."""

    def read():
        with inside(acme):
            entries = TimeEntry.objects.with_names()
            return sorted((str(entry.project), entry.day.day, entry.minutes) for entry in entries)

    return read


def test_why_a_day_is_off_stays_in_its_column(week, acme, bobs, inside):
    with inside(acme):
        vacation = TimeOffType.objects.get(name="Vacation")
        TimeOff.objects.create(person=bobs, type=vacation, first_day="2026-11-18", last_day="2026-11-18", half="am")
    label = week().get_by_title("Vacation, half a day")
    expect(label).to_be_visible()
    assert label.evaluate("e => e.getBoundingClientRect().right <= e.closest('th').getBoundingClientRect().right")


def cell(page, row, day):
    return page.locator(f'tbody tr:nth-child({row}) td[data-day="2026-11-{day}"]')


def time(page, row, day):
    """The time that a cell shows; the cell itself also holds it in words."""
    return cell(page, row, day).locator(".value")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def write(page, text, then="Enter"):
    page.keyboard.type(text)
    page.keyboard.press(then)


def settled(page):
    """Every save has come back: nothing would be lost by leaving."""
    expect(page.locator("[data-grid]:not([data-saving])")).to_be_attached()


def into_the_grid(page):
    page.get_by_role("button", name="Copy last week").or_(page.get_by_text("Copy last week")).focus()
    page.keyboard.press("Tab")


def test_a_whole_week_by_keys_alone(week, stored, axe):
    page = week()
    press(page, "a")
    page.keyboard.type("desi")
    expect(
        page.locator("#addrow-list").get_by_role("option", name=re.compile("Website relaunch · Design"))
    ).to_be_visible()
    press(page, "Enter")
    expect(cell(page, 1, 22).or_(cell(page, 1, 18)).first).to_be_visible()
    press(page, "Home")
    expect(cell(page, 1, 16)).to_be_focused()
    for text in ("8", "7,5", "1h30", "2:15", "90m"):
        write(page, text, then="Tab")
    press(page, "Escape")
    settled(page)
    assert stored() == [
        ("Website relaunch", 16, 480),
        ("Website relaunch", 17, 450),
        ("Website relaunch", 18, 90),
        ("Website relaunch", 19, 135),
        ("Website relaunch", 20, 90),
    ]
    expect(cell(page, 1, 21)).to_be_focused()
    expect(page.locator("[data-week-sum]")).to_have_text("20:45")
    expect(page.locator("tbody td.sum")).to_have_text("20:45")
    expect(page.locator('tfoot td[data-day="2026-11-16"] b')).to_have_text("8:00")
    axe(page)
    page.reload()
    expect(time(page, 1, 17)).to_have_text("7:30")


def stand(page, row, day):
    """Go there by keys alone."""
    into_the_grid(page)
    press(page, "Home", *["ArrowUp"] * 2, *["ArrowDown"] * (row - 1), *["ArrowRight"] * (day - 16))
    expect(cell(page, row, day)).to_be_focused()


def one_tab_stop_arrows_inside(page, world):
    first = cell(page, 1, 18)
    into_the_grid(page)
    expect(first).to_be_focused()
    press(page, "ArrowRight", "ArrowDown")
    expect(cell(page, 2, 19)).to_be_focused()
    press(page, "Home")
    expect(cell(page, 2, 16)).to_be_focused()
    press(page, "ArrowUp", "End")
    expect(cell(page, 1, 22)).to_be_focused()
    assert page.locator('tbody td[tabindex="0"]').count() == 1
    press(page, "Tab")
    expect(page.locator("[data-add-row]")).to_be_focused()
    press(page, "Shift+Tab")
    expect(cell(page, 1, 22)).to_be_focused()
    press(page, "Escape")
    assert page.evaluate("document.activeElement === document.body")


def tab_saves_and_goes_on_over_the_rows(page, world):
    stand(page, 1, 22)
    write(page, "1", then="Tab")
    expect(page.locator("td input")).to_have_accessible_name(re.compile("Internal, no task, Monday 16 November"))
    write(page, "2", then="Shift+Tab")
    expect(page.locator("td input")).to_have_value("1:00")
    press(page, "Escape")
    stand(page, 2, 22)
    write(page, ",5", then="Tab")
    expect(page.locator("[data-add-row]")).to_be_focused()
    settled(page)
    assert world.stored() == [("Internal", 16, 120), ("Internal", 22, 30), ("Website relaunch", 22, 60)]


def enter_keeps_the_value_and_the_caret_moves_inside_it(page, world):
    stand(page, 1, 16)
    write(page, "1:30")
    stand(page, 1, 16)
    press(page, "Enter", "End", "ArrowLeft", "Backspace")
    write(page, "4")
    expect(time(page, 1, 16)).to_have_text("1:40")
    expect(cell(page, 2, 16)).to_be_focused()
    press(page, "ArrowUp", "Backspace")
    expect(time(page, 1, 16)).to_have_text("")


def cells_say_where_they_are(page, world):
    stand(page, 1, 17)
    write(page, "1:30")
    label = "Tidewater Museum, Website relaunch, Design, Tuesday 17 November, 1 hour 30 minutes"
    expect(cell(page, 1, 17)).to_have_accessible_name(label)
    expect(page.locator("#grid-status")).to_have_text(f"Saved. {label}")


def escape_brings_the_old_time_back_and_sends_nothing(page, world):
    stand(page, 1, 16)
    write(page, "2")
    settled(page)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    stand(page, 1, 16)
    press(page, "F2")
    expect(page.locator("td input")).to_have_value("2:00")
    page.keyboard.type("9")
    press(page, "Escape")
    expect(time(page, 1, 16)).to_have_text("2:00")
    expect(cell(page, 1, 16)).to_be_focused()
    assert sent == []
    assert world.stored() == [("Website relaunch", 16, 120)]


def what_was_understood_shows_while_typing(page, world):
    stand(page, 1, 16)
    page.keyboard.type("1.30")
    expect(page.locator("#cell-echo")).to_have_text("= 1 h 18 min")
    press(page, "ControlOrMeta+a")
    page.keyboard.type("45")
    expect(page.locator("#cell-echo.bad")).to_have_text("45 hours? Type 45m for minutes.")
    press(page, "Enter")
    expect(page.locator("td input")).to_be_focused()
    page.keyboard.type("m")
    press(page, "Enter")
    settled(page)
    assert world.stored() == [("Website relaunch", 16, 45)]


def delete_clears_and_undo_brings_back(page, world):
    stand(page, 1, 16)
    write(page, "2", then="ArrowUp")
    settled(page)
    cell(page, 1, 16).focus()
    press(page, "Delete")
    expect(time(page, 1, 16)).to_have_text("")
    page.get_by_role("button", name="Undo").click()
    expect(time(page, 1, 16)).to_have_text("2:00")
    assert world.stored() == [("Website relaunch", 16, 120)]


def ctrl_z_takes_back_one_change_after_the_other(page, world):
    stand(page, 1, 16)
    write(page, "1", then="ArrowUp")
    write(page, "2", then="ArrowUp")
    press(page, "Delete")
    settled(page)
    assert world.stored() == []
    press(page, "ControlOrMeta+z")
    expect(time(page, 1, 16)).to_have_text("2:00")
    settled(page)
    press(page, "ControlOrMeta+z")
    expect(time(page, 1, 16)).to_have_text("1:00")
    settled(page)
    press(page, "ControlOrMeta+z")
    expect(time(page, 1, 16)).to_have_text("")
    settled(page)
    assert world.stored() == []


def a_block_is_filled_copied_and_pasted(page, world):
    stand(page, 1, 16)
    write(page, "1:30", then="ArrowUp")
    press(page, "Shift+ArrowRight", "Shift+ArrowRight", "ControlOrMeta+r")
    expect(time(page, 1, 18)).to_have_text("1:30")
    press(page, "Shift+ArrowDown", "ControlOrMeta+d")
    expect(time(page, 2, 18)).to_have_text("1:30")
    settled(page)
    assert len(world.stored()) == 6
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        "0,25\t45m\n\t2\n",
    )
    expect(time(page, 2, 17)).to_have_text("2:00")
    settled(page)
    assert world.stored() == [
        ("Internal", 16, 90),
        ("Internal", 17, 120),
        ("Internal", 18, 90),
        ("Website relaunch", 16, 15),
        ("Website relaunch", 17, 45),
        ("Website relaunch", 18, 90),
    ]
    copied = page.evaluate(
        """() => {
            const data = new DataTransfer();
            document.activeElement.dispatchEvent(
                new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
            return data.getData("text/plain");
        }"""
    )
    assert copied == "0:15\t0:45\t1:30\n1:30\t2:00\t1:30"


def a_note_is_written_without_the_mouse(page, world):
    stand(page, 1, 16)
    write(page, "1", then="ArrowUp")
    settled(page)
    press(page, "Shift+F2")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    press(page, "Escape", "n")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    world.axe(page)
    page.keyboard.type("Kick-off with Maren")
    press(page, "Enter")
    expect(cell(page, 1, 16)).to_be_focused()
    expect(cell(page, 1, 16)).to_have_class(re.compile("note-dot"))
    with world.inside(world.acme):
        assert TimeEntry.objects.get().note == "Kick-off with Maren"
    press(page, "Delete")
    question = page.get_by_text("This time has a note. Delete it all the same?")
    expect(question).to_be_visible()
    page.get_by_role("button", name="Keep it").click()
    expect(question).to_be_hidden()
    expect(time(page, 1, 16)).to_have_text("1:00")


def b_switches_billing(page, world):
    stand(page, 1, 16)
    write(page, "1", then="ArrowUp")
    settled(page)
    press(page, "b")
    expect(page.locator("#grid-status")).to_contain_text("Not billable.")
    with world.inside(world.acme):
        assert TimeEntry.objects.get().billable is False


def several_entries_open_the_panel(page, world):
    with world.inside(world.acme):
        actions.log_time(world.bobs, world.website, world.design, MONDAY, 60)
        actions.log_time(world.bobs, world.website, world.design, MONDAY, 30)
    page.reload()
    expect(cell(page, 1, 16)).to_have_attribute("data-n", "2")
    stand(page, 1, 16)
    press(page, "5")
    fields = page.locator("#cell-panel [name=time]")
    expect(fields.first).to_have_value("1:00")
    fields.first.fill("2h")
    page.locator("#cell-panel").get_by_role("button", name="Save").first.click()
    expect(time(page, 1, 16)).to_have_text("2:30")
    assert world.stored() == [("Website relaunch", 16, 30), ("Website relaunch", 16, 120)]
    press(page, "Escape")
    expect(cell(page, 1, 16)).to_be_focused()
    expect(page.locator("#cell-panel")).to_be_hidden()


def a_row_is_hidden_by_keys(page, world):
    stand(page, 1, 16)
    press(page, "ArrowLeft")
    expect(page.get_by_role("button", name="Hide Website relaunch, Design")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(cell(page, 1, 16)).to_be_focused()


def a_row_is_starred_and_goes_with_its_hours_by_keys(page, world):
    stand(page, 1, 16)
    write(page, "1", then="ArrowUp")
    settled(page)
    press(page, "ArrowLeft", "ArrowLeft")
    star = page.get_by_role("button", name="Show Website relaunch, Design every week")
    expect(star).to_be_focused()
    press(page, "Enter")
    expect(star).to_have_attribute("aria-pressed", "true")
    press(page, "ArrowRight", "Enter")
    expect(page.get_by_text("This row goes with its entry (1:00) of this week. Delete them all?")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("[data-week-sum]")).to_have_text("0:00")
    page.get_by_role("button", name="Undo").focus()
    press(page, "Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    assert world.stored() == [("Website relaunch", 16, 60)]


def alt_arrows_leaf_through_the_weeks(page, world):
    stand(page, 1, 16)
    press(page, "Alt+ArrowLeft")
    page.wait_for_url("**week=2026-11-09")


def a_dropped_connection_keeps_what_was_typed(page, world):
    page.route("**/time/cell/", lambda route: route.abort())
    stand(page, 1, 16)
    write(page, "1:45", then="ArrowUp")
    expect(cell(page, 1, 16)).to_have_class(re.compile("fail"))
    expect(time(page, 1, 16)).to_have_text("1:45")
    problem = page.locator("#grid-problems")
    expect(problem).to_contain_text("Website relaunch, Design, Monday: Not saved: the connection dropped.")
    assert world.stored() == []
    page.unroute("**/time/cell/")
    problem.get_by_role("button", name="Try again").click()
    expect(problem).to_be_empty()
    settled(page)
    expect(cell(page, 1, 16)).not_to_have_class(re.compile("fail"))
    assert world.stored() == [("Website relaunch", 16, 105)]


def leaving_warns_only_while_something_is_unsent(page, world):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    stand(page, 1, 16)
    write(page, "1", then="ArrowUp")
    settled(page)
    page.reload()
    assert asked == []
    page.route("**/time/cell/", lambda route: route.abort())
    stand(page, 1, 16)
    write(page, "2", then="ArrowUp")
    expect(cell(page, 1, 16)).to_have_class(re.compile("fail"))
    page.reload()
    assert asked == ["beforeunload"]


KEY_TABLE = (
    one_tab_stop_arrows_inside,
    tab_saves_and_goes_on_over_the_rows,
    enter_keeps_the_value_and_the_caret_moves_inside_it,
    cells_say_where_they_are,
    escape_brings_the_old_time_back_and_sends_nothing,
    what_was_understood_shows_while_typing,
    delete_clears_and_undo_brings_back,
    ctrl_z_takes_back_one_change_after_the_other,
    a_block_is_filled_copied_and_pasted,
    a_note_is_written_without_the_mouse,
    b_switches_billing,
    several_entries_open_the_panel,
    a_row_is_hidden_by_keys,
    a_row_is_starred_and_goes_with_its_hours_by_keys,
    alt_arrows_leaf_through_the_weeks,
    a_dropped_connection_keeps_what_was_typed,
    leaving_warns_only_while_something_is_unsent,
)


def test_the_whole_table_of_keys(week, rows, stored, server, acme, bobs, website, design, inside, axe):
    """One browser, one signing in; each step begins with an empty sheet of two rows."""
    page = week()
    world = SimpleNamespace(
        stored=stored, acme=acme, bobs=bobs, website=website, design=design, inside=inside, axe=axe, rows=rows
    )
    for step in KEY_TABLE:
        with inside(acme):
            TimeEntry.objects.all().delete()
        rows()
        page.goto(f"{server}{WEEK}")
        expect(page.get_by_role("grid")).to_be_visible()
        step(page, world)


def test_two_windows_at_one_cell_see_both_values(week, rows, stored):
    mine, theirs = week(), week()
    cell(theirs, 1, 16).click()
    write(theirs, "2", then="ArrowUp")
    settled(theirs)
    cell(mine, 1, 16).click()
    write(mine, "3", then="ArrowUp")
    problem = mine.locator("#grid-problems")
    expect(problem).to_contain_text("Somebody else saved 2:00 here meanwhile. You typed 3.")
    assert stored() == [("Website relaunch", 16, 120)]
    problem.get_by_role("button", name="Save 3").click()
    expect(time(mine, 1, 16)).to_have_text("3:00")
    expect(problem).to_be_empty()
    settled(mine)
    assert stored() == [("Website relaunch", 16, 180)]


def test_by_mouse(week, rows, stored):
    page = week()
    cell(page, 2, 17).click()
    expect(cell(page, 2, 17)).to_be_focused()
    cell(page, 2, 17).click()
    page.locator("td input").fill("1,5")
    cell(page, 1, 18).click()
    expect(time(page, 2, 17)).to_have_text("1:30")
    expect(cell(page, 1, 18)).to_be_focused()
    settled(page)
    assert stored() == [("Internal", 17, 90)]
    page.get_by_text("Add row").click()
    page.keyboard.type("museum")
    page.locator("#addrow-list").get_by_role("option", name="Website relaunch Tidewater Museum").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Hide Website relaunch, Design").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_on_a_phone_one_day_at_a_time(week, rows, stored, axe):
    page = week(width=360, height=740)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(cell(page, 1, 18)).to_be_visible()
    expect(cell(page, 1, 17)).to_be_hidden()
    page.locator(".daystrip a", has_text="Tue 17").click()
    expect(cell(page, 1, 17)).to_be_visible()
    expect(cell(page, 1, 18)).to_be_hidden()
    cell(page, 1, 17).click()
    cell(page, 1, 17).click()
    write(page, "1:30")
    expect(page.locator(".daystrip a", has_text="Tue 17")).to_contain_text("1:30")
    settled(page)
    assert stored() == [("Website relaunch", 17, 90)]
    axe(page)


def test_without_scripts_the_days_form_does_it(week, rows, stored):
    page = week(scripts=False)
    page.locator('tbody tr:nth-child(1) td[data-day="2026-11-17"] a').click(force=True)
    page.get_by_role("textbox", name="Time").fill("1:30")
    page.get_by_role("button", name="Log time").click()
    expect(page.locator(".lines li")).to_contain_text("1:30")
    assert stored() == [("Website relaunch", 17, 90)]
    page.get_by_role("button", name="Delete 1:30 on Website relaunch").click()
    page.get_by_role("button", name="Undo").click()
    assert stored() == [("Website relaunch", 17, 90)]


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_the_other_pages_are_well_made(server, open_page, sign_in, axe, alice, bobs, entry, width, dark):
    page = open_page(width=width, dark=dark)
    sign_in(page, server, alice)
    project = f"projects/{entry.project.public_id}/"
    day = f"time/day/?day=2026-11-16&person={bobs.public_id}"
    for path in (day, f"time/entries/{entry.public_id}/", "projects/", project, f"{project}edit/"):
        page.goto(f"{server}/a/acme/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe(page)


def test_the_live_echo_of_the_days_form(server, open_page, sign_in, bob, website):
    page = open_page()
    sign_in(page, server, bob)
    page.goto(f"{server}/a/acme/time/day/")
    page.get_by_role("textbox", name="Time").press_sequentially("9-12:30")
    expect(page.locator(".echo")).to_have_text("= 3 h 30 min")
