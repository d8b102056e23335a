"""The telephone log: no recording without notice, purpose and end; nobody listens unseen; the person reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

import datamap
from audit.models import Event, Payload
from privacy.support_access import actions
from privacy.support_access.models import Call, StaffAction
from tests.days import today
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")
FORM = {
    "person": "Bob Reyes",
    "phone": "+45 20 55 01 12",
    "email": "Bob@acme.example",
    "account": "acme",
    "purpose": "help",
    "started_at": "2026-11-20T10:00",
    "ended_at": "2026-11-20T10:12",
    "summary": "The import stops at line 40.",
}
RECORDED = {"notice": "on", "recording": "PBX 0017", "recorded_for": "training"}


def in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


@pytest.fixture
def note_call(sams, acme, bob):
    def send(**given):
        return sams.post("/support/calls/new/", {**FORM, "kept_until": in_days(300), **given})

    return send


def a_call(sam, **facts) -> Call:
    now = timezone.now()
    usual = {"person": "Edith", "purpose": "sales", "started_at": now, "ended_at": now, "summary": "Prices."}
    call = Call(**{**usual, "kept_until": timezone.localdate() + timedelta(days=300), **facts})
    return actions.log_call(call, by=sam)


def recorded(**facts):
    until = timezone.localdate() + timedelta(days=30)
    told = {"notice_given_at": timezone.now(), "recording": "PBX 0017", "recorded_for": "quality"}
    return {**told, "recording_kept_until": until, **facts}


@promise(65)
def test_a_call_is_noted_for_its_person_and_account(note_call, sams, sam, bob, acme, inside):
    answer = note_call()
    call = Call.objects.get()
    assert answer["Location"] == f"/support/calls/{call.public_id}/"
    assert (call.user, call.account, call.staff, call.phone) == (bob, acme, sam, "+4520550112")
    assert call.minutes == 12 and call.notice_given_at is None
    assert StaffAction.objects.get().kind == "call.logged"
    with inside(acme):
        event = Event.objects.get(kind="call.logged")
        assert (event.actor_kind, event.actor_id, event.record_id) == ("staff", sam.pk, call.public_id)
        assert "line 40" not in str(Payload.objects.get(event_id=event.pk).data)
    assert "The import stops at line 40." in sams.get(answer["Location"]).content.decode()


@promise(65)
def test_the_person_reads_it_and_it_is_in_their_own_data(note_call, bob, carol):
    note_call()
    browser, other = Client(), Client()
    browser.force_login(bob)
    other.force_login(carol)
    page = browser.get("/a/acme/admin/support/").content.decode()
    assert "The import stops at line 40." in page and "Not recorded." in page
    assert "line 40" not in other.get("/a/acme/admin/support/").content.decode()
    about = [rows for rows in datamap.rows_about(bob) if rows.queryset.model is Call]
    (own,) = [rows for rows in about if "summary" in {answer.field for answer in rows.answers}]
    assert own.queryset.get().summary == "The import stops at line 40."
    assert {"person", "summary", "recording"} <= set(datamap.exported_columns(Call))


@promise(66)
@pytest.mark.parametrize("missing", ["notice_given_at", "recorded_for", "recording_kept_until"])
def test_the_database_refuses_a_recording_without(missing, sam):
    a_call(sam, **recorded())
    empty = "" if missing == "recorded_for" else None
    with pytest.raises(IntegrityError, match="call_record"), transaction.atomic():
        a_call(sam, **recorded(**{missing: empty}))
    with pytest.raises(IntegrityError, match="call_record"), transaction.atomic():
        Call.objects.filter(purpose="sales").update(**{missing: empty})
    assert Call.objects.count() == 1


@promise(66)
def test_the_form_says_what_the_database_would_refuse(note_call):
    answer = note_call(**{**RECORDED, "notice": ""}, recording_kept_until=in_days(30))
    assert answer.status_code == 422
    assert "only after the person was told" in answer.content.decode()
    assert "what the recording is for" in note_call(recording="PBX 0017", notice="on").content.decode()
    assert "within 90 days" in note_call(**RECORDED, recording_kept_until=in_days(91)).content.decode()
    assert "ends after it began" in note_call(ended_at="2026-11-20T09:00").content.decode()
    assert not Call.objects.exists()
    assert note_call(**RECORDED, recording_kept_until=in_days(30)).status_code == 302
    assert Call.objects.get().notice_given_at == Call.objects.get().started_at


@promise(66)
def test_nobody_listens_without_a_reason_that_the_person_reads(note_call, sams, bob):
    note_call(**RECORDED, recording_kept_until=in_days(30))
    place = f"/support/calls/{Call.objects.get().public_id}/"
    assert "PBX 0017" not in sams.get(place).content.decode()
    assert sams.post(f"{place}listen/", {"why": ""}).status_code == 422
    assert not StaffAction.objects.filter(kind="call.listened").exists()
    assert "PBX 0017" in sams.post(f"{place}listen/", {"why": "Training of Tess"}).content.decode()
    assert StaffAction.objects.get(kind="call.listened").detail == "Training of Tess"
    browser = Client()
    browser.force_login(bob)
    page = browser.get("/a/acme/admin/support/").content.decode()
    assert "Training of Tess" in page and "PBX 0017" not in page


def test_a_deleted_recording_leaves_no_reference(sams, sam):
    call = a_call(sam, **recorded())
    sams.post(f"/support/calls/{call.public_id}/recording/delete/")
    call.refresh_from_db()
    assert (call.recording, call.recorded_for, call.recording_kept_until) == ("", "", None)
    assert call.notice_given_at
    assert actions.listen(call, "Curious", by=sam) == ""
    assert not StaffAction.objects.filter(kind="call.listened").exists()


@pytest.mark.parametrize("words", ["reyes", "+45 20 55 01 12", "bob@acme.example"])
def test_a_call_is_found(words, note_call, sams, sam):
    note_call()
    a_call(sam, person="Edith Pell")
    found = sams.get("/support/calls/", {"q": words}).context["page"].rows
    assert [call.person for call in found] == ["Bob Reyes"]
    assert len(sams.get("/support/calls/").context["page"].rows) == 2


def test_a_person_and_an_account_that_do_not_belong_together_are_refused(note_call, globex):
    assert "does not belong" in note_call(account="globex").content.decode()
    assert "Nobody signs in" in note_call(email="nobody@x.example").content.decode()
    assert "no open account" in note_call(account="nowhere").content.decode()
    assert not Call.objects.exists()


def test_a_call_about_a_request_stands_on_its_page(note_call, sams, bob_asks):
    page = sams.get(f"/support/calls/new/?ticket={bob_asks.public_id}").content.decode()
    assert 'value="bob@acme.example"' in page and 'value="acme"' in page
    sams.post(f"/support/calls/new/?ticket={bob_asks.public_id}", {**FORM, "kept_until": in_days(300)})
    assert str(Call.objects.get().public_id) in sams.get(f"/support/tickets/{bob_asks.public_id}/").content.decode()
    assert sams.get("/support/calls/new/?ticket=%00").status_code == 200


@promise(66)
def test_what_is_over_goes(sam, edith_asks, bob_asks):
    today = timezone.localdate()
    kept = a_call(sam, person="Kept", **recorded(recording_kept_until=today - timedelta(days=1)))
    a_call(sam, person="Gone", kept_until=today - timedelta(days=1))
    actions.close(edith_asks, by=sam)
    actions.close(bob_asks, by=sam)
    long_ago = timezone.now() - timedelta(days=731)
    type(edith_asks).objects.filter(pk=edith_asks.pk).update(closed_at=long_ago)
    actions.forget_old()
    kept.refresh_from_db()
    assert [call.person for call in Call.objects.all()] == ["Kept"]
    assert kept.recording == ""
    assert [ticket.pk for ticket in type(edith_asks).objects.all()] == [bob_asks.pk]
    assert StaffAction.objects.filter(ticket=bob_asks).exists()
