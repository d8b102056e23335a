"""Staff work on requests: who gets in, what stands in the queues, each step and where it is written down."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import OutgoingMail
from audit.models import Event, Payload
from privacy.support_access import actions, urls
from privacy.support_access.gate import ENTERED
from privacy.support_access.models import StaffAction, Ticket, TicketMessage, Topic
from tests.promises import promise
from tests.signed_in import staff_browser

pytestmark = pytest.mark.usefixtures("_rows")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


IN_FRONT = [each for each in urls.urlpatterns if "sign-in/" in str(each.pattern)]
BEHIND = [each for each in urls.urlpatterns if isinstance(each, URLPattern) and each not in IN_FRONT]


def did(kind: str) -> StaffAction:
    return StaffAction.objects.get(kind=kind)


# --- The door -------------------------------------------------------------------------------------


@promise(69, 150)
@pytest.mark.parametrize("route", BEHIND, ids=str)
def test_the_staff_area_is_not_there_for_anybody_else(route, alice, acme, bob_asks, sam):
    assert route.callback.staff_only
    path = "/support/" + str(route.pattern).replace("<uuid:public_id>", str(bob_asks.public_id))
    path = path.replace("<int:number>", "1")
    for browser in (signed_in(alice), signed_in(bob_asks.user)):
        for answer in (browser.get(path), browser.post(path)):
            assert answer.status_code == 404
            assert "Staff" not in answer.content.decode()
    left = staff_browser(sam)
    sam.is_active = False
    sam.save()
    for browser in (Client(), left):
        for answer in (browser.get(path), browser.post(path)):
            assert (answer.status_code, answer["Location"]) == (302, "/support/sign-in/")


@promise(150)
def test_staff_without_a_second_factor_are_led_to_set_one_up(sam, bob_asks):
    browser = signed_in(sam)
    session = browser.session
    session[ENTERED] = True
    session.save()
    for path in ("/support/", f"/support/tickets/{bob_asks.public_id}/"):
        for answer in (browser.get(path), browser.post(path)):
            assert (answer.status_code, answer["Location"]) == (302, "/second-factor/")
    page = browser.get("/second-factor/").content.decode()
    assert "Set one up here." in page and "Go on to the staff area" not in page  # it would only lead back here


def test_staff_land_in_their_area_after_signing_in(sams):
    answer = sams.get("/enter/")
    assert (answer.status_code, answer["Location"]) == (302, "/support/")
    assert sams.get("/support/")["Cache-Control"] == "no-store, private"


def test_every_address_of_the_staff_area_is_behind_its_door():
    area = next(each for each in get_resolver().url_patterns if str(each.pattern) == "support/")
    assert [each for each in area.url_patterns if not hasattr(each.callback, "staff_only")] == IN_FRONT


# --- The queues -----------------------------------------------------------------------------------


def test_the_queues_count_what_waits_and_urgent_ones_come_first(sams, bob_asks, edith_asks):
    page = sams.get("/support/").content.decode()
    assert page.index(str(edith_asks)) < page.index(str(bob_asks))  # a security problem, though asked later
    assert "Acme" in page
    counts = {choice.label: choice.count for choice in sams.get("/support/").context["queues"]}
    assert (counts["All"], counts["Security"], counts["Support"], counts["Children"]) == (2, 1, 1, 0)
    assert str(bob_asks) not in sams.get("/support/?queue=security").content.decode()


def test_state_and_assignee_narrow_the_list(sams, sam, bob_asks, edith_asks):
    actions.assign(bob_asks, sam, by=sam)
    actions.close(edith_asks, by=sam)
    mine = sams.get("/support/?mine=1").content.decode()
    assert str(bob_asks) in mine and str(edith_asks) not in mine
    assert str(edith_asks) in sams.get("/support/?state=closed").content.decode()


def test_a_number_leads_to_its_request_and_an_address_to_all_of_its_own(sams, edith_asks):
    answer = sams.get(f"/support/?q=t-{edith_asks.number}")
    assert answer["Location"] == f"/support/tickets/{edith_asks.public_id}/"
    assert str(edith_asks) in sams.get("/support/?q=Edith@pell.example").content.decode()
    assert "Nothing found" in sams.get("/support/?q=pell").content.decode()


def test_the_list_asks_no_more_for_more_rows(sams, sam, acme, bob, django_assert_max_num_queries):
    def ask(times):
        for _ in range(times):
            asked = actions.open_ticket(Topic.HELP, "Help", subject="Help", email=bob.email)
            actions.assign(asked, sam, by=sam)

    ask(2)
    with django_assert_max_num_queries(40) as few:
        sams.get("/support/")
    ask(10)
    with django_assert_max_num_queries(len(few)):
        sams.get("/support/")


@pytest.mark.parametrize("value", ["\0@", "\ud800" * 999, "-1", "9" * 40])
def test_odd_words_are_answered(value, sams, edith_asks):
    given = urlencode(
        dict.fromkeys(["q", "queue", "state", "mine", "page", "ticket", "account"], value), errors="surrogatepass"
    )
    for place in ("", "calls/", "calls/new/", "trials/", "log/", "opt-outs/", "tickets/new/"):
        assert sams.get(f"/support/{place}?{given}").status_code == 200
    odd = urlencode(
        dict.fromkeys(["text", "seen", "to", "queue", "note-text", "why", "email"], value), errors="surrogatepass"
    )
    for step in ("answer", "note", "assign", "move"):
        url = f"/support/tickets/{edith_asks.public_id}/{step}/"
        assert sams.post(url, odd, content_type="application/x-www-form-urlencoded").status_code in (302, 409, 422)


@promise(115)
def test_staff_open_a_request_for_whoever_wrote_or_called(sams, sam):
    words = {"topic": "privacy", "name": "Edith Pell", "email": "Edith@pell.example", "subject": "My data"}
    assert sams.post("/support/tickets/new/", words).status_code == 422
    answer = sams.post("/support/tickets/new/", {**words, "text": "By mail, 3 May: what do you hold about me?"})
    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/support/tickets/{ticket.public_id}/"
    assert (ticket.queue, ticket.user, ticket.account) == ("privacy", None, None)
    assert OutgoingMail.objects.get(kind="request_received").to == "edith@pell.example"
    assert (did("ticket.opened_for").staff, did("ticket.opened_for").ticket) == (sam, ticket)


# --- One request ----------------------------------------------------------------------------------


def test_an_answer_goes_out_by_mail_and_is_written_down_twice(sams, sam, bob_asks, acme, inside):
    url = f"/support/tickets/{bob_asks.public_id}/"
    assert "It stops at line 40." in sams.get(url).content.decode()
    answer = sams.post(f"{url}answer/", {"text": "Line 40 has no name & no address.", "seen": 1})
    assert answer.status_code == 302
    bob_asks.refresh_from_db()
    assert (bob_asks.state, bob_asks.assignee) == ("answered", sam)
    letter = OutgoingMail.objects.get(kind="request_answered")
    assert letter.to == "bob@acme.example"
    assert "Line 40 has no name & no address." in letter.text and "Sam, Candor" in letter.text
    assert f"/a/acme/admin/support/{bob_asks.public_id}/" in letter.text
    assert did("ticket.answered").staff == sam
    with inside(acme):
        event = Event.objects.get(kind="ticket.answered")
        assert (event.actor_kind, event.actor_id, event.record_id) == ("staff", sam.pk, bob_asks.public_id)
        assert "Line 40" not in str(Payload.objects.get(event_id=event.pk).data)


def test_an_answer_to_what_changed_meanwhile_waits_and_keeps_its_words(sams, edith_asks):
    actions.add_words(edith_asks, "I was wrong: it was a fork.")
    url = f"/support/tickets/{edith_asks.public_id}/answer/"
    answer = sams.post(url, {"text": "Which spoon?", "seen": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Which spoon?" in page and "it was a fork" in page
    assert not OutgoingMail.objects.filter(kind="request_answered").exists()
    assert sams.post(url, {"text": "Which fork?", "seen": 2}).status_code == 302


def test_an_answer_begins_with_prepared_words_and_is_sent_by_hand(sams, bob_asks):
    place, sent = (
        f"/support/tickets/{bob_asks.public_id}/",
        OutgoingMail.objects.filter(kind="request_answered").count(),
    )
    assert "?answer=which" in sams.get(place).content.decode()
    assert "Which record is it?" in sams.get(f"{place}?answer=which").context["answer"]["text"].value()
    assert sams.get(f"{place}?answer=nonsense").status_code == 200
    assert OutgoingMail.objects.filter(kind="request_answered").count() == sent


def test_a_note_goes_to_nobody(sams, bob_asks, bob):
    letters = OutgoingMail.objects.count()
    sams.post(f"/support/tickets/{bob_asks.public_id}/note/", {"note-text": "Known since Tuesday."})
    assert TicketMessage.objects.get(kind="note").text == "Known since Tuesday."
    assert did("ticket.noted").ticket == bob_asks
    assert OutgoingMail.objects.count() == letters
    assert "Tuesday" not in signed_in(bob).get(f"/a/acme/admin/support/{bob_asks.public_id}/").content.decode()


def test_assigning_moving_closing_and_opening_again(sams, tess, edith_asks):
    url = f"/support/tickets/{edith_asks.public_id}/"
    sams.post(f"{url}assign/", {"to": tess.public_id})
    sams.post(f"{url}move/", {"queue": "privacy"})
    sams.post(f"{url}close/")
    edith_asks.refresh_from_db()
    assert (edith_asks.assignee, edith_asks.queue, edith_asks.is_urgent) == (tess, "privacy", False)
    assert edith_asks.closed_at
    sams.post(f"{url}reopen/")
    edith_asks.refresh_from_db()
    assert (edith_asks.state, edith_asks.closed_at) == ("open", None)
    assert did("ticket.assigned").detail == "to Tess Aalto"
    assert did("ticket.moved").detail == "to Privacy"
    assert did("ticket.closed") and did("ticket.reopened")
    page = sams.get(url).content.decode()
    assert "moved to Privacy" in " ".join(page.split()) and "to Tess Aalto" in page


def test_nobody_but_staff_is_assigned(sams, alice, edith_asks):
    answer = sams.post(f"/support/tickets/{edith_asks.public_id}/assign/", {"to": alice.public_id})
    assert answer.status_code == 422
    assert Ticket.objects.get().assignee is None


@promise(69)
def test_staff_see_the_accounts_name_and_standing_and_nothing_inside(sams, bob_asks, acme, inside):
    from crm.models import Contact

    with inside(acme):
        Contact.objects.create(first_name="Maren", last_name="Xenocontact")
    page = sams.get(f"/support/tickets/{bob_asks.public_id}/").content.decode()
    assert "Acme, on trial" in page
    assert "Xenocontact" not in page and "Vestergade" not in page and "/a/acme/" not in page


@pytest.mark.parametrize(
    "table", ["support_access_staffaction", "support_access_ticketmessage", "support_access_ticketfile"]
)
def test_the_database_lets_nobody_rewrite_what_was_said_or_done(table, sam, edith_asks):
    actions.assign(edith_asks, sam, by=sam)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET id = id WHERE id = 0")
