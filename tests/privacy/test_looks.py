"""From a member's call for help to the end of a look: what each side does, sees, and can't."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

from django.test import Client
from django.utils import timezone

import audit
from accounts.actions import create_api_key
from accounts.models import BellNotice, OutgoingMail
from audit.models import Event, Head, Payload
from config.celery import app
from crm.models import Contact
from privacy.support_access import granting, looking
from privacy.support_access.models import Grant, Look, Suggestion, Ticket
from tests.days import today
from tests.privacy.looks import CANARIES, SECRET, canary, member_of
from tests.promises import promise
from tests.signed_in import staff_browser

EMAIL = "crm.contact.email"
HELP = {"subject": "Twice in the list", "text": "It shows twice.", "unmasked": [EMAIL]}


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(account, kind) -> dict:
    event = Event.objects.get(account_id=account.pk, kind=kind)
    return Payload.objects.get(account_id=account.pk, event_id=event.pk).data


def secrets_in(response) -> list[str]:
    text = response.content.decode()
    return [word for word in SECRET if word in text]


@promise(69, 70, 71, 74)
def test_a_look_from_the_call_for_help_to_its_end(
    committed, acme, alice, bob, sam, tess, inside, recorder, monkeypatch
):
    messages: list[str] = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: messages.append(f"{name} {options}"))
    maren, member, owner, desk = canary(acme), browser(bob), browser(alice), staff_browser(sam)
    page = f"/a/acme/contacts/{maren.public_id}/"
    place = f"/a/acme/help/crm.contact/{maren.public_id}/"
    assert place in member.get(page).content.decode()
    assert "Nobody of support looked" in member.get(page).content.decode()

    # Bob asks for help. He does not decide, so Alice is asked: by mail, and behind her bell.
    assert member.post(place, HELP).status_code == 302
    ticket, grant = Ticket.objects.get(account=acme), Grant.objects.get(account_id=acme.pk)
    assert (grant.state, grant.records, grant.origin) == ("asked", [maren.key], "firm")
    letter = OutgoingMail.objects.get(kind="look_asked")
    assert letter.to == alice.email and str(maren) in letter.text
    assert not [word for word in CANARIES.values() if word in letter.text + letter.html]
    with inside(acme):
        assert BellNotice.objects.get(kind="look.asked").member.user == alice
    assert str(maren.public_id) in desk.get(f"/support/tickets/{ticket.public_id}/").content.decode()  # a placeholder

    # Until Alice says yes nobody sees anything; a carol or mallory can't say it for her.
    own = f"/support/access/{grant.public_id}/"
    assert desk.post(f"{own}records/1/").status_code == 404
    desk.post(f"{own}take/")
    assert granting.grants().get(pk=grant.pk).looker is None
    here = f"/a/acme/admin/support/access/{grant.public_id}/"
    assert member.post(f"{here}allow/", {"records": [maren.key], "minutes": 60}).status_code == 403
    assert owner.get(here).status_code == 200
    assert owner.post(f"{here}allow/", {"records": [maren.key], "unmasked": [EMAIL], "minutes": 60}).status_code == 302
    assert granting.grants().get(pk=grant.pk).state == "offered"

    # Sam takes it up and looks: one masked record, no-store, on record before he sees it.
    desk.post(f"{own}take/")
    assert granting.grants().get(pk=grant.pk).looker == sam
    shown = desk.post(f"{own}records/1/")
    assert shown.status_code == 200 and "no-store" in shown["Cache-Control"]
    assert secrets_in(shown) == [CANARIES["email"]]  # what Alice ticked, and nothing else
    look = Look.objects.get(account_id=acme.pk)
    with inside(acme):
        assert told(acme, "look.opened")["reason"] == "Twice in the list"
        assert told(acme, "look.opened")["basis"] == "Legitimate interest: customer support"
        said = told(acme, "look.shown")
        assert said["unmasked"] == [EMAIL] and said["hash"] == look.shown_hash
    fields = [[field.key, field.how, field.value] for field in shown.context["shown"]]
    assert hashlib.sha256(audit.canonical({"fields": fields}).encode()).hexdigest() == look.shown_hash

    # The firm hears of it at once, with the head of its log to keep; the record says so; the list can be taken along.
    letter = OutgoingMail.objects.get(kind="look_opened")
    head = Head.objects.get(account_id=acme.pk)
    assert letter.to == alice.email and bytes(head.hash).hex() in letter.text
    assert not [word for word in CANARIES.values() if word in letter.text]
    assert "Viewed by support 1×" in member.get(page).content.decode()
    log = owner.get("/a/acme/admin/support/access/").content.decode()
    assert "In full: E-mail. The rest masked" in log and "Quillonia Vrandt" in log
    assert str(maren) not in owner.get("/a/acme/admin/support/access/?record=none").content.decode()
    rows = list(
        csv.DictReader(io.StringIO(owner.get("/a/acme/admin/support/access/file/").content.decode("utf-8-sig")))
    )
    assert [(row["Who"], row["Request"], row["Fields in full"]) for row in rows] == [
        ("Sam, Candor support", str(ticket), EMAIL)
    ]
    assert member.get("/a/acme/admin/support/access/").status_code == 403

    # It is narrowed by who, what and when, in the file as on the page.
    day, place = today(), "/a/acme/admin/support/access/"
    for query, number in (
        (f"who={sam.public_id}&kind=crm.contact&since={day}&until={day}", 1),
        (f"record={maren.public_id}", 1),
        (f"since={day + timedelta(days=1)}", 0),
        (f"until={day - timedelta(days=2)}", 0),
        ("record=none", 0),
    ):
        assert owner.get(f"{place}?{query}").content.decode().count("Looked at") == number, query
        assert owner.get(f"{place}file/?{query}").content.decode().count("Candor support") == number, query

    # Programs get the same as events, each whole in itself.
    with inside(acme):
        _, key = create_api_key(member_of(acme, alice), name="Watch", scopes=["admin:read"], days=1)
    words = {"Authorization": f"Bearer {key}"}
    events = Client().get("/api/v1/audit-events/?kind=look.shown", headers=words).json()["results"]
    assert [(each["kind"], each["actor"]["kind"], each["record"]["id"]) for each in events] == [
        ("look.shown", "staff", str(maren.public_id))
    ]
    assert events[0]["data"]["hash"] == look.shown_hash and events[0]["data"]["ticket"] == str(ticket)

    # A colleague of Sam's has neither his look nor his grant; only he may say that he is done.
    colleague = staff_browser(tess)
    assert colleague.get(f"/support/looks/{look.public_id}/").status_code == 404
    assert "for somebody else" not in desk.get(own).content.decode()
    refused = colleague.post(f"{own}records/1/", follow=True)
    assert secrets_in(refused) == [] and "This access is not open." in refused.content.decode()

    # Sam suggests a change; Bob sees the difference and applies it through the form of his own page.
    assert desk.get(f"/support/looks/{look.public_id}/").json()["seconds"] > 3500
    desk.post(f"/support/looks/{look.public_id}/suggest/", {"field": "title", "value": "Song director", "why": "Typo"})
    suggestion = Suggestion.objects.get(account_id=acme.pk)
    where = f"/a/acme/admin/support/suggestions/{suggestion.public_id}/"
    assert "Song director" in member.get(where).content.decode()
    member.post(where, {"answer": "apply"})
    with inside(acme):
        assert Contact.objects.get().title == "Song director"
    assert "Applied by" in member.get(where).content.decode()
    member.post(where, {"answer": "decline"})
    assert Suggestion.objects.get(account_id=acme.pk).was_applied

    # Taken back: the open page is told to go blank, and the next read is refused.
    desk.post(f"{own}records/1/")
    look = Look.objects.filter(account_id=acme.pk, closed_at=None).get()
    owner.post(f"{here}revoke/")
    assert desk.get(f"/support/looks/{look.public_id}/").json() == {"seconds": 0}
    assert secrets_in(desk.post(f"{own}records/1/", follow=True)) == []
    Look.objects.filter(pk=look.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    with recorder.looking_away():
        looking.close_silent()
    assert Look.objects.get(pk=look.pk).seconds is not None
    with inside(acme):
        assert Event.objects.filter(kind="look.closed").count() == 2
    audit.seal(acme)
    assert audit.verify(acme).findings == []
    assert messages and not [word for word in CANARIES.values() if word in "".join(messages)]  # workers are told ids
