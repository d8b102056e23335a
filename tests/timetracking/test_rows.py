"""Adding, finding and hiding rows of a week."""

from datetime import date

import pytest

from tests.timetracking.statements import asked
from timetracking import actions
from timetracking.errors import Archived
from timetracking.models import Project, SheetRow, Task

ROWS = "/a/acme/time/rows/"
SEARCH = "/a/acme/time/rows/search/"
WEDNESDAY = "2026-11-18"


@pytest.fixture
def bobs_client(client, bob):
    client.force_login(bob)
    return client


def found(client, text):
    return [option["name"] for option in client.get(SEARCH, {"q": text}).json()["options"]]


def test_a_row_lies_on_the_week_of_its_day(bobs_client, acme, bobs, website, inside):
    assert bobs_client.post(ROWS, {"work": website.public_id, "week": WEDNESDAY}).status_code == 200
    with inside(acme):
        row = SheetRow.objects.get()
    assert (row.week, row.person_id, row.project_id, row.hidden_at) == (date(2026, 11, 16), bobs.pk, website.pk, None)


def test_a_row_is_added_once(bobs_client, acme, website, inside):
    for _ in range(2):
        bobs_client.post(ROWS, {"work": website.public_id, "week": WEDNESDAY})
    with inside(acme):
        assert SheetRow.objects.count() == 1


def test_a_hidden_row_can_be_added_again(bobs_client, acme, website, inside):
    data = {"work": website.public_id, "week": WEDNESDAY}
    for url in (ROWS, f"{ROWS}hide/"):
        assert bobs_client.post(url, data).status_code == 200
    with inside(acme):
        assert SheetRow.objects.get().hidden_at is not None
    bobs_client.post(ROWS, data)
    with inside(acme):
        assert SheetRow.objects.get().hidden_at is None


def test_archived_work_makes_no_row(bobs_client, acme, website, inside):
    with inside(acme):
        actions.archive(website)
    answer = bobs_client.post(ROWS, {"work": website.public_id, "week": WEDNESDAY})
    assert (answer.status_code, "archived" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize(("who", "status"), [("carol", 403), ("mallory", 404)])
def test_others_are_turned_away(request, client, acme, website, inside, who, status):
    client.force_login(request.getfixturevalue(who))
    for url in (ROWS, f"{ROWS}hide/"):
        assert client.post(url, {"work": website.public_id, "week": WEDNESDAY}).status_code == status
    assert client.get(SEARCH).status_code == status
    with inside(acme):
        assert not SheetRow.objects.exists()


def test_one_box_finds_by_company_project_and_task(bobs_client, website, design, internal):
    assert found(bobs_client, "tidewater") == ["Website relaunch", "Website relaunch · Design"]
    assert found(bobs_client, "DES web") == ["Website relaunch · Design"]
    assert found(bobs_client, "inter") == ["Internal"]
    assert found(bobs_client, "nothing like it") == []


def test_accents_do_not_matter(bobs_client, acme, inside):
    with inside(acme):
        Project.objects.create(name="Café Ørsted")
    assert found(bobs_client, "cafe orsted") == ["Café Ørsted"]


def test_without_a_word_the_latest_work_comes_first(bobs_client, acme, bobs, website, design, internal, inside):
    assert found(bobs_client, "") == ["Internal", "Website relaunch"]
    with inside(acme):
        actions.log_time(bobs, website, design, date(2026, 11, 16), 60)
    assert found(bobs_client, "") == ["Website relaunch · Design", "Internal", "Website relaunch"]


def test_archived_work_is_not_found(bobs_client, acme, website, design, internal, inside):
    with inside(acme):
        actions.archive(design)
        actions.archive(internal)
    assert found(bobs_client, "e") == ["Website relaunch"]


def test_another_accounts_projects_are_not_found(bobs_client, secret):
    assert found(bobs_client, "death") == []


def test_the_search_asks_no_more_for_more_projects(bobs_client, acme, museum, inside):
    def fill(first, last):
        with inside(acme):
            for number in range(first, last):
                project = Project.objects.create(name=f"Project {number}", company=museum)
                Task.objects.create(project=project, name="Work")

    fill(0, 2)
    found(bobs_client, "project")  # what is noted at the first visit is not counted
    with_two = asked(lambda: found(bobs_client, "project"))
    fill(2, 12)
    assert asked(lambda: found(bobs_client, "project")) == with_two


def test_a_row_with_hours_asks_and_goes_with_them(bobs_client, acme, bobs, website, inside):
    with inside(acme):
        for minutes in (60, 30):
            actions.log_time(bobs, website, None, date(2026, 11, 17), minutes)
    data = {"work": website.public_id, "week": WEDNESDAY}
    asked = bobs_client.post(f"{ROWS}hide/", data)
    assert (asked.status_code, "its 2 entries (1:30)" in asked.json()["confirm"]) == (422, True)
    gone = bobs_client.post(f"{ROWS}hide/", {**data, "confirmed": "1"}).json()
    assert gone["totals"]["week"] == "0:00"
    bobs_client.post("/a/acme/time/undo/", {"token": gone["undo"]})
    assert "1:30" in bobs_client.get(f"/a/acme/time/?week={WEDNESDAY}").content.decode()


def test_what_was_deleted_comes_not_back_on_an_archived_project(acme, bobs, website, inside):
    with inside(acme):
        gone = actions.delete_entries([actions.log_time(bobs, website, None, date(2026, 11, 16), 60)])
        actions.archive(website)
        with pytest.raises(Archived, match="Restore it"):
            actions.undo(bobs, gone)


def test_a_first_week_begins_with_three_pickers(bobs_client, acme, website, design, internal, secret, inside):
    page = bobs_client.get(f"/a/acme/time/?week={WEDNESDAY}").content.decode()
    assert page.partition("first-rows")[2].partition("</form>")[0].count("<select") == 3
    works = [f"{website.public_id}.{design.public_id}", "", str(internal.public_id)]
    picked = dict(zip(("first", "second", "third"), works, strict=True))
    begun = bobs_client.post(f"{ROWS}begin/", {"week": WEDNESDAY, **picked}, follow=True).context["week"]
    assert [(str(row.project), row.task and row.task.name) for row in begun.rows] == [
        ("Website relaunch", "Design"),
        ("Internal", None),
    ]
    theirs = bobs_client.post(f"{ROWS}begin/", {"week": WEDNESDAY, "first": str(secret.public_id)})
    assert theirs.status_code == 400


def test_a_star_keeps_a_row_for_every_week(bobs_client, acme, website, inside):
    for starred, weeks in (("1", [None]), ("", [])):
        data = {"work": website.public_id, "week": WEDNESDAY, "starred": starred}
        assert bobs_client.post(f"{ROWS}star/", data).status_code == 200
        assert ("data-starred" in bobs_client.get("/a/acme/time/").content.decode()) == bool(starred)
        with inside(acme):
            assert list(SheetRow.objects.values_list("week", flat=True)) == weeks
