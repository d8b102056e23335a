"""One deal: added, changed, moved, won, lost, deleted; by a form and by a click."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from accounts.handover import hand_over, in_words, open_work_of
from accounts.models import User
from audit.models import Event
from crm.deals import actions
from crm.models import Company, Contact, Deal, StageMove
from crm.search import find
from tenancy.errors import Conflict
from tests.days import today

URL = "/a/acme/deals/"


@pytest.fixture
def browser(client, bob):
    client.force_login(bob)
    return client


@pytest.fixture
def brochure(add, bobs):
    return add("Season brochure", "Lead", "4600.50", owner=bobs)


def page(deal, verb=""):
    return f"{URL}{deal.public_id}/{verb}"


def kinds(deal):
    return list(Event.objects.filter(record_id=deal.public_id).order_by("id").values_list("kind", flat=True))


def test_bob_adds_a_deal(browser, acme, bobs, inside, stages):
    with inside(acme):
        museum = Company.objects.create(name="Tidewater Museum")
        maren = Contact.objects.create(first_name="Maren", last_name="Holt", company=museum)
        Contact.objects.create(first_name="Maren", last_name="Holt")  # a namesake elsewhere
        ute = Contact.objects.create(first_name="Dr. Ute", last_name="Brandt", email="ute@x.example")
    form = {
        "name": "Loan archive", "company": "tidewater museum", "contacts": "Maren Holt, ute@x.example, dr. ute brandt",
        "value": "18 000,10", "currency": "EUR", "stage": stages["Proposal"].public_id, "close_on": "2026-12-11",
        "owner": bobs.public_id, "tags": "culture, grant", "note": "Asked twice",
    }  # fmt: skip
    response = browser.post(f"{URL}new/", form)
    with inside(acme):
        deal = Deal.objects.get()
        assertRedirects(response, page(deal), fetch_redirect_response=False)
        assert (deal.company, deal.stage.name, deal.value, deal.owner) == (
            museum,
            "Proposal",
            Decimal("18000.10"),
            bobs,
        )
        assert {person.contact_id for person in deal.people.all()} == {maren.pk, ute.pk}
        assert [move.to_stage.name for move in deal.moves.all()] == ["Proposal"]
        assert [group.kind.name for group in find(bobs, "loan arch tidew")] == ["deal"]
    words = browser.get(page(deal)).content.decode()
    for shown in ("Loan archive", "€18,000.10", "Tidewater Museum", "Maren Holt", "Dr. Ute Brandt", "culture"):
        assert shown in words


def test_what_cannot_be_meant_is_said(browser, acme, inside, stages):
    with inside(acme):
        for _ in range(2):
            Contact.objects.create(first_name="Maren", last_name="Holt")
    form = {
        "name": "",
        "contacts": "Maren Holt",
        "value": "-1",
        "currency": "QQQ",
        "stage": "",
        "close_on": "1815-01-01",
    }
    response = browser.post(f"{URL}new/", form)
    words = response.content.decode()
    assert response.status_code == 422
    for sentence in ("Several contacts are called Maren Holt", "Choose a day from 1970"):
        assert sentence in words
    cents = browser.post("/a/acme/deals/new/", {"value": "1.005"}).content.decode()
    assert "at most two digits after the point" in cents
    read_two_ways = browser.post("/a/acme/deals/new/", {"value": "1,500"}).content.decode()
    assert "can be read two ways. Write 1500 or 1.500." in read_two_ways
    assert set(response.context["form"].errors) == {"name", "contacts", "value", "currency", "stage", "close_on"}
    response = browser.post(f"{URL}new/", {"name": "X", "contacts": "Nobody Known"})
    assert "There is no contact called Nobody Known" in response.content.decode()
    with inside(acme):
        assert not Deal.objects.exists()


def test_a_form_and_a_move_do_not_meet(browser, acme, brochure, inside, stages):
    """Changing what was typed leaves the stage alone, and a stale form shows both values."""
    form = {"name": "Spring brochure", "value": "4600.50", "currency": "EUR", "version": brochure.version}
    assertRedirects(browser.post(page(brochure, "edit/"), form), page(brochure), fetch_redirect_response=False)
    stale = browser.post(page(brochure, "edit/"), {**form, "name": "Summer brochure"})
    assert stale.status_code == 409
    assert "Spring brochure" in stale.content.decode()
    with inside(acme):
        deal = Deal.objects.get()
        assert (deal.name, deal.stage.name, deal.moves.count()) == ("Spring brochure", "Lead", 1)


def test_moving_and_moving_back_are_both_in_the_history(browser, acme, bobs, brochure, inside, stages):
    response = browser.post(page(brochure, "move/"), {"stage": stages["Proposal"].public_id})
    assertRedirects(response, page(brochure), fetch_redirect_response=False)
    words = browser.get(page(brochure)).content.decode()
    undo = re.search(r'action="([^"]*/move-back/)"', words)[1]
    browser.post(undo)
    with inside(acme):
        steps = [(move.from_stage.name, move.to_stage.name, move.by) for move in brochure.moves.order_by("id")[1:]]
        assert steps == [("Lead", "Proposal", bobs), ("Proposal", "Lead", bobs)]
        assert Deal.objects.get().stage.name == "Lead"
        assert kinds(brochure) == ["deal.created", "deal.moved", "deal.moved"]
    words = browser.get(page(brochure)).content.decode()
    assert "from Lead to <b>Proposal</b>" in words
    assert "from Proposal to <b>Lead</b>" in words


def test_who_moved_it_first_is_not_overwritten(acme, bobs, brochure, in_acme, stages):
    actions.move(brochure, stages["Qualified"], by=bobs, came_from=stages["Lead"])
    with pytest.raises(Conflict), transaction.atomic():
        actions.move(brochure, stages["Proposal"], by=bobs, came_from=stages["Lead"])
    assert Deal.objects.get().stage == stages["Qualified"]


def test_the_order_of_a_column_is_kept(add, bobs, in_acme, stages, monkeypatch):
    monkeypatch.setattr(actions, "GAP", 2)  # so that there is no room soon
    first, second, third = (add(name, "Lead") for name in ("first", "second", "third"))

    def column():
        return "".join(deal.name[0] for deal in Deal.objects.open().order_by("position", "id"))

    assert column() == "tsf"  # a new one comes on top
    for _ in range(4):
        actions.move(third, stages["Lead"], by=bobs, after=Deal.objects.get(pk=second.pk))
        assert column() == "stf"
        actions.move(second, stages["Lead"], by=bobs, after=Deal.objects.get(pk=third.pk))
        assert column() == "tsf"
    actions.move(third, stages["Lead"], by=bobs, after=Deal.objects.get(pk=first.pk))
    assert column() == "sft"
    assert StageMove.objects.count() == 3  # within a column nothing moves


def test_an_amount_that_ends_in_a_stop_ends_the_sentence(browser, acme, bob, brochure, inside):
    with inside(acme):
        Deal.objects.update(currency="DKK")
    User.objects.filter(pk=bob.pk).update(locale="da-DK")
    said = browser.post(page(brochure, "won/"), {"closed_on": "2026-11-20"}, follow=True).content.decode()
    assert re.search(r"is won, 4\.600,50\s*kr\.(?!\.)", said)


def test_won_and_reopened(browser, acme, brochure, inside, stages):
    assert 'value="2' in browser.get(page(brochure, "won/")).content.decode()  # today is proposed
    assert browser.post(page(brochure, "won/"), {"closed_on": "soon"}).status_code == 422
    browser.post(page(brochure, "won/"), {"closed_on": "2026-11-20"})
    with inside(acme):
        deal = Deal.objects.get()
        assert (deal.status, deal.closed_on) == ("won", date(2026, 11, 20))
    text = browser.get(page(brochure)).content.decode()
    assert "Won on 20 Nov 2026" in text
    assert "Last stage" in text
    assert " %" not in text.split("Last stage")[1].split("</dd>")[0]
    refused = browser.post(page(brochure, "move/"), {"stage": stages["Proposal"].public_id})
    assert (refused.status_code, "Reopen it to move it" in refused.content.decode()) == (422, True)
    browser.post(page(brochure, "reopen/"))
    with inside(acme):
        deal = Deal.objects.get()
        assert (deal.status, deal.closed_on) == ("open", None)
        assert kinds(brochure) == ["deal.created", "deal.won", "deal.reopened"]


def test_lost_with_a_reason(browser, acme, brochure, inside):
    assert "Went with somebody else" in browser.get(page(brochure, "lost/")).content.decode()
    assert "evil" not in browser.get(page(brochure, "lost/?back=https://evil.example/")).content.decode()
    refused = browser.post(page(brochure, "lost/"), {})
    assert refused.status_code == 422
    assert "Choose what comes closest." in refused.content.decode()
    assert "Brochure is lost" not in refused.content.decode()
    assert browser.post(page(brochure, "lost/"), {"reason": "Another reason"}).status_code == 422
    for _ in range(2):
        browser.post(page(brochure, "lost/"), {"reason": "Price", "words": "Twice as dear"})
    with inside(acme):
        deal = Deal.objects.get()
        assert (deal.status, deal.lost_reason, deal.lost_words) == ("lost", "Price", "Twice as dear")
        assert deal.closed_on == today()
        assert kinds(brochure) == ["deal.created", "deal.lost"]
        actions.win(deal, date(2026, 11, 21))
        deal = Deal.objects.get()
        assert (deal.status, deal.lost_reason, deal.lost_words) == ("won", "", "")


def test_contacts_come_and_go(browser, acme, brochure, inside):
    with inside(acme):
        maren = Contact.objects.create(first_name="Maren", last_name="Holt", email="maren@x.example")
        gone = Contact.objects.create(first_name="Jens", last_name="Falk", deleted_at=timezone.now())
    assert browser.post(page(brochure, "people/"), {"contacts": "Maren Holt"}).status_code == 302
    assert browser.post(page(brochure, "people/"), {"contacts": str(gone)}).status_code == 422
    with inside(acme):
        assert [person.contact for person in brochure.people.all()] == [maren]
    browser.post(page(brochure, "people/"), {"remove": maren.public_id})
    with inside(acme):
        assert not brochure.people.exists()
        assert kinds(brochure) == ["deal.created", "deal.changed", "deal.changed"]


def test_deleted_and_restored(browser, acme, brochure, inside):
    browser.post(page(brochure, "delete/"))
    browser.get(URL)  # which says what became of it
    assert "Season brochure" not in browser.get(f"{URL}?q=season&status=all").content.decode()
    assert "Season brochure" in browser.get("/a/acme/bin/?kind=deals").content.decode()
    browser.post(page(brochure, "restore/"))
    assert "Season brochure" in browser.get(URL).content.decode()


def test_strangers_readers_and_those_with_own_records_only(client, acme, alice, alices, add, bob, bobs, carol, mallory,
                                                            globex, inside):  # fmt: skip
    deal = add("Season brochure", "Lead", 100, owner=alices)
    client.force_login(carol)
    assert client.get(page(deal)).status_code == 200
    assert client.post(page(deal, "won/"), {"closed_on": "2026-11-20"}).status_code == 403
    bobs.sees_only_own_records = True
    bobs.save()
    for person, path in ((bob, page(deal)), (mallory, page(deal)), (mallory, page(deal).replace("acme", "globex"))):
        client.force_login(person)
        for verb in ("", "edit/", "move/", "won/", "lost/"):
            assert client.get(f"{path}{verb}").status_code == 404
        for verb in ("delete/", "reopen/", "move-back/", "people/", "tags/"):
            assert client.post(f"{path}{verb}").status_code == 404
    with inside(acme):
        assert kinds(deal) == ["deal.created"]


def test_a_deals_facts_are_changed_where_they_stand(client, alice, acme, inside, add):
    deal = add("Loan archive", value="18000")
    client.force_login(alice)
    url = f"/a/acme/deals/{deal.public_id}/"
    sent = {"version": deal.version, "value": "18500.50", "currency": "EUR"}
    shown = client.post(f"{url}facts/value/", sent, headers={"HX-Request": "true"})
    assert "€18,500.50" in shown.content.decode()
    page = client.get(url).content.decode()
    assert "Change: Value" in page
    assert "Add: Note" in page
    with inside(acme):
        deal.refresh_from_db()
        assert (str(deal.value), deal.name, deal.version) == ("18500.50", "Loan archive", 2)


def test_open_deals_change_hands_and_decided_ones_stay(acme, alices, bobs, add, inside):
    hope, done = add("Hope", "Lead", owner=bobs), add("Done", "Lead", owner=bobs)
    with inside(acme):
        actions.win(done, date(2026, 11, 20))
        assert "1 deal" in in_words(open_work_of(bobs))
        hand_over(bobs, alices)
        assert (Deal.objects.get(pk=hope.pk).owner, Deal.objects.get(pk=done.pk).owner) == (alices, bobs)


def test_a_colleagues_contact_is_counted_and_kept_but_not_named(client, acme, alices, bob, bobs, brochure, inside):
    bobs.sees_only_own_records = True
    bobs.save()
    with inside(acme):
        edith = Contact.objects.create(first_name="Edith", last_name="Pell", title="Curator", owner=alices)
        Contact.objects.create(first_name="Maren", last_name="Holt", owner=bobs)
        actions.set_contacts(brochure, [edith])
    client.force_login(bob)
    for verb in ("", "edit/"):
        text = client.get(page(brochure, verb)).content.decode()
        assert "Edith" not in text and "Curator" not in text, verb
    client.post(page(brochure, "people/"), {"contacts": "Maren Holt"})
    assert "1 more contact of a colleague" in client.get(page(brochure)).content.decode()
    typed = {"version": brochure.version, "name": "Other", "currency": "EUR", "contacts": ""}
    assert client.post(page(brochure, "edit/"), typed).status_code == 302
    client.post(page(brochure, "people/"), {"remove": edith.public_id})
    with inside(acme):
        assert [person.contact for person in brochure.people.all()] == [edith]
