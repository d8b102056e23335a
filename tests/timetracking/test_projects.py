"""Projects and tasks: list, page, form, archive."""

import re
from datetime import date
from urllib.parse import urlencode

import pytest

from accounts.models import Membership
from audit.models import Event
from crm.models import Company
from tests.promises import promise
from tests.timetracking.statements import asked
from timetracking import actions
from timetracking.models import Project, Task

URL = "/a/acme/projects/"
MONDAY = date(2026, 11, 16)


@pytest.fixture
def hers(client, alice, acme):
    """Alice's browser."""
    client.force_login(alice)
    return client


def shown(client, query=""):
    return client.get(f"{URL}{query}").content.decode()


def terms(**changes):
    return {"name": "Packaging", "company": "", "code": "", "currency": "EUR", "budget_hours": ""} | changes


def test_the_list_shows_active_projects_by_name(hers, website, internal, acme, inside):
    with inside(acme):
        actions.archive(Project.objects.create(name="Archived one"))
    page = shown(hers)
    assert page.index("Internal</a>") < page.index("Website relaunch</a>")
    assert "Archived one" not in page
    assert "Archived one" in shown(hers, "?status=archived")
    assert "Archived one" in shown(hers, "?status=all")
    assert "Internal</a>" not in shown(hers, "?status=archived")


@pytest.mark.parametrize("query", ["?q=tidewater", "?q=RELAUNCH web", "?q=W-26"])
def test_it_is_searched_by_name_code_and_company(hers, website, internal, acme, inside, query):
    with inside(acme):
        website.code = "W-26"
        actions.change(website, {"code": ["", "W-26"]}, expected=1)
    page = shown(hers, query)
    assert "Website relaunch</a>" in page
    assert "Internal</a>" not in page


def test_it_is_narrowed_to_a_company(hers, website, internal, museum):
    page = shown(hers, f"?company={museum.public_id}")
    assert "Website relaunch</a>" in page
    assert "Internal</a>" not in page
    assert "Internal</a>" in shown(hers, "?company=internal")


@pytest.mark.parametrize("query", ["?company=nobody", "?status=odd", "?q=nothing", "?company=%00"])
def test_a_filter_without_matches_says_so(hers, website, query):
    page = shown(hers, query)
    assert "No projects match" in page
    assert "Clear filters" in page


def test_an_empty_list_says_what_it_is_for(hers):
    page = shown(hers)
    assert "No projects yet" in page
    assert "Clear filters" not in page


def test_pages_join_without_gap_or_overlap(hers, acme, inside):
    with inside(acme):
        for number in range(120):
            Project.objects.create(name=f"Project {number % 60:02}")
    pages = [shown(hers)]
    while query := link(pages[-1], "next"):
        pages.append(shown(hers, query))
    seen = [names(page) for page in pages]
    assert [len(page) for page in seen] == [50, 50, 20]
    everything = [name for page in seen for name in page]
    assert everything == sorted(everything)
    assert names(shown(hers, link(pages[-1], "prev"))) == seen[1]


def names(page):
    return re.findall(r'class="plain"[^>]*>([^<]+)<', page)


def link(page, rel):
    found = re.search(rf'rel="{rel}"\s+href="([^"]+)"', page)
    return found and found[1].replace("&amp;", "&")


def test_the_list_asks_no_more_for_more_rows(hers, acme, inside, bobs):
    def fill(first, last):
        with inside(acme):
            for number in range(first, last):
                company = Company.objects.create(name=f"Company {number}")
                project = Project.objects.create(name=f"Project {number}", company=company)
                actions.log_time(bobs, project, None, MONDAY, 30)

    fill(0, 2)
    shown(hers)  # what is noted at the first visit is not counted
    with_two = asked(lambda: shown(hers))
    fill(2, 12)
    assert asked(lambda: shown(hers)) == with_two


def test_a_project_shows_its_hours_to_those_who_may_see_them(client, alice, bob, website, entry, alices, acme, inside):
    with inside(acme):
        actions.log_time(alices, website, None, MONDAY, 60)
        Project.objects.filter(pk=website.pk).update(budget_minutes=180)
    client.force_login(alice)
    page = shown(client, f"{website.public_id}/")
    assert "2:30" in page
    assert "€95" in page
    assert "Bob Reyes" in page
    client.force_login(bob)
    page = shown(client, f"{website.public_id}/")
    assert "Your hours so far" in page
    assert "2:30" not in page
    assert "€95" not in page
    assert "Alice Novak" not in page.split("<main")[1]


