"""What deals say on the home page, and beside companies and contacts."""

import pytest

from accounts.models import Membership
from crm.deals import actions
from crm.models import Company, Contact, DealContact

HOME = "/a/acme/"


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def tiles(response):
    return {tile.label: tile.figure for tile in response.context["tiles"]}


def test_tiles_are_what_the_list_says_and_for_who_leads(browser, client, acme, add, bob, bobs, inside):
    assert "Pipeline" not in tiles(browser.get(HOME))
    add("Archive", "Lead", "100.05", owner=bobs)
    add("Portal", "Proposal", 50)
    with inside(acme):
        actions.win(add("Done", "Lead", 1000), "2026-11-20")
    shown = tiles(browser.get(HOME))
    assert (shown["Pipeline"], shown["Weighted"]) == ("€150.05", "€40.01")
    assert "€150.05 · weighted €40.01" in browser.get("/a/acme/deals/?as=list&pipeline=all").content.decode()
    client.force_login(bob)
    assert "Pipeline" not in tiles(client.get(HOME))
    Membership.objects.filter(pk=bobs.pk).update(role="manager", sees_only_own_records=True)
    assert tiles(client.get(HOME))["Pipeline"] == "€100.05"


def test_the_first_steps_tick_themselves(browser, acme, add, alices, stages, inside):
    def step():
        return next(step for step in browser.get(HOME).context["steps"] if step.words == "Move a deal")

    deal = add("Archive", "Lead")
    assert not step().is_done
    with inside(acme):
        actions.move(deal, stages["Proposal"], by=alices)
    assert step().is_done


def test_beside_companies_and_contacts(browser, acme, add, alices, bobs, bob, client, inside):
    with inside(acme):
        museum = Company.objects.create(name="Tidewater", owner=bobs)
        maren = Contact.objects.create(first_name="Maren", owner=bobs)
    hers, his = add("Hers", "Lead", 5, company=museum), add("His", "Lead", 6, company=museum, owner=bobs)
    with inside(acme):
        DealContact.objects.bulk_create(DealContact(deal=deal, contact=maren) for deal in (hers, his))
    pages = (f"{HOME}companies/{museum.public_id}/", f"{HOME}contacts/{maren.public_id}/")
    for page in pages:
        assert "Hers" in browser.get(page).content.decode()
    Membership.objects.filter(pk=bobs.pk).update(sees_only_own_records=True)
    client.force_login(bob)
    for page in pages:
        words = client.get(page).content.decode()
        assert "His" in words and "Hers" not in words
