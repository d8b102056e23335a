"""From a template to a project with a team and a budget, by keys, on a phone, without scripts."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.timetracking.conftest import *  # noqa: F403  (the projects and hours of Acme)
from timetracking import actions
from timetracking.models import Project, Task
from timetracking.projects import team, templates


def test_a_project_from_its_template_to_its_chart(
    server, open_page, sign_in, alice, alices, bobs, website, acme, inside, axe
):
    with inside(acme):
        for name in ("Design", "Build"):
            actions.create(Task(project=website, name=name))
        team.add(website, [bobs], as_managers=True)
        templates.keep(website, "Website")
    page = open_page()
    sign_in(page, server, alice)
    page.goto(f"{server}/a/acme/projects/templates/")
    axe(page)
    page.get_by_role("link", name="New project from Website").press("Enter")
    expect(page.get_by_text("With 2 tasks and the team of the template Website.")).to_be_visible()
    axe(page)
    page.get_by_label("Name").fill("Shop")
    page.get_by_label("Budget in hours").fill("10")
    page.get_by_label("Alice Novak").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Create project").press("Enter")
    expect(page.get_by_role("heading", name="Shop", level=1)).to_be_visible()
    expect(page.get_by_text("Nothing is used yet.")).to_be_visible()
    with inside(acme):
        shop = Project.objects.get(name="Shop")
        for back in (40, 20, 0):
            actions.log_time(bobs, shop, shop.tasks.first(), timezone.localdate() - timedelta(days=back), 166)
    # The team, by keys.
    page.get_by_role("link", name="Team").press("Enter")
    expect(page.get_by_text("Bob Reyes Manager")).to_be_visible()
    page.get_by_label("Alice Novak").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Add to the team").press("Enter")
    expect(page.get_by_role("button", name="Take Alice Novak off the team")).to_be_visible()
    axe(page)
    # The tasks in another order.
    page.get_by_role("link", name="Tasks").press("Enter")
    page.get_by_role("button", name="Move Build up").press("Enter")
    expect(page.locator("tbody th").first).to_have_text("Build")
    axe(page)
    # The chart, and the same in words; on a phone in the dark, and without scripts.
    for how in ({"dark": True}, {"scripts": False}):
        page = open_page(width=360, **how)
        sign_in(page, server, alice)
        page.goto(f"{server}/a/acme/projects/{shop.public_id}/")
        expect(page.get_by_role("img", name="8:18 of 10:00 used by")).to_be_visible()
        page.get_by_text("The figures as a table").click()
        expect(page.get_by_role("cell", name="8:18").last).to_be_visible()
        if "scripts" not in how:
            assert page.evaluate("document.documentElement.scrollWidth") <= 360
            axe(page)
        page.goto(f"{server}/a/acme/projects/")
        expect(page.get_by_label("Shop: 83 % of the budget used")).to_be_visible()
