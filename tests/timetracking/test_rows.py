"""Adding, finding and hiding rows of a week."""

from datetime import date

import pytest

from tests.timetracking.statements import asked
from timetracking import actions
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
    assert found(bobs_client, "") == ["Website relaunch · Design"]


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
