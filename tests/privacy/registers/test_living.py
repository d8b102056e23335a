"""Disclosures by two people, incidents with a clock, a sale that firms hear of: written by staff, counted in public."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import OutgoingMail
from privacy.registers import announcing
from privacy.registers.models import BusinessTransfer, Disclosure, Incident
from privacy.support_access.models import StaffAction
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")

CASE = {
    "kind": "legal",
    "authority": "District Court of Hamburg",
    "country": "DE",
    "instrument": "Order 12 Gs 34/26",
    "scope": "Sign-ins of one account on 3 May",
    "firm": "acme",
    "received_at": "2026-11-22T09:00",
}
YES = {"decision": "A valid order of the court in charge.", "released": "4 sign-ins with their network addresses"}


def opened(browser, **given) -> Disclosure:
    answer = browser.post("/support/registers/disclosures/new/", {**CASE, **given})
    assert answer.status_code == 302, answer.content.decode()
    return Disclosure.objects.latest("pk")


def at(case, step=""):
    return f"/support/registers/disclosures/{case.public_id}/{step}"


@promise(50, 86, 98)
def test_nothing_leaves_by_one_persons_hand_and_the_firm_hears_of_it(acme, sams, tesss, sam, tess):
    case = opened(sams)
    sams.post(at(case), YES)
    sams.post(at(case, "release/"))
    case.refresh_from_db()
    assert case.state == "approved" and not OutgoingMail.objects.filter(kind="disclosure").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.update(state="released", second=sam, released_at=timezone.now())
    tesss.post(at(case, "release/"))
    case.refresh_from_db()
    assert (case.state, case.first, case.second) == ("released", sam, tess) and case.told_at
    letter = OutgoingMail.objects.get(kind="disclosure")
    assert letter.to == "alice@acme.example" and "Order 12 Gs 34/26" in letter.text and YES["released"] in letter.text
    assert [done.staff for done in StaffAction.objects.order_by("pk")] == [sam, sam, tess]


@promise(86)
def test_a_firm_that_may_not_be_told_is_told_later(acme, sams, tesss):
    case = opened(sams, gag_until=str(timezone.localdate() + timedelta(days=9)))
    sams.post(at(case), YES)
    tesss.post(at(case, "release/"))
    tesss.post(at(case, "tell/"))
    assert not OutgoingMail.objects.filter(kind="disclosure").exists()
    Disclosure.objects.update(gag_until=timezone.localdate())
    tesss.post(at(case, "tell/"))
    tesss.post(at(case, "tell/"))
    assert OutgoingMail.objects.filter(kind="disclosure").count() == 1


@promise(86, 98, 145)
def test_the_public_reads_numbers_and_zeros(browser_without_cookies, acme, sams):
    def row(kind):
        page = browser_without_cookies.get("/transparency/").content.decode()
        cells = page.split(kind)[1].split("</tr>")[0]
        return [int(word) for word in cells.replace("<", " ").replace(">", " ").split() if word.isdigit()]

    calecpa = "California’s Electronic Communications Privacy Act"
    assert row(calecpa) == row("Court order") == [0, 0, 0]
    case = opened(sams, kind="calecpa")
    assert "has to name the person, the accounts and the days" in sams.get(at(case)).content.decode()
    sams.post(at(case), {"decision": "It names nobody.", "released": ""})
    assert row(calecpa) == [1, 0, 1] and row("Court order") == [0, 0, 0]
    page = browser_without_cookies.get("/transparency/").content.decode()
    assert "Hamburg" not in page and "acme" not in page


@promise(88)
def test_what_is_released_in_danger_is_examined_afterwards_by_somebody_else(acme, sams, tesss):
    case = opened(sams, kind="emergency", gag_until="")
    sams.post(at(case), YES)
    tesss.post(at(case, "release/"))
    assert "waits to be examined" in sams.get("/support/registers/").content.decode()
    tesss.post(at(case, "examine/"))
    case.refresh_from_db()
    assert case.reviewed_at is None, "whoever released it does not examine it"
    sams.post(at(case, "examine/"))
    assert "waits to be examined" not in sams.get("/support/registers/").content.decode()


@promise(81)
def test_an_incident_has_a_clock_and_every_firm_hears_of_it_once(acme, globex, sams, browser_without_cookies):
    noticed = timezone.now() - timedelta(hours=80)
    words = {"title": "A lost laptop", "facts": "It was lost.", "effects": "Nothing was on it.", "is_risk": "on"}
    answer = sams.post("/support/registers/incidents/new/", {**words, "noticed_at": f"{noticed:%Y-%m-%dT%H:%M}"})
    assert answer.status_code == 302
    found = Incident.objects.get()
    assert found.is_overdue and found.authority_due_at - found.noticed_at == timedelta(hours=72)
    assert "the authority has to know until" in sams.get("/support/registers/").content.decode()
    assert "A lost laptop" not in browser_without_cookies.get("/transparency/").content.decode()
    for _ in range(2):
        sams.post(f"/support/registers/incidents/{found.public_id}/tell/")
        announcing.tell()
    letters = OutgoingMail.objects.filter(kind="announcement")
    assert {letter.to for letter in letters} == {"alice@acme.example", "mallory@globex.example"}
    assert letters.count() == 2 and all("It was lost." in letter.text for letter in letters)
    assert "A lost laptop" in browser_without_cookies.get("/transparency/").content.decode()


@promise(92)
def test_firms_hear_of_a_sale_of_the_business_thirty_days_before(acme, sam, sams, browser_without_cookies):
    today = timezone.localdate(timezone=ZoneInfo(sam.time_zone))  # where it is written down
    words = {"successor": "Pell A/S", "country": "DK", "passes": "The program and all accounts."}
    soon = {**words, "happens_on": str(today + timedelta(days=29))}
    assert sams.post("/support/registers/transfers/new/", soon).status_code == 422
    sams.post("/support/registers/transfers/new/", {**words, "happens_on": str(today + timedelta(days=30))})
    assert BusinessTransfer.objects.count() == 1
    announcing.tell()
    letter = OutgoingMail.objects.get(kind="announcement")
    assert "Candor is run by Pell A/S" in letter.subject and "take everything with you" in letter.text
    assert "Pell A/S" in browser_without_cookies.get("/transparency/").content.decode()


@promise(120)
def test_nothing_was_sold_and_nothing_could_be(browser_without_cookies):
    """No kind of disclosure is a sale, and the sentence says so."""
    assert {kind.value for kind in Disclosure.Kind} == {"legal", "calecpa", "emergency", "fraud"}
    page = " ".join(browser_without_cookies.get("/transparency/").content.decode().split())
    assert "sold or shared for advertising 0 times" in page


def test_members_find_no_registers(client, alice, acme):
    client.force_login(alice)
    for path in ("", "disclosures/new/", "incidents/new/", "transfers/new/"):
        assert client.get(f"/support/registers/{path}").status_code == 404