def test_the_page_asks_no_more_for_more_tasks_and_time(hers, acme, website, bobs, inside):
    def fill(first, last):
        with inside(acme):
            for number in range(first, last):
                task = Task.objects.create(project=website, name=f"Task {number}")
                actions.log_time(bobs, website, task, MONDAY, 30)

    fill(0, 2)
    shown(hers, f"{website.public_id}/")  # what is noted at the first visit is not counted
    with_two = asked(lambda: shown(hers, f"{website.public_id}/"))
    fill(2, 12)
    assert asked(lambda: shown(hers, f"{website.public_id}/")) == with_two


def test_a_project_is_created(hers, acme, museum, inside):
    data = terms(company=museum.public_id, billable="on", hourly_rate="87,50", budget_hours="12.25", code="P-1")
    answer = hers.post(f"{URL}new/", data)
    with inside(acme):
        made = Project.objects.select_related("company").get()
        assert Event.objects.filter(kind="project.created").count() == 1
        assert (made.company, str(made.hourly_rate), made.budget_minutes) == (museum, "87.50", 735)
    assert answer["Location"] == f"{URL}{made.public_id}/"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Fill this in."),
        ({"hourly_rate": "-1"}, "Write 0 or more."),
        ({"hourly_rate": "1e9"}, "is not a number"),
        ({"hourly_rate": "1000000000"}, "digits"),
        ({"budget_hours": "0.001"}, "or more."),
        ({"currency": "XXZ"}, "is not one of the choices"),
        ({"company": "00000000-0000-4000-8000-000000000000"}, "not one of the choices"),
    ],
)
def test_what_cannot_be_stored_comes_back(hers, acme, inside, wrong, words):
    answer = hers.post(f"{URL}new/", terms(**wrong))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with inside(acme):
        assert not Project.objects.exists()


def test_a_company_of_another_account_is_refused(hers, acme, globex, inside):
    with inside(globex):
        stranger = Company.objects.create(name="Stranger")
    assert hers.post(f"{URL}new/", terms(company=stranger.public_id)).status_code == 422
    with inside(acme):
        assert not Project.objects.exists()


@promise(79)
def test_a_project_is_changed_once(hers, acme, website, museum, inside):
    data = terms(name="Website", company=museum.public_id, hourly_rate="95", billable="on", version=1)
    assert hers.post(f"{URL}{website.public_id}/edit/", data).status_code == 302
    answer = hers.post(f"{URL}{website.public_id}/edit/", data | {"name": "Mine"})
    assert answer.status_code == 422
    assert "Somebody else saved" in answer.content.decode()
    with inside(acme):
        stored = Project.objects.get(pk=website.pk)
    assert (stored.name, stored.version) == ("Website", 2)


@pytest.mark.parametrize(("minutes", "hours"), [(600, "10"), (735, "12.25"), (6000, "100"), (61, "1.02")])
def test_a_budget_reads_as_it_was_typed(hers, acme, internal, inside, minutes, hours):
    with inside(acme):
        Project.objects.update(budget_minutes=minutes)
    assert f'name="budget_hours" value="{hours}"' in shown(hers, f"{internal.public_id}/edit/")


def test_a_budget_can_be_taken_away(hers, acme, internal, inside):
    hers.post(f"{URL}{internal.public_id}/edit/", terms(name="Internal", budget_hours="10", version=1))
    hers.post(f"{URL}{internal.public_id}/edit/", terms(name="Internal", budget_hours="", version=2))
    with inside(acme):
        assert Project.objects.get().budget_minutes is None
        assert Event.objects.filter(kind="project.changed").count() == 2


def test_a_project_is_archived_and_restored(hers, acme, website, inside):
    hers.post(f"{URL}{website.public_id}/archive/")
    with inside(acme):
        assert not Project.objects.get(pk=website.pk).is_active
    assert "Archived" in shown(hers, f"{website.public_id}/")
    hers.post(f"{URL}{website.public_id}/archive/", {"restore": "1"})
    with inside(acme):
        assert Project.objects.get(pk=website.pk).is_active
        kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["project.archived", "project.restored"]


def test_tasks_are_added_renamed_and_archived(hers, acme, website, inside):
    hers.post(f"{URL}{website.public_id}/tasks/add/", {"name": "Design"})
    with inside(acme):
        task = Task.objects.get()
    hers.post(f"/a/acme/tasks/{task.public_id}/", {"name": "Drawing", "billable": "False", "version": 1})
    hers.post(f"/a/acme/tasks/{task.public_id}/archive/")
    with inside(acme):
        task = Task.objects.get()
    assert (task.name, task.billable, task.is_active, task.version) == ("Drawing", False, False, 3)


