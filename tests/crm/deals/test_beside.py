"""A deal beside the board: in short, with its next step added there."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from crm.deals import pipelines
from crm.models import Activity, Company, Contact, Deal, DealContact, Pipeline, Stage

URL = "/a/acme/deals/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(client, bob):
    client.force_login(bob)
    return client


def test_a_deal_lies_beside_the_board_and_takes_its_next_step(browser, acme, add, bobs, inside):
    deal = add("Archive", "Lead", 100, owner=bobs)
    with inside(acme):
        DealContact.objects.create(deal=deal, contact=Contact.objects.create(first_name="Maren", email="m@x.example"))
    page = f"{URL}{deal.public_id}/"
    assert browser.get(f"{page}beside/").url == page  # without the board
    shown = browser.get(f"{page}beside/?back={URL}", headers=HTMX).content.decode()
    for words in ("Archive", "€100", "Lead, 10 %", "Nothing is planned.", "Maren", "m@x.example", "Open the deal"):
        assert words in shown
    assert "<html" not in shown
    refused = browser.post(f"{page}plan/", {"kind": "call", "subject": " "}, headers=HTMX)
    assert refused.status_code == 422 and "Fill this in." in refused.content.decode()
    planned = browser.post(f"{page}plan/", {"kind": "call", "subject": "Ask", "due_on": "2026-12-01"}, headers=HTMX)
    assert planned.status_code == 200 and ">Ask</a>" in planned.content.decode()
    assert browser.post(f"{page}plan/", {"kind": "task", "subject": "Send"}).url == page
    with inside(acme):
        step = Activity.objects.get(subject="Ask")
        assert (step.deal, step.owner, step.kind, step.due_on) == (deal, bobs, "call", date(2026, 12, 1))


def test_who_may_not_see_or_plan_finds_nothing(client, acme, add, mallory, carol, inside):
    page = f"{URL}{add('Archive').public_id}/"
    client.force_login(carol)
    assert "What comes next" not in client.get(f"{page}beside/", headers=HTMX).content.decode()
    assert client.post(f"{page}plan/", {"kind": "task", "subject": "x"}).status_code == 403
    client.force_login(mallory)
    assert client.get(f"{page}beside/", headers=HTMX).status_code == 404
    assert client.post(f"{page}plan/", {"kind": "task", "subject": "x"}).status_code == 404
    with inside(acme):
        assert not Activity.objects.exists()


def test_a_board_opens_by_next_step_and_remembers_another_order(browser, acme, add, bobs, inside):
    today = timezone.localdate()
    deals = [add(name, owner=bobs) for name in ("Soon", "Later", "Unplanned")]
    with inside(acme):
        for deal, days in ((deals[1], 9), (deals[0], 1)):
            Activity.objects.create(deal=deal, owner=bobs, kind="task", subject="x", due_on=today + timedelta(days))

    def names(address):
        return [card["name"] for lane in browser.get(address).context["lanes"] for card in lane.cards]

    assert names(URL) == ["Soon", "Later", "Unplanned"]
    assert "data-ordered" in browser.get(URL).content.decode()  # nothing to arrange by hand
    assert names(f"{URL}?order=own") == ["Unplanned", "Later", "Soon"] == names(URL)
    assert "data-ordered" not in browser.get(URL).content.decode()


def test_what_fits_in_other_pipelines_is_said(browser, acme, add, bobs, inside):
    with inside(acme):
        firm = Company.objects.create(name="Tidewater", owner=bobs)
    add("Here", owner=bobs, company=firm)
    with inside(acme):
        pipelines.create(Pipeline(name="Renewals"), stages=[("Due", 33, 5)])
        Deal.objects.create(name="There", stage=Stage.objects.get(name="Due"), owner=bobs, company=firm, currency="EUR")
    asked = f"{URL}?company={firm.public_id}"
    for look in ("board", "list"):
        words = browser.get(f"{asked}&as={look}").content.decode()
        assert "1 more in other pipelines fits as well." in words and "There" not in words
        words = browser.get(f"{asked}&pipeline=all&as={look}").content.decode()
        assert "There" in words and "other pipelines fit" not in words
        assert "other pipelines fit" not in browser.get(f"{URL}?as={look}").content.decode()  # the tabs say it
