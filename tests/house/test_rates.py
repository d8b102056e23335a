"""What an hour costs is for managers, billing and owners; a member meets it on no page, in no list and no history."""

from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Membership
from tests.house.routes import account_routes
from timetracking.models import Project
from timetracking.rates.actions import set_rate

OLD, NEW = "731.37", "733.39"
ROUTES = [route for route in account_routes() if route.takes in ((), ("public_id",))]


@pytest.fixture
def website(acme, alice, inside):
    """A project whose rate its owner has just changed, with a history that tells of it."""
    with inside(acme):
        project = Project.objects.create(name="Website", name_key="website", hourly_rate=OLD, currency="EUR")
    owners = Client()
    owners.force_login(alice)
    page = f"/a/acme/projects/{project.public_id}/"
    with inside(acme):
        set_rate("bill", Decimal(NEW), project=project)
    history = owners.get(page).text
    assert OLD in history and NEW in history, "whoever may see rates sees both"
    return project


def pages(project):
    for route in ROUTES:
        for query in ("", "?q=website", "?status=all", f"?project={project.public_id}"):
            yield route.url("acme", **dict.fromkeys(route.takes, project.public_id)) + query


@pytest.mark.parametrize("role", ["member", "reader"])
def test_no_page_and_no_file_tells_a_rate(role, acme, bob, website, client):
    Membership.objects.filter(account=acme, user=bob).update(role=role)
    client.force_login(bob)
    seen = {}
    for url in pages(website):
        answer = client.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert not any(rate.encode() in body for rate in (OLD, NEW)), url
        seen[url] = answer.status_code
    assert list(seen.values()).count(200) > len(ROUTES) // 4
