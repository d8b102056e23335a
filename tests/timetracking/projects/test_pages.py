"""Team, tasks, templates and budgets on their pages: what is pressed, who sees what, what is said."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import Membership
from audit.models import Event
from tests.timetracking.conftest import MONDAY
from tests.timetracking.statements import asked
from timetracking import actions
from timetracking.budgets.burn import burn
from timetracking.budgets.queries import used
from timetracking.models import BudgetWatcher, Project, ProjectMember, ProjectTemplate, ReportUse, Task, TemplateMember

NEW = {"name": "Packaging", "currency": "EUR", "budget_period": "monthly"}


@pytest.fixture
def hers(client, alice, acme):
    client.force_login(alice)
    return client


@pytest.fixture
def today(monkeypatch):
    for module in ("budgets.queries", "budgets.alerts", "budgets.burn"):
        monkeypatch.setattr(f"timetracking.{module}.firm_today", lambda: MONDAY)


def page(browser, path):
    return browser.get(f"/a/acme/projects/{path}").content.decode()


def test_a_team_comes_and_goes(hers, acme, alices, bobs, website, globex, mallory, inside):
    one = f"/a/acme/projects/{website.public_id}/"
    assert "Everybody is on it" in page(hers, f"{website.public_id}/team/")
    stranger = Membership.objects.get(account=globex, user=mallory)
    for wrong in ([], [stranger.public_id], ["nobody"]):
        assert hers.post(f"{one}team/add/", {"people": wrong}).status_code == 422
    hers.post(f"{one}team/add/", {"people": [alices.public_id, bobs.public_id], "as_managers": "on"})
    again = hers.post(f"{one}team/add/", {"people": [bobs.public_id]})
    assert again.status_code == 422  # he is on it
    with inside(acme):
        his = ProjectMember.objects.get(person=bobs)
        assert his.is_manager and ProjectMember.objects.count() == 2
    change = f"/a/acme/projects/team/{his.public_id}/"
    hers.post(change, {"what": "member", "version": 1})
    refused = hers.post(change, {"what": "remove", "version": 1}, follow=True)  # a page that is old by now
    assert "changed by somebody else" in refused.content.decode()
    hers.post(change, {"what": "remove", "version": 2})
    with inside(acme):
        assert list(ProjectMember.objects.values_list("person", flat=True)) == [alices.pk]
        kinds = Event.objects.filter(kind__startswith="project.member_").order_by("id").values_list("kind", flat=True)
        assert [kind.removeprefix("project.member_") for kind in kinds] == ["joined", "joined", "demoted", "left"]
    assert "took Bob Reyes off the team" in re.sub(r"<[^>]+>", "", page(hers, f"{website.public_id}/"))


def test_tasks_are_put_in_order(hers, acme, website, inside):
    one = f"/a/acme/projects/{website.public_id}/"
    for name in ("Design", "Build", "Apply"):
        hers.post(f"{one}tasks/add/", {"name": name})
    with inside(acme):
        tasks = {task.name: task for task in Task.objects.all()}
    for name, way in (("Apply", "up"), ("Design", "down"), ("Build", "down"), ("Apply", "up")):
        hers.post(f"/a/acme/tasks/{tasks[name].public_id}/move/", {way: ""})
    with inside(acme):
        assert [task.name for task in Task.objects.in_order()] == ["Apply", "Design", "Build"]
    hers.post(f"/a/acme/tasks/{tasks['Build'].public_id}/archive/")
    shown = page(hers, f"{website.public_id}/tasks/")
    assert shown.index("Apply") < shown.index("Design") < shown.index("Archived") < shown.rindex("Build")


def test_a_project_becomes_a_template_and_the_next_project(hers, acme, alices, bobs, carol, website, inside):
    with inside(acme):
        gone = Membership.objects.get(account=acme, user=carol)
        for person in (alices, bobs, gone):
            ProjectMember.objects.create(project=website, person=person, is_manager=person == bobs)
        for name, billable in (("Design", None), ("Meetings", False), ("Old", None)):
            actions.create(Task(project=website, name=name, billable=billable))
        actions.archive(Task.objects.get(name="Old"))
        Project.objects.filter(pk=website.pk).update(budget_amount=Decimal(4000), budget_period="monthly")
    keep = f"/a/acme/projects/{website.public_id}/template/"
    assert 'value="Website relaunch"' in hers.get(keep).content.decode()
    kept = hers.post(keep, {"name": "Website"})
    assert hers.post(keep, {"name": "WEBSITE"}).status_code == 422
    with inside(acme):
        template = ProjectTemplate.objects.get()
        assert kept["Location"] == f"/a/acme/projects/templates/{template.public_id}/"
        assert [task["name"] for task in template.tasks] == ["Design", "Meetings"]
    gone.removed_at = gone.joined_at
    gone.save()
    assert "2 tasks, 2 on the team" in page(hers, "templates/")
    new = f"/a/acme/projects/new/?template={template.public_id}"
    form = hers.get(new).content.decode()
    assert 'value="4000.00"' in form and '<option value="monthly" selected>' in form
    typed = {**NEW, "budget_amount": "100", "use": template.public_id}
    form = hers.post("/a/acme/projects/new/", typed).content.decode()  # choosing it, when something was typed already
    assert (
        'value="100"' in form
        and 'value="Packaging"' in form
        and f'name="template" value="{template.public_id}"' in form
    )
    form = hers.post("/a/acme/projects/new/", {**typed, "budget_amount": "", "budget_hours": "7"}).content.decode()
    assert 'value="7"' in form and "4000" not in form
    made = hers.post(new, {**NEW, "budget_amount": "5000", "told": [bobs.public_id], "billable": "on"})
    with inside(acme):
        project = Project.objects.get(name="Packaging")
        assert made["Location"] == f"/a/acme/projects/{project.public_id}/"
        assert (project.budget_amount, project.budget_period) == (Decimal(5000), "monthly")
        assert [(task.name, task.billable) for task in project.tasks.in_order()] == [
            ("Design", None),
            ("Meetings", False),
        ]
        team = project.members.values_list("person", "is_manager").order_by("person")
        assert sorted(team) == sorted([(alices.pk, False), (bobs.pk, True)])
        assert BudgetWatcher.objects.get(project=project).person == bobs


def test_a_template_is_changed_and_deleted(hers, acme, alices, bobs, website, inside):
    with inside(acme):
        template = ProjectTemplate.objects.create(name="Website", tasks=[{"name": "Design", "billable": False}])
        TemplateMember.objects.create(template=template, person=bobs, is_manager=True)
    one = f"/a/acme/projects/templates/{template.public_id}/"
    data = {"name": "Site", "currency": "EUR", "tasks": "Concept\n\n Design \nconcept", "version": 1}
    data["people"] = [alices.public_id, bobs.public_id]
    assert hers.post(one, {**data, "budget_hours": "9", "budget_amount": "9"}).status_code == 422
    assert hers.post(one, {**data, "tasks": "x" * 121}).status_code == 422
    assert hers.post(one, {**data, "budget_hours": "9"}).status_code == 302
    assert hers.post(one, data).status_code == 422  # another version by now
    with inside(acme):
        template = ProjectTemplate.objects.get()
        assert (template.name, template.budget_minutes) == ("Site", 540)
        assert template.tasks == [{"name": "Concept", "billable": None}, {"name": "Design", "billable": False}]
        assert TemplateMember.objects.get(person=bobs).is_manager
    hers.post(f"{one}delete/")
    with inside(acme):
        assert not ProjectTemplate.objects.exists()
        kinds = list(Event.objects.filter(kind__startswith="project_template").values_list("kind", flat=True))
        assert len(kinds) == 2 and Project.objects.count() == 1


def test_who_is_told_is_chosen_and_said_in_the_log(hers, acme, bobs, website, inside):
    one = f"/a/acme/projects/{website.public_id}/edit/"
    data = {**NEW, "name": "Website relaunch", "billable": "on", "hourly_rate": "95", "budget_hours": "10"}
    assert hers.post(one, {**data, "told": [bobs.public_id], "version": 1}).status_code == 302
    assert f'value="{bobs.public_id}"' in hers.get(one).content.decode()
    assert hers.post(one, {**data, "budget_amount": "7", "version": 2}).status_code == 422
    assert hers.post(one, {**data, "version": 2}).status_code == 302
    with inside(acme):
        assert not BudgetWatcher.objects.exists()
        assert Project.objects.get(pk=website.pk).budget_is_monthly
    said = re.sub(r"<[^>]+>|\s+", " ", page(hers, f"{website.public_id}/"))
    assert "Bob Reyes" in said and "Told of the budget" in said


@pytest.mark.parametrize(("who", "hours", "money"), [("alice", "30:00", "€2,850"), ("bob", "", ""), ("carol", "", "")])
def test_figures_are_for_those_who_may_see_them(
    request, client, acme, alices, website, inside, today, who, hours, money
):
    with inside(acme):
        for day in range(3):
            actions.log_time(alices, website, None, MONDAY - timedelta(days=day), 600)
    client.force_login(request.getfixturevalue(who))
    for terms, figure in (({"budget_minutes": 36 * 60}, hours), ({"budget_amount": 3420}, money)):
        with inside(acme):
            nothing = {"budget_minutes": None, "budget_amount": None}
            Project.objects.filter(pk=website.pk).update(**{**nothing, **terms})
        for path in ("projects/", f"projects/{website.public_id}/", ""):
            said = client.get(f"/a/acme/{path}").content.decode()
            assert re.search(r"83\s%", said), path
            if not figure:
                assert not re.search("30:00|2,850|3,420", said), path
        one = page(client, f"{website.public_id}/")
        assert (figure in one, 'class="burn"' in one) == ((True, True) if figure else (True, False))
    if not hours:  # who sees only own records is told nothing of what others used
        Membership.objects.filter(account=acme, user=request.getfixturevalue(who)).update(sees_only_own_records=True)
        assert "Budget used" not in page(client, f"{website.public_id}/")


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("span", [0, 20, 200, 900])
def test_the_burn_says_the_same_in_words_and_as_a_picture(span, website, bobs, in_acme):
    Project.objects.update(budget_minutes=600)
    project = Project.objects.get()
    assert burn(used([project])[project.pk]) is None
    for back in {span, span // 2, 0}:
        actions.log_time(bobs, project, None, MONDAY - timedelta(days=back), 90)
    drawn = burn(used([project])[project.pk])
    total = 90 * len({span, span // 2, 0})
    assert (drawn.points[-1].day, drawn.points[-1].sum) == (MONDAY, total)
    assert sum(point.added for point in drawn.points) == total
    assert drawn.rows[-1][2:] == (f"{total // 60}:{total % 60:02}", f"{total // 6}\u202f%")
    assert len(drawn.points) <= 53 and len(drawn.levels) <= 6
    places = re.findall(r"L([\d.]+) ([\d.]+)", drawn.line)
    assert all(52 <= Decimal(x) <= 750 and 20 <= Decimal(y) <= 240 for x, y in places)
    assert drawn.budget_y >= 20 and drawn.levels[-1].at == 20


@pytest.mark.usefixtures("today")
def test_a_month_is_drawn_from_its_first_day_to_its_last(website, bobs, in_acme):
    Project.objects.update(budget_amount=1000, budget_period="monthly")
    project = Project.objects.get()
    for day, minutes in ((date(2026, 10, 30), 600), (MONDAY, 60), (date(2026, 11, 2), 120)):
        actions.log_time(bobs, project, None, day, minutes)
    drawn = burn(used([project])[project.pk])
    assert (drawn.first, drawn.last, len(drawn.points)) == (date(2026, 11, 1), date(2026, 11, 30), 16)
    assert drawn.points[-1].sum == 285  # three hours at €95


def test_the_pages_ask_no_more_for_more(hers, acme, alice, bobs, website, inside, today):
    def fill(first, last):
        with inside(acme):
            Project.objects.filter(pk=website.pk).update(budget_minutes=600)
            for number in range(first, last):
                task = Task.objects.create(project=website, name=f"Task {number}")
                actions.log_time(bobs, website, task, MONDAY - timedelta(days=number), 30)
                member = actions.create(Project(name=f"Project {number}", budget_amount=100, budget_period="monthly"))
                ProjectMember.objects.create(project=member, person=bobs)

    paths = ("", f"{website.public_id}/", f"{website.public_id}/tasks/", f"{website.public_id}/team/", "templates/")
    fill(0, 2)
    for path in paths:
        page(hers, path)
    with_two = [asked(lambda path=path: page(hers, path)) for path in paths]
    fill(2, 9)
    assert [asked(lambda path=path: page(hers, path)) for path in paths] == with_two


def test_the_list_is_narrowed_to_a_client_and_to_ones_own(hers, acme, alices, museum, website, internal, inside):
    with inside(acme):
        ProjectMember.objects.create(project=internal, person=alices)
    assert f'<option value="{museum.public_id}" selected>Tidewater Museum' in page(hers, f"?company={museum.public_id}")
    mine = page(hers, "?mine=1")
    assert "Internal</a>" in mine and "Website relaunch</a>" not in mine


def test_whose_hours_stand_on_a_projects_page_can_read_who_looked(client, hers, acme, bob, entry, website, inside):
    page(hers, f"{website.public_id}/")
    with inside(acme):
        use = ReportUse.objects.get(person=entry.person)
        assert (use.report, use.way, use.first, use.last) == ("hours", "page", entry.day, entry.day)
    client.force_login(bob)
    page(client, f"{website.public_id}/")
    assert "a project’s page" in client.get("/a/acme/time/uses/").text
    with inside(acme):
        assert ReportUse.objects.count() == 1


def test_few_people_are_not_put_side_by_side_on_a_project_either(hers, acme, alices, bobs, carol, website, inside):
    with inside(acme):
        carols = Membership.objects.select_related("user").get(user=carol)
        for person, minutes in ((alices, 120), (bobs, 241)):
            actions.log_time(person, website, None, MONDAY, minutes)
    shown = page(hers, f"{website.public_id}/").split('id="people_title"')[1]
    assert "Fewer than 3 people" in shown and "2:00" not in shown
    with inside(acme):
        actions.log_time(carols, website, None, MONDAY, 30)
    shown = page(hers, f"{website.public_id}/").split('id="people_title"')[1]
    assert "Fewer than" not in shown and "4:01" in shown and "2:00" in shown
