"""Parts of our logs by two people's hands, and cases of misuse with a reason and an appeal."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Account, OutgoingMail, SecurityEvent
from accounts.standing import Standing
from privacy.registers.models import Disclosure, LogExtract, Misuse
from privacy.support_access.models import StaffAction
from privacy.visits.models import Visit
from tests.forging import forged
from tests.privacy.registers.test_living import YES, at, opened
from tests.privacy.rights.conftest import send
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")

THEIRS, OTHER = "198.51.100.7", "198.51.100.8"


def moment(days):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def logs(alice, bob):
    """Visits and sign-ins from two addresses, inside of what is asked for and outside."""
    for ip, days in ((THEIRS, 2), (THEIRS, 3), (THEIRS, 20), (OTHER, 2)):
        Visit.objects.create(
            seen_at=moment(days), ip=ip, page="/pricing/", browser="=Firefox", agent="Mozilla/5.0 secret"
        )
        SecurityEvent.objects.create(user=alice, kind="signed_in", ip=ip, happened_at=moment(days))


def fixed(browser, case, **given):
    span = {"since": f"{moment(5):%Y-%m-%dT%H:%M}", "until": f"{moment(1):%Y-%m-%dT%H:%M}"}
    answer = browser.post(at(case, "logs/new/"), {"log": "visits", "ip": THEIRS, **span, **given})
    return answer, LogExtract.objects.order_by("pk").last()


def drawn(browser, extract):
    return browser.post(f"/support/registers/logs/{extract.public_id}/draw/")


@promise(50)
def test_a_part_of_a_log_leaves_for_a_case_by_two_hands_and_no_more_than_was_asked(acme, logs, sams, tesss, sam, tess):
    case = opened(sams)
    _, visits = fixed(sams, case)
    _, sign_ins = fixed(sams, case, log="sign_ins")
    assert "2 rows now" in sams.get(at(case)).content.decode()
    for browser in (sams, tesss):
        assert drawn(browser, visits).status_code == 302, "nobody agreed yet"
    sams.post(at(case), YES)
    assert drawn(sams, visits).status_code == drawn(tesss, visits).status_code == 302, "one of two agreed"
    assert fixed(sams, case)[1] == sign_ins, "nothing is added once it was approved"
    sams.post(at(case, "release/"))
    assert drawn(sams, visits).status_code == 302, "whoever approved can't release"
    tesss.post(at(case, "release/"))
    answer = drawn(tesss, visits)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"].startswith("text/csv") and answer["Cache-Control"] == "no-store, private"
    assert [row["ip"] for row in rows] == [THEIRS, THEIRS] and rows[0]["browser"] == "'=Firefox"
    assert "secret" not in answer.content.decode()
    visits.refresh_from_db()
    assert (visits.rows, visits.drawn_by) == (2, tess)
    assert visits.digest == hashlib.sha256(answer.content).hexdigest()
    assert visits.digest in sams.get(at(case)).content.decode()
    people = list(csv.DictReader(io.StringIO(drawn(sams, sign_ins).content.decode())))
    assert [row["person"] for row in people] == ["alice@acme.example"] * 2
    said = list(StaffAction.objects.order_by("pk").values_list("staff", "detail"))
    assert [each for each, detail in said if detail.startswith("Drew 2 rows")] == [tess.pk, sam.pk]
    Disclosure.objects.update(released_at=moment(8))
    assert drawn(tesss, visits).status_code == 302, "a week after the release it is over"


@promise(50)
def test_what_is_asked_for_is_narrow_and_a_refused_case_gives_nothing(acme, logs, sams, tesss, sam):
    case = opened(sams)
    wide, _ = fixed(sams, case, since=f"{moment(40):%Y-%m-%dT%H:%M}")
    turned, _ = fixed(sams, case, until=f"{moment(9):%Y-%m-%dT%H:%M}")
    assert wide.status_code == turned.status_code == 422 and not LogExtract.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        LogExtract.objects.create(case=case, log="visits", ip=THEIRS, since=moment(40), until=moment(1), scoped_by=sam)
    _, extract = fixed(sams, case)
    tesss.post(at(case), {"decision": "No order of a court.", "released": ""})
    assert drawn(sams, extract).status_code == drawn(tesss, extract).status_code == 302
    extract.refresh_from_db()
    assert extract.drawn_at is None and extract.rows == 0


WORDS = {
    "firm": "acme",
    "reason": "Mails to people who never asked, against the terms.",
    "evidence": "Nine complaints.",
}


def a_case(browser):
    assert browser.post("/support/registers/misuse/new/", WORDS).status_code == 302
    return Misuse.objects.get()


def page(case):
    return f"/support/registers/misuse/{case.public_id}/"


def standing():
    return Account.objects.get(slug="acme").standing()


@promise(87)
def test_a_suspension_has_a_reason_and_its_appeal_is_heard_by_somebody_else(
    acme, alice, sams, tesss, sam, tess, client
):
    case = a_case(sams)
    assert standing() == Standing.TRIALING, "a case alone changes nothing"
    assert sams.post(page(case), {"days": "900"}).status_code == 422
    sams.post(page(case), {"days": "30"})
    assert standing() == Standing.READ_ONLY
    client.force_login(alice)
    assert client.get("/a/acme/contacts/").status_code == 200, "what is there can be read"
    assert client.post("/a/acme/contacts/new/", {"first_name": "Anna"}).status_code == 402
    letter = OutgoingMail.objects.get()  # one, not a second one that its standing was overruled
    assert letter.kind == "suspended"
    assert letter.to == alice.email and WORDS["reason"] in letter.text and "Nine complaints" not in letter.text
    link = re.search(r"(/appeal/\S+)", letter.text)[1]
    assert Client().get(f"{forged(link[:-1])}/").status_code == 404
    send(link, words="They had all asked for it.")
    send(link, words="Again.")
    case.refresh_from_db()
    assert (case.state, case.appeal) == ("appealed", "They had all asked for it.")
    assert OutgoingMail.objects.filter(kind="appeal_waits").count() == 1
    sams.post(page(case), {"answer": "No.", "lifts": ""})
    case.refresh_from_db()
    assert case.state == "appealed", "whoever suspended it does not answer"
    with pytest.raises(IntegrityError), transaction.atomic():
        Misuse.objects.update(answered_at=timezone.now(), second=sam)
    tesss.post(page(case), {"answer": "They had.", "lifts": "on"})
    case.refresh_from_db()
    assert (case.state, case.second, standing()) == ("lifted", tess, Standing.TRIALING)
    assert "They had." in OutgoingMail.objects.get(kind="appeal_answered").text
    public = " ".join(Client().get("/transparency/").content.decode().split())
    assert "1 account suspended, 1 appeal, 1 of them right" in public and "never asked" not in public


@promise(87)
def test_a_case_of_which_nothing_comes_and_an_appeal_that_is_refused(acme, sams, tesss):
    case = a_case(sams)
    sams.post(page(case), {"days": ""})
    case.refresh_from_db()
    assert (case.state, standing()) == ("dismissed", Standing.TRIALING)
    assert not OutgoingMail.objects.filter(kind="suspended").exists()
    Misuse.objects.all().delete()
    case = a_case(sams)
    sams.post(page(case), {"days": "5"})
    send(re.search(r"(/appeal/\S+)", OutgoingMail.objects.get(kind="suspended").text)[1], words="Why?")
    tesss.post(page(case), {"answer": "Because of the complaints."})
    case.refresh_from_db()
    assert (case.state, standing()) == ("upheld", Standing.READ_ONLY)
    assert "stays" in OutgoingMail.objects.get(kind="appeal_answered").text