def test_a_task_is_once_in_a_project(hers, acme, website, design, inside):
    answer = hers.post(f"{URL}{website.public_id}/tasks/add/", {"name": "design"})
    assert answer.status_code == 422
    assert "This project already has a task with that name." in answer.content.decode()
    with inside(acme):
        assert Task.objects.count() == 1


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_members_and_readers_look_but_do_not_change(request, client, website, design, acme, inside, who):
    client.force_login(request.getfixturevalue(who))
    page = shown(client, f"{website.public_id}/")
    assert "Archive" not in page
    assert "Edit" not in page
    for end in ("new/", f"{website.public_id}/edit/"):
        assert client.get(f"{URL}{end}").status_code == 403
    for url in writing(website, design):
        assert client.post(url, terms(version=1)).status_code == 403
    with inside(acme):
        assert (Project.objects.get().version, Task.objects.get().version) == (1, 1)


def test_mallory_finds_nothing(client, mallory, globex, website, design, acme, inside):
    client.force_login(mallory)
    for url in (URL, f"{URL}{website.public_id}/", f"/a/globex/projects/{website.public_id}/"):
        assert client.get(url).status_code == 404
    for url in writing(website, design):
        assert client.post(url, terms(version=1)).status_code == 404
        assert client.post(url.replace("acme", "globex"), terms(version=1)).status_code in (404, 302)
    with inside(acme):
        assert (Project.objects.get().version, Task.objects.get().version) == (1, 1)


def writing(website, design):
    project, task = f"{URL}{website.public_id}/", f"/a/acme/tasks/{design.public_id}/"
    ends = [f"{project}{end}/" for end in ("edit", "archive", "template", "tasks/add", "team/add")]
    return [f"{URL}new/", *ends, task, f"{task}archive/", f"{task}move/"]


def test_a_company_shows_its_projects(hers, acme, museum, website, internal, inside):
    with inside(acme):
        actions.archive(actions.create(Project(name="Old site", company=museum)))
    page = hers.get(f"/a/acme/companies/{museum.public_id}/").content.decode()
    assert f"{URL}{website.public_id}/" in page
    assert "Old site" not in page
    assert "Internal" not in page


def test_a_company_without_projects_offers_one(hers, client, carol, museum):
    page = hers.get(f"/a/acme/companies/{museum.public_id}/").content.decode()
    assert f"{URL}new/?company={museum.public_id}" in page
    form = shown(hers, f"new/?company={museum.public_id}&name=Website")
    assert f'value="{museum.public_id}" selected' in form
    assert 'value="Website"' in form
    client.force_login(carol)
    assert "projects_title" not in client.get(f"/a/acme/companies/{museum.public_id}/").content.decode()


def test_the_search_finds_projects(client, bob, website, design):
    client.force_login(bob)
    assert "Website relaunch" in client.get("/a/acme/search/?q=relaun").content.decode()


def test_a_renamed_project_is_found_by_its_new_name_alone(hers, website, museum):
    data = terms(name="Homepage", company=museum.public_id, billable="on", version=1)
    hers.post(f"{URL}{website.public_id}/edit/", data)
    assert "Homepage</a>" in shown(hers, "?q=homep")
    assert "No projects match" in shown(hers, "?q=relaunch")


def test_a_manager_who_sees_only_own_records_chooses_among_own_companies(client, acme, bob, inside):
    Membership.objects.filter(account=acme, user=bob).update(role="manager", sees_only_own_records=True)
    with inside(acme):
        Company.objects.create(name="Own & Co", owner=Membership.objects.get(account=acme, user=bob))
        other = Company.objects.create(name="Secret Client")
    client.force_login(bob)
    page = client.get("/a/acme/projects/new/").content.decode()
    assert "Own &amp; Co" in page and "Secret Client" not in page
    given = {"name": "Website", "currency": "EUR", "company": str(other.public_id)}
    assert client.post("/a/acme/projects/new/", given).status_code == 422


def test_a_project_that_is_created_from_the_week_leads_back_there(hers, acme, inside):
    week = "/a/acme/time/?week=2026-11-16"
    link = re.search(r'href="(/a/acme/projects/new/\?next=[^"]+)"', hers.get(week).text)[1]
    assert link == "/a/acme/projects/new/?next=%2Fa%2Facme%2Ftime%2F%3Fweek%3D2026-11-16"
    page = hers.get(link).text
    assert page.count(f'href="{week}"') == 2, "back, and cancel"
    assert hers.post(link, terms(name="")).text.count(f'href="{week}"') == 2
    done = hers.post(link, terms())
    assert done["Location"] == week
    assert "Created Packaging. Choose it to log time on it." in hers.get(week).text


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/a/acme/", "//evil.example", "javascript:alert(1)", "/a/globex/time/", "/\\evil.example"],
)
def test_a_way_back_leads_nowhere_else(hers, acme, inside, to):
    page = hers.get(f"{URL}new/", {"next": to}).text
    assert "evil" not in page and "javascript:" not in page and 'class="back"' not in page
    with inside(acme):
        assert not Project.objects.exists()
    made = hers.post(f"{URL}new/?{urlencode({'next': to})}", terms())
    with inside(acme):
        assert made["Location"] == f"{URL}{Project.objects.get().public_id}/"
