"""What the log says of projects, tasks and hours: made by the real actions, read as a member reads it."""

from datetime import timedelta

import pytest

from accounts.history import history_of, lines
from accounts.members import actor_for, reads_as
from audit.models import Event
from tenancy.context import activate
from tests.timetracking.conftest import MONDAY, TUESDAY
from timetracking import actions
from timetracking.models import Task, TimeEntry


@pytest.fixture
def acting(acme):
    """``with acting(bobs)``: what follows is done by Bob."""
    return lambda member: activate(acme, actor=actor_for(member))


@pytest.fixture
def told(acme, alices, inside):
    """The latest sentence, as Alice reads it, with where it leads."""

    def read(reader=alices):
        with inside(acme), reads_as(reader.user):
            (line,) = lines(Event.objects.order_by("-id")[:1], reader)
        return f"{line.who.name} {line.told.text}", {each.text: each.url for each in line.words if each.url}

    return read


def test_time_logged_changed_deleted_and_brought_back(acting, told, bobs, website, design, acme, inside):
    project = {"Website relaunch": f"/a/acme/projects/{website.public_id}/"}
    with acting(bobs):
        entry = actions.log_time(bobs, website, design, MONDAY, 90)
    assert told() == ("Bob Reyes logged 1:30 on Website relaunch (Design) for 16 Nov", project)
    with acting(bobs):
        actions.change_entry(entry, minutes=120)
    day = f"/a/acme/time/day/?day=2026-11-16&person={bobs.public_id}"
    words = "Bob Reyes changed the time of the entry Website relaunch on 16 Nov 2026 from 1:30 to 2:00"
    assert told() == (words, {"Website relaunch on 16 Nov 2026": day})
    with acting(bobs):
        undo = actions.delete_entries([entry])
    assert told() == ("Bob Reyes deleted 2:00 on Website relaunch (Design) for 16 Nov", project)
    with acting(bobs):
        actions.undo(bobs, undo)
    assert told() == ("Bob Reyes brought back 2:00 on Website relaunch (Design) for 16 Nov", project)


def test_time_written_for_somebody_else_says_whose(acting, told, alices, bobs, website, acme, inside):
    with acting(alices):
        entry = actions.log_time(bobs, website, None, MONDAY, 30)
    assert told()[0] == "Alice Novak logged 0:30 for Bob Reyes on Website relaunch for 16 Nov"
    with acting(alices):
        actions.change_entry(entry, note="At the museum")
    assert told()[0] == "Alice Novak changed the note of the entry Website relaunch on 16 Nov 2026 for Bob Reyes"
    with acting(alices):
        actions.copy_week(bobs, MONDAY, MONDAY + timedelta(days=7), hours=True)
    assert told()[0] == "Alice Novak copied the week of 16 Nov to the week of 23 Nov for Bob Reyes, with 1 entry"


def test_moved_time_names_both_projects_and_no_ids(acting, told, bobs, website, internal, design, entry, acme, inside):
    with acting(bobs):
        actions.change_entry(TimeEntry.objects.with_names().get(), project=internal, task=None, day=TUESDAY)
    with inside(acme), reads_as(bobs.user):
        (line,) = lines(Event.objects.order_by("-id")[:1], bobs)
    assert line.changes == [
        ("Project", "Website relaunch", "Internal"), ("Task", "Design", ""), ("Day", "16 Nov", "17 Nov"),
    ]  # fmt: skip


def test_projects_and_tasks(acting, told, alices, website, acme, inside):
    page = f"/a/acme/projects/{website.public_id}/"
    with acting(alices):
        task = actions.create(Task(project=website, name="Build"))
    assert told() == ("Alice Novak added the task Build to Website relaunch", {"Build": page, "Website relaunch": page})
    with acting(alices):
        task.name = "Making"
        actions.change(task, {"name": ["Build", "Making"], "billable": ["", "True"]}, expected=1)
    assert told()[0] == "Alice Novak changed the name and the billing of the task Making of Website relaunch"
    with acting(alices):
        actions.archive(website)
    assert told()[0] == "Alice Novak archived the project Website relaunch"


def test_who_may_not_see_an_entry_or_a_rate_gets_neither_link_nor_figure(acting, told, alices, bobs, website, design):
    with acting(alices):
        actions.log_time(alices, website, design, MONDAY, 60)
        actions.change_entry(TimeEntry.objects.with_names().get(), minutes=30)
    assert told()[1] != {}
    assert told(bobs)[1] == {}
    with acting(alices):
        actions.change(website, {"hourly_rate": ["95", "105"]}, expected=1)
    assert told()[0] == "Alice Novak changed the hourly rate of Website relaunch from 95 to 105"
    assert told(bobs)[0] == "Alice Novak saved Website relaunch"


def test_a_projects_page_tells_its_own_history_and_its_tasks(client, acting, alices, bobs, bob, website, internal):
    with acting(alices):
        design = actions.create(Task(project=website, name="Design"))
        actions.archive(design)
        actions.archive(internal)
    client.force_login(bob)
    text = " ".join(client.get(f"/a/acme/projects/{website.public_id}/").content.decode().split())
    history = text.partition('id="history_title"')[2]
    assert "<b>Candor</b> added this project" in history
    task = f'<a class="link" dir="auto" href="/a/acme/projects/{website.public_id}/">Design</a>'
    assert f"<b>Alice Novak</b> archived the task {task} <span" in history
    assert "Internal" not in history


def test_the_history_asks_no_more_for_more_events(acting, alices, website, acme, inside, django_assert_max_num_queries):
    alices.account = acme

    def ask():
        with inside(acme), django_assert_max_num_queries(4):
            assert history_of(website, alices, None, also=website.tasks.all()).rows

    ask()
    with acting(alices):
        for number in range(10):
            actions.create(Task(project=website, name=f"Task {number}"))
    ask()
