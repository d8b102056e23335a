"""A deal without a next activity is marked on the board, in the list and at home; lists are narrowed by it."""

from datetime import timedelta

import pytest

from crm.models import Activity, Deal, Pipeline, Stage
from tests.crm.activities.conftest import TODAY


@pytest.fixture
def deals(acme, inside, bob, member_of, noon):
    """One of Bob's deals for each way a next step can stand, by name."""
    with inside(acme):
        stage = Stage.objects.first() or Stage.objects.create(pipeline=Pipeline.objects.create(name="New"), name="Lead")
        made = {name: Deal.objects.create(name=f"Deal {name}", stage=stage, owner=member_of(bob))
                for name in ("late", "now", "soon", "bare")}  # fmt: skip
        for name, days in (("late", -1), ("late", 3), ("now", 0), ("now", 1), ("soon", 2)):
            Activity.objects.create(subject="Step", deal=made[name], due_on=TODAY + timedelta(days=days))
        Activity.objects.create(subject="Done", deal=made["bare"], due_on=TODAY, done_at="2026-11-01T00:00Z")
    return made


def test_board_and_list_mark_it_and_are_narrowed_by_it(client, bob, deals):
    client.force_login(bob)
    for view in ("board", "list"):
        page = client.get(f"/a/acme/deals/?view={view}").content.decode()
        for words in ("No next step", "Due today", "Late since 21 Nov", "Next 24 Nov"):
            assert words in page, (view, words)
        for state, name in (("none", "bare"), ("overdue", "late"), ("today", "now"), ("planned", "soon")):
            page = client.get(f"/a/acme/deals/?view={view}&next={state}").content.decode()
            assert [each for each in deals if f"Deal {each}" in page] == [name], (view, state)


def test_home_names_ones_own_and_leads_to_the_same(client, bob, alice, member_of, deals, acme, inside):
    with inside(acme):
        Deal.objects.create(name="Hers", stage=deals["bare"].stage, owner=member_of(alice))
        won = {"status": "won", "closed_on": TODAY}
        Deal.objects.create(name="Decided", stage=deals["bare"].stage, owner=member_of(bob), **won)
    client.force_login(bob)
    part = client.get("/a/acme/").content.decode().partition("Deals without a next step")[2].partition("</section>")[0]
    assert "Deal bare" in part and "Deal soon" not in part and "Hers" not in part and "Decided" not in part
    client.force_login(alice)
    with inside(acme):
        Deal.objects.filter(owner=member_of(alice)).delete()
    assert "None. Your open deals for which nothing is planned stand here." in client.get("/a/acme/").content.decode()
    client.force_login(bob)
    asked = f"next=none&owner={member_of(bob).public_id}&pipeline=all&view=list"
    page = client.get(f"/a/acme/deals/?{asked}").content.decode()
    assert "Deal bare" in page and "Hers" not in page and "Decided" not in page
