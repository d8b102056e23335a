"""Something is wrong: who says so names field, old and new; who answers applies it beside what stands, or refuses."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts import email_change
from accounts.models import EmailChange, Membership, OutgoingMail, User
from audit.models import Event
from crm.models import Contact
from privacy.exports.models import Export
from privacy.rights import intake
from privacy.rights.models import Channel, FirmRequest, Kind, RightsRequest
from tests.privacy.rights.conftest import ASKED, send
from tests.promises import promise

WRONG = {"kind": "correct", "part": "title", "old_value": "Clerk", "new_value": "Head of Sales", "words": ""}

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def asked(ask, acme, inside):
    """Maren asks in public that Acme correct her title; the request on Acme's board, with her named."""
    with inside(acme):
        maren = Contact.objects.create(first_name="Maren", last_name="Holm", email="maren@holm.example", title="Clerk")
    _, link = ask(**WRONG, population="firm", firm="Acme", email="maren@holm.example")
    send(link)
    with inside(acme):
        request = FirmRequest.objects.get()
    return request, maren, f"/a/acme/admin/privacy/{request.public_id}/"


@promise(110)
def test_a_firm_sees_the_difference_and_applies_it(asked, acme, alice, bob, client, inside):
    request, maren, at = asked
    with inside(acme):
        member = Membership.objects.get(account=acme, user=bob)
        Export.objects.create(by=member, scope="account", state="ready")
    client.force_login(alice)
    client.post(f"{at}contact/", {"contact": maren.public_id})
    page = client.get(at).content.decode()
    assert "Head of Sales" in page and "<del>Clerk</del>" in page.replace("\n", "").replace("  ", "")
    assert client.post(f"{at}correct/", {"value": "x" * 301}).status_code == 422
    assert client.post(f"{at}correct/", {"value": "Head of Sales"}).status_code == 302
    with inside(acme):
        maren.refresh_from_db()
        request.refresh_from_db()
        assert maren.title == "Head of Sales" and request.decision == "full"
        kinds = set(Event.objects.values_list("kind", flat=True))
        assert {"contact.changed", "privacy_request.corrected", "privacy_request.decided"} <= kinds
    told = OutgoingMail.objects.get(kind="rights_firm_decided")
    assert told.to == "maren@holm.example" and "corrected" in told.text
    with inside(acme):
        assert "who took an archive along" in FirmRequest.objects.get().told
    others = OutgoingMail.objects.get(kind="rights_corrected")
    assert others.to == bob.email and "Head of Sales" not in others.text
    client.post(f"{at}correct/", {"value": "Again"})  # it was answered
    with inside(acme):
        maren.refresh_from_db()
        assert maren.title == "Head of Sales"


@promise(116)
def test_a_firm_may_refuse_with_its_reason(asked, acme, alice, client, inside):
    _, maren, at = asked
    client.force_login(alice)
    client.post(f"{at}contact/", {"contact": maren.public_id})
    why = {"what": "The title", "code": "not_wrong", "evidence": "HR"}
    refused = {"decision": "refused", "answer": "It is right.", **why}
    assert client.post(f"{at}decide/", refused).status_code == 302
    assert "as far as we can see" in OutgoingMail.objects.get(kind="rights_firm_decided").text
    with inside(acme):
        maren.refresh_from_db()
        assert maren.title == "Clerk"


def test_strangers_apply_nothing(asked, acme, mallory, globex, bob, client):
    _, _, at = asked
    for user in (mallory, bob):
        client.force_login(user)
        assert client.post(f"{at}correct/", {"value": "Mine"}).status_code in (403, 404)
        assert client.post(at.replace("acme", "globex") + "correct/", {"value": "Mine"}).status_code == 404


@promise(110)
def test_what_we_hold_ourselves_is_written_into_the_profile(acme, alice, sams):
    told = {"part": "city", "old_value": "Aarhus", "new_value": "Odense"}
    facts = {"population": "holder", "channel": Channel.APP, "email": alice.email, "name": "Alice", **told}
    request = intake.open_request(Kind.CORRECT, user=alice, **facts)
    at = f"/support/rights/{request.public_id}/"
    assert "Odense" in sams.get(at).content.decode()
    assert (
        sams.post(f"{at}decide/", {"decision": "full", "answer": "Done.", "told": "Nobody has it."}).status_code == 302
    )
    assert User.objects.get(pk=alice.pk).city == "Odense"
    steps = [step.what for step in request.steps.all()]
    assert "Corrected: city" in steps and "Nobody outside has the old value" in steps
    assert OutgoingMail.objects.filter(kind="rights_decided", to=alice.email).exists()


