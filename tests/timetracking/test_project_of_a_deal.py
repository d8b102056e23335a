"""From a won deal to its project, in one click."""

import re
from decimal import Decimal

import pytest

from crm.deals import actions
from crm.models import Company, Deal
from tests.crm.deals.conftest import *  # noqa: F403  (the pipeline and a way to fill it)
from timetracking.models import Project


@pytest.fixture
def archive(acme, add, inside):
    with inside(acme):
        museum = Company.objects.create(name="Tidewater Museum")
    return add("Loan archive", "Proposal", "18000", currency="DKK", company=museum)


def test_won_and_on_to_the_project_with_its_value_as_the_budget(client, acme, alice, archive, inside):
    client.force_login(alice)
    page = f"/a/acme/deals/{archive.public_id}/"
    offer = re.search(r'name="then"\s+value="([^"]+)"', client.get(f"{page}won/").content.decode())[1]
    response = client.post(f"{page}won/", {"closed_on": "2026-11-20", "then": offer})
    assert response.url == f"/a/acme/projects/new/?deal={archive.public_id}"
    asked = client.get(response.url)
    first = asked.context["form"]
    assert (first.initial["name"], first.initial["currency"]) == ("Loan archive", "DKK")
    assert "Tidewater Museum" in asked.content.decode() and "DKK" in asked.content.decode()

    form = {"name": "Loan archive", "company": archive.company.public_id, "currency": "DKK", "takes_value": "on"}
    for more in ({"budget_hours": "9"}, {"budget_amount": "9"}, {"currency": "EUR"}):
        refused = client.post(response.url, {**form, **more})
        assert (refused.status_code, "takes_value" in refused.context["form"].errors) == (422, True)
    made = client.post(response.url, {**form, "hourly_rate": "700", "billable": "on"})
    with inside(acme):
        project = Project.objects.get()
        assert made.url == f"/a/acme/projects/{project.public_id}/"
        assert (project.deal, project.company, project.hourly_rate) == (archive, archive.company, Decimal(700))
        assert (project.budget_minutes, project.budget_amount) == (None, Decimal(18000))
    words = client.get(page).content.decode()
    assert f"/projects/{project.public_id}/" in words


def test_who_may_not_create_projects_is_not_led_there(client, acme, bob, bobs, archive, inside, mallory, globex):
    with inside(acme):
        actions.win(archive, "2026-11-20")
    client.force_login(bob)  # a member
    page = client.get(f"/a/acme/deals/{archive.public_id}/").content.decode()
    assert "Create project" not in page
    assert client.get(f"/a/acme/projects/new/?deal={archive.public_id}").status_code == 403
    client.force_login(mallory)
    assert client.get(f"/a/globex/projects/new/?deal={archive.public_id}").status_code == 404
    assert client.get("/a/globex/projects/new/?deal=nonsense").status_code == 404
    with inside(acme):
        assert Deal.objects.get().status == "won"
