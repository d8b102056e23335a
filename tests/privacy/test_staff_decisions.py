"""Staff record an opt-out and extend a trial; both are written down, with who did it."""

from __future__ import annotations

import pytest

from accounts import consents
from accounts.models import Account, OutgoingMail, Suppression
from audit.models import Event, Payload
from privacy.support_access.models import StaffAction
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@promise(58, 63)
def test_an_opt_out_holds_at_once_and_the_log_holds_no_address(sams, sam, alice):
    consents.choose(alice, ["tips", "news"], source="/trial/")
    given = {"email": "Alice@acme.example", "purpose": "", "evidence": "Letter of 3 May"}
    assert sams.post("/support/opt-outs/", given).status_code == 302
    assert not any(wish.is_alive for wish in consents.wishes_of(alice))
    assert Suppression.objects.get().evidence == "Letter of 3 May"
    assert OutgoingMail.objects.get(kind="opt_out_recorded").to == "alice@acme.example"
    done = StaffAction.objects.get()
    assert (done.kind, done.staff) == ("opt_out.recorded", sam)
    assert "alice" not in done.detail.lower() and "Letter of 3 May" in done.detail


def test_one_kind_of_mail_ends_and_the_others_stay(sams, alice):
    consents.choose(alice, ["tips", "news"], source="/trial/")
    sams.post("/support/opt-outs/", {"email": alice.email, "purpose": "news", "evidence": "Call"})
    said = {wish.purpose: wish.is_alive for wish in consents.wishes_of(alice)}
    assert said == {"updates": False, "news": False, "tips": True, "offers": False}
    assert "News about the service" in OutgoingMail.objects.get(kind="opt_out_recorded").text


def test_an_unknown_address_is_answered_alike(sams):
    given = {"email": "nobody@x.example", "purpose": "", "evidence": "Call"}
    answer = sams.post("/support/opt-outs/", given, follow=True)
    assert "Recorded: it holds from now on" in answer.content.decode()
    assert Suppression.objects.count() == 1


def test_an_address_does_not_slip_into_the_evidence(sams):
    given = {"email": "a@x.example", "purpose": "", "evidence": "Mail from a@x.example"}
    assert sams.post("/support/opt-outs/", given).status_code == 422
    assert not Suppression.objects.exists()


def test_a_trial_is_extended_with_a_reason_in_the_firms_log(sams, sam, acme, inside):
    before = acme.trial_ends_at
    assert 'value="acme"' in sams.get("/support/trials/?account=acme").content.decode()
    answer = sams.post("/support/trials/", {"account": "acme", "days": 14, "reason": "Asked on the phone"})
    assert answer.status_code == 302
    assert (Account.objects.get(slug="acme").trial_ends_at - before).days == 14
    with inside(acme):
        event = Event.objects.get(kind="account.trial_extended")
        assert (event.actor_kind, event.actor_id) == ("staff", sam.pk)
        assert Payload.objects.get(event_id=event.pk).data["reason"] == "Asked on the phone"
    assert StaffAction.objects.get().account == acme


@pytest.mark.parametrize("given", [{"account": "nowhere"}, {"days": 91}, {"days": 0}, {"reason": " "}])
def test_a_trial_is_not_extended_without_sense(given, sams, acme):
    answer = sams.post("/support/trials/", {"account": "acme", "days": 14, "reason": "Asked", **given})
    assert answer.status_code == 422
    assert Account.objects.get(slug="acme").trial_ends_at == acme.trial_ends_at
    assert not StaffAction.objects.exists()


def test_the_log_shows_what_staff_did(sams, edith_asks):
    sams.post(f"/support/tickets/{edith_asks.public_id}/close/")
    sams.post("/support/opt-outs/", {"email": "a@x.example", "purpose": "", "evidence": "Call"})
    page = sams.get("/support/log/").content.decode()
    assert str(edith_asks) in page and "recorded an opt-out" in page and "a@x.example" not in page