def test_a_value_that_cant_be_is_refused_and_nothing_is_decided(acme, alice, sams):
    facts = {"population": "holder", "channel": Channel.APP, "email": alice.email, "part": "postal_code"}
    request = intake.open_request(Kind.CORRECT, user=alice, new_value="9" * 300, **facts)
    decided = sams.post(
        f"/support/rights/{request.public_id}/decide/",
        {"decision": "full", "answer": "Done.", "told": "Nobody has it."},
    )
    assert decided.status_code == 422
    request.refresh_from_db()
    assert request.is_open


ANOTHER = {"kind": "correct", "part": "email", "old_value": "", "new_value": "Alice@Archer.example", "words": ""}


@pytest.fixture
def moved(ask, alice, sams):
    """Alice asked in public to sign in with another address, and said who she is: the request, and its place here."""
    User.objects.filter(pk=alice.pk).update(phone="+4533123456", street="Havnegade 3", postal_code="1058")
    request, link = ask(**ANOTHER)
    send(link)
    at = f"/support/rights/{request.public_id}/"
    sams.post(f"{at}address/")
    assert not EmailChange.objects.exists(), "nobody said yet who they are"
    told = {"phone": "+4533123456", "street": "Havnegade 3", "postal_code": "1058", "declared": "on"}
    send(f"{link}who/", **told)
    return request, at


@promise(110)
def test_an_address_changes_by_one_click_and_its_mailbox(moved, alice, sams):
    request, at = moved
    done = {"decision": "full", "answer": "Done.", "told": "Nobody has it."}
    assert "not confirmed" in sams.post(f"{at}decide/", done).content.decode(), "it would not be true"
    assert sams.post(f"{at}address/").status_code == 302
    request.refresh_from_db()
    alice.refresh_from_db()
    assert request.is_open and alice.email == "alice@acme.example"
    assert "nobody has followed it yet" in sams.get(at).content.decode()
    assert f"as {request}" in OutgoingMail.objects.get(kind="address_change_asked", to=alice.email).text
    letter = OutgoingMail.objects.get(kind="confirm_address", to="alice@archer.example")
    browser = Client()
    browser.force_login(alice)
    assert browser.post(re.search(r"/email/confirm/\S+", letter.text)[0]).status_code == 302
    request.refresh_from_db()
    alice.refresh_from_db()
    assert alice.email == "alice@archer.example" and request.decision == "full"
    assert OutgoingMail.objects.filter(kind="rights_decided", to="alice@archer.example").exists()
    steps = [step.what for step in request.steps.all()]
    assert steps[-3:] == ["Wrote to the new address", "Corrected: e-mail", "Nobody outside has the old value"]
    sams.post(f"{at}address/")
    assert not email_change.open_change(alice).exists(), "it was answered"


@promise(110)
def test_the_old_address_stops_it_and_another_persons_wish_is_left_alone(moved, alice, bob, sams):
    request, at = moved
    sams.post(f"{at}address/")
    stop = re.search(r"/email/undo/\S+", OutgoingMail.objects.get(kind="address_change_asked").text)[0]
    Client().post(stop)
    facts = {"population": "holder", "channel": Channel.APP, "email": bob.email, "part": "email"}
    bobs = intake.open_request(Kind.CORRECT, user=bob, new_value="alice@archer.example", **facts)
    email_change.ask(alice, "alice@elsewhere.example")
    letter = OutgoingMail.objects.get(kind="confirm_address", to="alice@elsewhere.example")
    browser = Client()
    browser.force_login(alice)
    browser.post(re.search(r"/email/confirm/\S+", letter.text)[0])
    for each in (request, bobs):
        each.refresh_from_db()
        assert each.is_open, "that address was not the one asked for"


def test_what_is_no_address_is_refused_where_it_is_typed():
    refused = send("/privacy/request/", **{**ASKED, **ANOTHER, "new_value": "next door"})
    assert refused.status_code == 422 and "That is no e-mail address" in refused.content.decode()


def test_the_form_wants_to_know_what_it_should_be():
    refused = send("/privacy/request/", **{**ASKED, **WRONG, "new_value": ""})
    assert refused.status_code == 422 and "what it should be" in refused.content.decode()
    refused = send("/privacy/request/", **{**ASKED, "kind": "correct", "words": ""})
    assert refused.status_code == 422 and "what is wrong" in refused.content.decode()
    assert send("/privacy/request/", **{**ASKED, "kind": "access", "part": "city", "new_value": "X"}).status_code == 200
    assert RightsRequest.objects.get(kind="access").part == ""


def test_both_values_are_forgotten_with_the_rest(ask):
    from datetime import timedelta

    from privacy.rights import work

    request, link = ask(**WRONG, email="edith@pell.example")
    intake.give_up(request)
    RightsRequest.objects.filter(pk=request.pk).update(closed_at=timezone.now() - timedelta(days=31))
    work.forget()
    request.refresh_from_db()
    assert (request.part, request.old_value, request.new_value) == ("title", "", "")
    assert "Head of Sales" not in Client().get(link).content.decode()
