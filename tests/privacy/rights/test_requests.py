"""A request from the public form to its answer: who answers, by when, and what is said."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.inbound import receive
from accounts.models import OutgoingMail, Suppression
from privacy.rights import intake, work
from privacy.rights.models import Comparison, FirmRequest, Kind, RightsRequest, Step
from privacy.support_access.models import StaffAction
from tests.privacy.rights.conftest import ASKED, link_of_letter, send
from tests.promises import promise
from tests.signed_in import staff_browser

pytestmark = pytest.mark.usefixtures("_rows")


@promise(109, 135, 142)
def test_a_stranger_asks_without_cookies_and_confirms_by_the_letter(ask):
    request, link = ask(email="edith@pell.example", kind="object")
    assert (request.channel, request.identity, request.confirmed_at) == ("form", "unknown", None)
    assert not Suppression.objects.filter(purpose="").exists()
    page = Client().get(link)
    assert page.status_code == 200 and not page.cookies
    assert "All of it" not in page.content.decode()
    request.refresh_from_db()
    assert request.confirmed_at is None  # looking changes nothing
    assert send(link).status_code == 302
    request.refresh_from_db()
    assert request.identity == "mailbox"
    assert OutgoingMail.objects.filter(kind="rights_waits", to=settings.OPERATOR.legal_email).exists()


@promise(107, 108, 114, 128)
def test_what_must_stop_stops_with_the_confirmation(ask, alice):
    for kind in ("object", "restrict", "withdraw", "opt_out"):
        _, link = ask(kind=kind)
        send(link)
    assert list(Suppression.objects.values_list("purpose", flat=True)) == [""]
    said = alice.consents.filter(purpose="sharing").values_list("is_given", "method")
    assert list(said) == [(False, "asked")]


@promise(97, 141)
def test_what_a_firm_keeps_is_passed_on_and_nothing_is_disclosed(ask, acme, alice, inside, sams):
    request, link = ask(population="firm", firm="The Acme people", email="maren@holm.example", country="US")
    send(link)
    request.refresh_from_db()
    assert request.waits_for_the_firm
    arrived = datetime(2026, 11, 20, 12, tzinfo=request.zone)
    assert RightsRequest(country="US", arrived_at=arrived).forward_by == date(2026, 11, 24)  # from Friday to Tuesday
    decided = sams.post(f"/support/rights/{request.public_id}/decide/", {"decision": "full", "answer": "Here."})
    assert decided.status_code == 422 and "The firm decides" in decided.content.decode()
    sams.post(f"/support/rights/{request.public_id}/pass-on/", {"slug": "acme"})
    request.refresh_from_db()
    assert (request.decision, request.firm_ref) == ("forwarded", acme.public_id)
    with inside(acme):
        theirs = FirmRequest.objects.get()
        assert (theirs.origin, theirs.words, theirs.arrived_at) == (
            request.number,
            "All of it, please.",
            request.arrived_at,
        )
    letter = OutgoingMail.objects.get(kind="rights_passed_on")
    assert letter.to == "maren@holm.example" and "Acme" not in letter.text
    assert OutgoingMail.objects.get(kind="rights_firm_waits").to == alice.email
    assert StaffAction.objects.get(kind="rights.worked").detail.endswith("passed on to a firm")


def test_a_firm_named_by_its_address_has_it_at_once(ask, acme, inside):
    request, link = ask(population="firm", firm="Acme", email="maren@holm.example")
    send(link)
    request.refresh_from_db()
    assert request.decision == "forwarded"
    with inside(acme):
        assert FirmRequest.objects.count() == 1


@promise(116, 117, 132)
def test_a_refusal_names_reason_authority_and_appeal(ask, alice, sams):
    request, link = ask(kind="delete")
    send(link)
    page = f"/support/rights/{request.public_id}/decide/"
    facts = {"decision": "refused", "answer": "Not now.", "what": "Invoices", "code": "8"}
    assert "Say what shows it" in sams.post(page, facts).content.decode()
    assert sams.post(page, {**facts, "evidence": "§ 147 AO, ten years"}).status_code == 302
    letter = OutgoingMail.objects.get(kind="rights_decided")
    assert "Invoices: A law tells us to keep it." in letter.text
    assert "Bundesbeauftragte" in letter.text and "You don't agree?" in letter.text
    assert "§ 147" not in letter.text
    request.refresh_from_db()
    assert request.exceptions == [{"code": "8", "what": "Invoices", "evidence": "§ 147 AO, ten years"}]


@promise(117)
def test_somebody_else_decides_an_appeal_and_a_refusal_may_fall(ask, alice, sams, tess):
    request, link = ask(kind="opt_out")
    send(link)
    no = {"decision": "refused", "answer": "No.", "what": "All", "code": "1", "evidence": "Order 7"}
    sams.post(f"/support/rights/{request.public_id}/decide/", no)
    assert "Have somebody else decide" in Client().get(link).content.decode()
    assert send(link, again="1", words="There is no order 7.").status_code == 302
    assert "somebody else decides about it" in Client().get(link).content.decode()
    appeal = RightsRequest.objects.get(kind="complaint")
    assert intake.appeal(request, "Once more.") == appeal
    assert (appeal.appeal_of, appeal.words, appeal.is_open) == (request.number, "There is no order 7.", True)
    at = f"/support/rights/{appeal.public_id}/decide/"
    right = {"decision": "full", "answer": "You are right."}
    assert "You gave the answer" in sams.post(at, right).content.decode()
    assert staff_browser(tess).post(at, right).status_code == 302
    request.refresh_from_db()
    assert request.is_open and request.decision == "" and request.exceptions == []
    last = link_of_letter("rights_decided")
    assert "Have somebody else decide" not in Client().get(last).content.decode()


def test_whose_address_was_erased_as_they_asked_may_doubt_what_was_not(ask, alice, sam):
    request, link = ask(kind="opt_out")
    send(link)
    work.decide(request, "partial", answer="Most.", kept=[{"code": "8", "what": "One", "evidence": "AO"}], by=sam)
    RightsRequest.objects.filter(pk=request.pk).update(email="", mark="", name="", user_ref=None)
    assert send(link, again="1", words="Why?").status_code == 422
    assert send(link, again="1", words="Why?", email="alice@new.example").status_code == 302
    appeal = RightsRequest.objects.get(kind="complaint")
    assert (appeal.email, appeal.appeal_of) == ("alice@new.example", request.number)


def test_a_letter_that_names_the_number_is_an_appeal_of_its_sender_alone(ask, alice, sam):
    request, link = ask(kind="opt_out")
    send(link)
    work.decide(request, "refused", answer="No.", kept=[{"code": "1", "what": "All", "evidence": "7"}], by=sam)
    raw = "From: {}\r\nTo: " + settings.OPERATOR.legal_email + f"\r\nSubject: Re: {request}\r\n\r\nI disagree.\r\n"
    assert receive(raw.format("mallory@globex.example").encode()).startswith("Opened T-")
    assert receive(raw.format(alice.email).encode()).startswith("Opened R-")
    assert RightsRequest.objects.get(kind="complaint").appeal_of == request.number


@promise(132, 133)
def test_each_reason_needs_its_evidence_and_research_a_consent(ask, alice, sam):
    from accounts import consents

    request, link = ask(kind="opt_out")
    send(link)
    RightsRequest.objects.filter(pk=request.pk).update(user_ref=alice.public_id)

    def said(code, evidence="Letter of 3 May"):
        kept = [{"code": code, "what": "Hours", "evidence": evidence}]
        with pytest.raises(work.Refused) as refused:
            work.decide(request, "refused", answer="No.", kept=kept, by=sam)
        return str(refused.value)

    for number in range(1, 10):
        assert "Say what shows it" in said(str(number), " ")
    assert "consent" in said("6")
    assert "No law lists" in said("9")
    assert "counsel" in said("4")
    further, click = consents.Further.RESEARCH, consents.Method.CLICK
    consents.say(alice, further, is_given=True, source="a test", method=click)
    work.decide(request, "refused", answer="No.", kept=[{"code": "6", "what": "Hours", "evidence": "Study 4"}], by=sam)
    request.refresh_from_db()
    assert request.decision == "refused"


@promise(146)
def test_the_clock_rings_pauses_extends_and_is_over(ask, alice, sam):
    request, link = ask()
    send(link)
    while not 82 <= request.percent <= 94:
        request.arrived_at -= timedelta(hours=12)
    RightsRequest.objects.filter(pk=request.pk).update(arrived_at=request.arrived_at)
    due = request.due_on
    work.ring()
    work.ring()
    rung = OutgoingMail.objects.filter(kind="rights_runs_out")
    assert [letter.subject for letter in rung] == [f"{request}: 80 % of the time is gone"]
    work.pause(request, "Which Alice is meant?", by=sam)
    RightsRequest.objects.filter(pk=request.pk).update(paused_at=timezone.now() - timedelta(days=7))
    request.refresh_from_db()
    work.resume(request, by=sam)
    request.refresh_from_db()
    assert (request.paused_days, (request.due_on - due).days >= 7) == (7, True)
    work.extend(request, "Many requests", by=sam)
    request.refresh_from_db()
    assert (request.due_on - due).days > 55
    assert "Many requests" in OutgoingMail.objects.get(kind="rights_later").text
    with pytest.raises(work.Refused):
        work.extend(request, "Once more", by=sam)
    RightsRequest.objects.filter(pk=request.pk).update(arrived_at=timezone.now() - timedelta(days=200))
    work.ring()
    assert rung.latest("pk").subject.startswith(f"{request}: 100 %")


def test_california_knows_no_pause(ask, alice, sam):
    request, _ = ask(country="US")
    assert request.acknowledge_by is not None
    with pytest.raises(work.Refused):
        work.pause(request, "We wait", by=sam)


def test_proof_and_words_go_after_thirty_days_and_the_record_after_two_years(ask, alice, sam):
    request, link = ask()
    send(link)
    send(f"{link}who/", phone="1", declared="on")
    work.decide(
        request, "refused", answer="No.", kept=[{"code": "identity", "what": "All", "evidence": "0 fit"}], by=sam
    )
    work.forget()
    assert Comparison.objects.filter(request=request).count() == 1
    RightsRequest.objects.filter(pk=request.pk).update(closed_at=timezone.now() - timedelta(days=31))
    work.forget()
    request.refresh_from_db()
    assert (request.name, request.email, request.words, request.mark, request.user_ref) == ("", "", "", "", None)
    assert (request.kind, request.decision, request.exceptions[0]["code"]) == ("access", "refused", "identity")
    assert not Comparison.objects.filter(request=request).exists()
    RightsRequest.objects.filter(pk=request.pk).update(closed_at=timezone.now() - timedelta(days=731))
    work.forget()
    assert not RightsRequest.objects.filter(pk=request.pk).exists()


@promise(115)
def test_a_letter_that_asks_for_a_right_opens_a_request(db):
    asks = {
        "Please delete all my data.": Kind.DELETE,
        "I want a copy of my personal data under the GDPR": Kind.ACCESS,
        "What do you know about me?": Kind.ACCESS,
        "I object to the processing": Kind.OBJECT,
        "Do not sell my information": Kind.OPT_OUT,
        "I revoke my consent to research with it": Kind.WITHDRAW,
        "This is a complaint about how you handle my data": Kind.COMPLAINT,
        "Which categories of personal information do you collect?": Kind.CATEGORIES,
        "Please rectify my personal data": Kind.CORRECT,
        "I ask you to restrict the processing": Kind.RESTRICT,
        "Data portability, please": Kind.COPY,
    }
    for number, (words, kind) in enumerate(asks.items()):
        raw = (
            f"From: p{number}@pell.example\r\nTo: {settings.OPERATOR.legal_email}\r\nSubject: Hello\r\n\r\n{words}\r\n"
        )
        assert receive(raw.encode()).startswith("Opened R-")
        opened = RightsRequest.objects.latest("pk")
        assert (opened.kind, opened.channel, opened.confirmed_at) == (kind, "mail", None)
    raw = f"From: q@pell.example\r\nTo: {settings.OPERATOR.legal_email}\r\nSubject: Hi\r\n\r\nWhere is my invoice?\r\n"
    assert receive(raw.encode()).startswith("Opened T-")


def test_staff_write_down_a_letter_with_the_day_on_which_it_came(sams):
    facts = {
        "kind": "access", "population": "holder", "channel": "letter", "arrived_at": "2026-11-02T09:00",
        "name": "Edith Pell", "email": "edith@pell.example", "country": "GB", "words": "By post.",
    }  # fmt: skip
    answer = sams.post("/support/rights/new/", facts)
    request = RightsRequest.objects.get(kind="access")
    assert answer.headers["Location"] == f"/support/rights/{request.public_id}/"
    assert (request.channel, request.regime, request.due_on.isoformat()) == ("letter", "uk", "2026-12-02")
    page = sams.get(f"/support/rights/{request.public_id}/").content.decode()
    assert "Edith Pell" in page and "2 Dec 2026" in page
    assert Client().get(f"/support/rights/{request.public_id}/")["Location"].startswith("/support/sign-in/")


def test_a_letter_without_an_address_gets_one_and_goes_on(sams, alice):
    facts = {
        "kind": "complaint", "population": "holder", "channel": "letter", "arrived_at": "2026-11-02T09:00",
        "name": "Alice Archer", "email": "", "country": "GB", "words": "By post.",
    }  # fmt: skip
    at = sams.post("/support/rights/new/", facts).headers["Location"]
    assert "There is no address yet" in sams.get(at).content.decode()
    done = {"decision": "full", "answer": "We looked."}
    assert "know who asks" in sams.post(f"{at}decide/", done).content.decode()
    assert sams.post(f"{at}reach/", {"email": "next door"}).status_code == 422
    assert sams.post(f"{at}reach/", {"email": " Alice@acme.example "}).status_code == 302
    request = RightsRequest.objects.get(kind="complaint")
    assert request.email == alice.email and request.acknowledged_at and f"{request.arrived_at:%d}" == "02"
    sams.post(f"{at}reach/", {"email": "mallory@globex.example"})
    request.refresh_from_db()
    assert request.email == alice.email, "once"
    send(link_of_letter())
    unkept = {"what": "Left from before", "code": "8", "evidence": "Left"}
    assert sams.post(f"{at}decide/", {**done, **unkept}).status_code == 302
    request.refresh_from_db()
    assert (request.decision, request.exceptions) == ("full", []), "what is hidden beside Done says nothing"
    assert OutgoingMail.objects.get(kind="rights_decided").to == alice.email


def test_what_nobody_confirmed_is_given_up_after_a_month(ask):
    request, _ = ask(email="edith@pell.example")
    RightsRequest.objects.filter(pk=request.pk).update(arrived_at=timezone.now() - timedelta(days=31))
    work.forget()
    request.refresh_from_db()
    assert request.decision == "withdrawn"


def test_the_figures_count_and_name_nobody(ask, alice, sam):
    request, link = ask(kind="complaint")
    send(link)
    work.decide(request, "full", answer="Mended.", kept=[], by=sam)
    page = Client().get("/privacy/request/figures/").content.decode()
    assert "Complain about how" in page and "alice" not in page
    assert Step.objects.filter(request=request, what="Decided: done").exists()


def test_the_do_not_sell_page_is_there():
    page = Client().get("/privacy/do-not-sell/").content.decode()
    assert 'value="opt_out" selected' in page
    assert send("/privacy/do-not-sell/", **{**ASKED, "kind": "opt_out"}).status_code == 200


def test_asking_twice_makes_one_request_and_writes_again(ask):
    first, _ = ask()
    second, _ = ask()
    assert first == second
    assert OutgoingMail.objects.filter(kind="rights_received").count() == 2
    assert intake.of_link(link_of_letter().split("/")[3]) == first


@promise(111, 127, 131)
def test_whoever_is_known_and_asks_to_be_deleted_is_erased_with_the_answer(ask, acme, bob, sam):
    from privacy.deletion.models import PersonErasure

    request, link = ask(kind="delete", email=bob.email)
    send(link)
    with pytest.raises(work.Refused):
        work.decide(request, "full", answer="Done.", kept=[], by=sam)
    assert not PersonErasure.objects.exists()
    RightsRequest.objects.filter(pk=request.pk).update(identity="points", user_ref=bob.public_id)
    work.decide(request, "full", answer="Done.", kept=[], by=sam)
    assert PersonErasure.objects.get().ground == "asked"
