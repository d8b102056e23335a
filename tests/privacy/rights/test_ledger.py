"""The ledger of consents: events that nobody changes, the last word counts, and a no holds for what waits to go out."""

from __future__ import annotations

import json

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts import consents, documents, mail
from accounts.models import Consent, OutgoingMail
from privacy.rights import ledger
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


def of(user, purpose):
    return next(entry for entry in ledger.entries_of(user) if entry.purpose == purpose)


@promise(62, 107)
def test_one_click_takes_it_back_for_a_letter_that_waits_already(acme, alice, client):
    client.force_login(alice)
    page = "/a/acme/admin/my-data/consents/"
    client.post(page, {"purpose": "tips", "give": "1"})
    assert of(alice, "tips").is_given
    letter = OutgoingMail.objects.create(
        kind="x", to=alice.email, user=alice, purpose="tips", subject="A tip", text="Do this.", html="<p>Do this.</p>"
    )
    client.post(page, {"purpose": "tips"})
    mail.sweep()
    letter.refresh_from_db()
    assert letter.state == OutgoingMail.State.UNWANTED
    entry = of(alice, "tips")
    assert not entry.is_given
    assert [(each.is_given, each.method) for each in entry.events] == [(False, "click"), (True, "click")]
    assert {each.notice_version for each in entry.events} == {documents.current("privacy").version}
    assert {each.wording for each in entry.events} == {"Tips for the first two weeks"}


@promise(62)
def test_the_program_can_add_to_the_ledger_and_change_nothing(alice):
    consents.say(alice, consents.Further.RESEARCH, is_given=True, source="a test", method=consents.Method.CLICK)
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_consent SET is_given = false WHERE user_id = %s", [alice.pk])
    assert consents.has_given(alice, consents.Further.RESEARCH)


@promise(62)
def test_the_state_is_the_last_event_whatever_the_order_of_words(alice):
    said = [True, True, False, True, False, False, True]
    for is_given in said:
        consents.say(alice, consents.Further.RESEARCH, is_given=is_given, source="a test", method=consents.Method.CLICK)
        entry = of(alice, "research")
        assert entry.is_given is is_given is consents.has_given(alice, consents.Further.RESEARCH)
    events = Consent.objects.filter(user_id=alice.pk, purpose="research").order_by("pk")
    assert [event.is_given for event in events] == [True, False, True, False, True]  # only what changed


@promise(62)
def test_a_receipt_is_signed_names_nobody_and_tells_when_it_was_changed(acme, alice, bob, client):
    client.force_login(alice)
    consents.say(alice, consents.Further.RESEARCH, is_given=True, source="a test", method=consents.Method.CLICK)
    event = Consent.objects.get(user_id=alice.pk, purpose="research")
    text = client.get(f"/a/acme/admin/my-data/consents/{event.public_id}/").content.decode()
    record = json.loads(text)["receipt"]
    assert record["header"]["schema"] == "ISO/IEC TS 27560:2023"
    assert record["events"][0]["state"] == "given" and record["processing"]["wording"] == event.wording
    assert alice.email not in text and "Alice" not in text
    assert ledger.is_genuine(text)
    assert not ledger.is_genuine(text.replace('"given"', '"withdrawn"'))
    client.force_login(bob)
    assert client.get(f"/a/acme/admin/my-data/consents/{event.public_id}/").status_code == 404


@promise(103, 128)
def test_nothing_is_sold_whoever_says_yes(alice):
    from privacy.registers.books import SALE_IS_POSSIBLE

    assert SALE_IS_POSSIBLE is False
    assert not of(alice, "sharing").is_given
    ledger.opt_out(alice.email, source="R-123456")
    ledger.opt_out("nobody@pell.example", source="R-123456")
    assert [event.is_given for event in of(alice, "sharing").events] == [False]
