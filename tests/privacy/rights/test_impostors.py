"""Whoever is not the person gets nothing: every way in that we could think of, and no word of Alice's comes out."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import OutgoingMail, User
from privacy.rights import identity, intake, work
from privacy.rights.models import Agent, Channel, Comparison, Kind, RightsRequest
from tests.privacy.rights.conftest import ASKED, link_of_letter, send
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")

SECRETS = {"phone": "+4530112233", "street": "Havnegade 12", "postal_code": "5000"}


@pytest.fixture
def known(alice):
    """Alice, of whom we hold more than stands on a card."""
    User.objects.filter(pk=alice.pk).update(**SECRETS, city="Odense")
    alice.refresh_from_db()
    return alice


def points(user, **wrong):
    right = {**SECRETS, "joined": f"{user.joined_at:%Y-%m}", "ticket": "", "declared": "on"}
    return {**right, **wrong}


def confirmed(ask, **given):
    request, link = ask(**given)
    send(link)
    request.refresh_from_db()
    return request, link


def nothing_came_out(*answers):
    """No answer and no letter holds what is kept about Alice and was not typed by whoever asked."""
    texts = [answer.content.decode() for answer in answers]
    texts += [
        letter.text + letter.html + letter.subject for letter in OutgoingMail.objects.filter(kind__startswith="rights_")
    ]
    for text in texts:
        for secret in (*SECRETS.values(), "Odense"):
            assert secret not in text


@promise(125, 130)
def test_three_wrong_tries_end_it_even_for_the_right_answer_and_for_another_request(ask, known):
    request, link = confirmed(ask)
    wrong = points(known, phone="+4599999999", street="Elsewhere 1", postal_code="1")
    answers = [send(f"{link}who/", **wrong) for _ in range(3)]
    late = send(f"{link}who/", **points(known))
    assert [answer.status_code for answer in (*answers, late)] == [302, 302, 302, 422]
    with pytest.raises(identity.TooManyTries):
        identity.compare(request, points(known))
    request.refresh_from_db()
    assert request.identity == "failed"
    other, _ = confirmed(ask, kind="copy")
    with pytest.raises(identity.TooManyTries):
        identity.compare(other, points(known))
    other.refresh_from_db()
    assert other.identity == "mailbox"
    nothing_came_out(*answers, Client().get(link))


@promise(130)
def test_what_was_typed_is_not_kept_and_the_result_is(ask, known):
    request, link = confirmed(ask)
    send(f"{link}who/", **points(known, phone="+4512345678"))
    kept = Comparison.objects.get()
    assert kept.fitted == {"phone": False, "street": True, "postal_code": True, "joined": True, "ticket": False}
    request.refresh_from_db()
    assert (request.identity, kept.passed) == ("points", True)
    rows = json.dumps(list(RightsRequest.objects.filter(pk=request.pk).values()), default=str)
    assert "Havnegade" not in rows and "+4512345678" not in rows


@promise(130)
def test_two_points_do_for_categories_and_never_for_the_pieces(ask, known):
    two = points(known, phone="", street="")
    pieces, _ = confirmed(ask)
    assert identity.compare(pieces, two) is False
    kinds, _ = confirmed(ask, kind="categories")
    assert identity.compare(kinds, two) is True
    assert identity.POINTS.keys() & {"name", "email", "firm"} == set()


@promise(130)
def test_a_stranger_with_an_unknown_address_takes_the_same_way(ask, known):
    request, link = confirmed(ask, email="edith@pell.example")
    answer = send(f"{link}who/", **points(known))
    request.refresh_from_db()
    assert (answer.status_code, request.identity, request.user_ref) == (302, "mailbox", None)
    assert Comparison.objects.get().fitted == dict.fromkeys(identity.POINTS, False)


def test_a_duplicate_never_changes_how_we_know_who_asks(ask, known, acme):
    first, _ = confirmed(ask)
    assert identity.compare(first, points(known)) is True
    again, _ = ask()
    assert again == first and again.identity == "points"
    stranger, _ = ask(email="mallory@globex.example")
    assert (stranger.identity, stranger.user_ref) == ("unknown", None)
    facts = {"population": "holder", "name": "Alice", "country": "DE", "words": ""}
    signed_in = intake.open_request(Kind.ACCESS, channel=Channel.APP, email=known.email, user=known, **facts)
    assert signed_in != first and signed_in.identity == "sign_in"
    ask()  # a form's word never reaches the request of a sign-in
    assert RightsRequest.objects.filter(kind="access").count() == 3
    signed_in.refresh_from_db()
    assert signed_in.identity == "sign_in"


def test_nothing_is_handed_over_before_we_know_who_asks_and_before_it_is_granted(ask, known, sam):
    request, link = confirmed(ask)
    for decision in ("full", "partial"):
        kept = [{"code": "8", "what": "Invoices", "evidence": "AO"}]
        with pytest.raises(work.Refused):
            work.decide(request, decision, answer="Here.", kept=kept, by=sam)
    assert Client().get(f"{link}copy/").status_code == 404
    identity.compare(request, points(known))
    assert Client().get(f"{link}copy/").status_code == 404
    work.decide(request, "full", answer="Here.", kept=[], by=sam)
    copy = Client().get(f"{link}copy/")
    assert copy.status_code == 200 and "Havnegade 12" in copy.content.decode()  # the person gets it
    User.objects.filter(pk=known.pk).update(email="new@acme.example")
    assert Client().get(f"{link}copy/").status_code == 404  # the address is somebody else's now
    User.objects.filter(pk=known.pk).update(email=known.email)
    RightsRequest.objects.filter(pk=request.pk).update(closed_at=timezone.now() - timedelta(days=31))
    assert Client().get(f"{link}copy/").status_code == 404
    nothing_came_out(Client().get(link))


def test_forged_and_foreign_links_lead_nowhere(ask, known):
    request, link = ask()
    token = link.split("/")[3]
    forged = [token[:-1] + ("x" if token[-1] != "x" else "y"), request.public_id.hex, f"{request.public_id.hex}.x", "x"]
    for each in forged:
        for end in ("", "who/", "copy/"):
            assert Client().get(f"/privacy/request/{each}/{end}").status_code == 404
    assert Client().get(f"{link}who/").status_code == 302  # not confirmed yet


@promise(97)
def test_a_firms_data_is_never_ours_to_hand_over(ask, known, acme):
    request, link = confirmed(ask, population="firm", firm="Nobody knows them")
    assert Client().get(f"{link}who/").status_code == 302
    RightsRequest.objects.filter(pk=request.pk).update(identity="points", user_ref=known.public_id)
    assert Client().get(f"{link}copy/").status_code == 404


@promise(129)
def test_an_agent_needs_a_permission_that_holds_and_the_persons_own_word(known, sam, settings):
    today = timezone.localdate()
    facts = {
        **ASKED, "agent_name": "Ada Gent", "agent_email": "ada@gent.example", "signed_by": "Alice Archer",
        "signed_on": today.isoformat(), "expires_on": (today + timedelta(days=30)).isoformat(), "scope": ["access"],
    }  # fmt: skip

    def sent(**changes):
        paper = SimpleUploadedFile("p.pdf", b"%PDF-1.7 signed by Alice")
        return send("/privacy/request/agent/", **{**facts, "permission": paper, **changes})

    assert "is over" in sent(expires_on=(today - timedelta(days=1)).isoformat()).content.decode()
    assert "still to come" in sent(signed_on=(today + timedelta(days=3)).isoformat()).content.decode()
    assert "does not allow" in sent(scope=["correct"]).content.decode()
    assert "not your own" in sent(email="ada@gent.example").content.decode()
    assert "Send a PDF" in sent(permission=SimpleUploadedFile("p.exe", b"MZ")).content.decode()
    assert not Agent.objects.exists()
    assert sent().status_code == 200
    request = RightsRequest.objects.get(kind="access")
    agent = Agent.objects.get(request=request)
    assert "signed by Alice" not in agent.permission and len(agent.digest) == 64
    assert OutgoingMail.objects.filter(kind="rights_received").latest("pk").to == known.email  # and not to Ada
    RightsRequest.objects.filter(pk=request.pk).update(identity="points", user_ref=known.public_id)
    with pytest.raises(work.Refused, match="not confirmed the agent"):
        work.decide(request, "full", answer="Here.", kept=[], by=sam)
    RightsRequest.objects.filter(pk=request.pk).update(identity="unknown")
    send(link_of_letter())
    agent.refresh_from_db()
    assert agent.may_act
    with transaction.atomic():
        RightsRequest.objects.filter(pk=request.pk).update(identity="points")
        work.decide(request, "full", answer="You are in our newsletter.", kept=[], by=sam)
        word = OutgoingMail.objects.get(kind="rights_agent_ended")
        assert word.to == "ada@gent.example" and str(request) in word.text
        for told in ("newsletter", known.email, known.first_name):
            assert told not in word.text + word.html + word.subject
        transaction.set_rollback(True)
    Agent.objects.filter(pk=agent.pk).update(expires_on=today - timedelta(days=1))
    RightsRequest.objects.filter(pk=request.pk).update(identity="points")
    with pytest.raises(work.Refused, match="permission is over"):
        work.decide(request, "full", answer="Here.", kept=[], by=sam)


def test_the_sixth_request_of_an_address_waits(ask):
    for kind in ("access", "copy", "delete", "correct", "categories"):
        ask(kind=kind)
    answer = send("/privacy/request/", **{**ASKED, "kind": "object"})
    assert answer.status_code == 429
