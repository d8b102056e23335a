"""The staff's own sign-in: what leads into their area, and what does not."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import SecurityEvent
from tests.accounts.factors import code_of, set_up_app
from tests.promises import promise

GOOD = "quiet maple seven trains"
PLACE = "/support/sign-in/"


def known(user):
    user.set_password(GOOD)
    user.save()
    return {"login": user.email, "password": GOOD}


@promise(150)
def test_the_area_opens_by_its_own_entrance_and_a_second_factor(sam):
    words = known(sam)
    elsewhere = Client()
    elsewhere.post("/login/", words)
    secret, codes = set_up_app(elsewhere)
    assert elsewhere.get("/enter/")["Location"] == "/support/"
    assert elsewhere.get("/support/")["Location"] == PLACE  # that session came in by the firms' door
    assert "Staff sign-in" in elsewhere.get(PLACE).content.decode()
    assert elsewhere.get("/second-factor/").status_code == 302, "nobody was signed out"

    here = Client()
    assert here.get("/support/access/")["Location"] == PLACE
    answer = here.post(PLACE, words)
    assert (answer.status_code, answer["Location"]) == (302, "/login/second-step/")
    assert here.get("/support/")["Location"] == PLACE  # a password alone opens nothing
    answer = here.post(PLACE, words)
    assert here.post("/login/second-step/", {"code": code_of(secret, 1)})["Location"] == "/support/"
    assert here.get("/support/").status_code == 200
    assert here.get(PLACE)["Location"] == "/support/"
    here.post("/logout/")
    here.post("/login/", words)
    assert here.post("/login/second-step/", {"code": codes[0]}).status_code == 302
    assert here.get("/support/")["Location"] == PLACE  # nothing of the former session lasts


def test_a_member_is_answered_as_a_wrong_password_is(alice, acme):
    words, answers = known(alice), set()
    for tried in (words, {**words, "password": "not this one"}, {**words, "login": "nobody@acme.example"}):
        browser = Client()
        answer = browser.post(PLACE, tried)
        answers.add((answer.status_code, "E-mail and password" in answer.content.decode(), "Location" in answer))
        assert browser.get("/a/acme/").status_code == 302, "somebody came in"
    assert len(answers) == 1
    assert SecurityEvent.objects.filter(user=alice, kind=SecurityEvent.Kind.FAILED).count() == 2
    inside = Client()
    inside.force_login(alice)
    assert inside.get(PLACE).status_code == inside.post(PLACE, words).status_code == 404
    assert inside.get("/a/acme/").status_code == 200


@pytest.mark.parametrize("path", [PLACE, f"{PLACE}passkey/"])
def test_both_ways_are_there_for_strangers(path, db):
    assert Client().get(path).status_code == 200
