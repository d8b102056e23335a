"""From draft to version: a change that matters is announced thirty days before, to every owner, by staff alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import documents
from accounts.models import OutgoingMail
from privacy.policies import publishing
from privacy.registers import announcing
from privacy.support_access.models import StaffAction
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")


@pytest.fixture
def moved(settings):
    """The operator moved: the policy has something new to say."""
    settings.OPERATOR = type(settings.OPERATOR)("Pell A/S", "Vestergade 9, Copenhagen", "DK", "s@pell.example", "")


def post(browser, kind="privacy", days=30, **given):
    day = timezone.now().date() + timedelta(days=days)
    data = {"kind": kind, "is_material": "yes", "effective_on": day, "summary": "We moved to Denmark.", **given}
    return browser.post(f"/support/documents/{kind}/", data), day


def test_what_is_new_stands_beside_what_is_published(sams, moved):
    assert sams.get("/support/documents/").content.decode().count("Look at what is new") == 4
    page = sams.get("/support/documents/privacy/").content.decode()
    assert "Denmark" in page and "<ins>" in page and "<del>" in page


@promise(137, 140)
def test_a_change_that_matters_is_told_to_owners_thirty_days_before(acme, globex, sams, moved, client, alice):
    before = documents.current("privacy")
    assert post(sams, days=29)[0].status_code == 422
    answer, day = post(sams)
    assert answer.status_code == 302
    assert announcing.tell() == 2 and announcing.tell() == 0
    letters = OutgoingMail.objects.filter(kind="announcement")
    assert {letter.to for letter in letters} == {"alice@acme.example", "mallory@globex.example"}
    assert all(
        "We moved to Denmark." in letter.text and f"/privacy/versions/{day}/changes/" in letter.text
        for letter in letters
    )
    assert documents.current("privacy") == before, "the old words hold until then"
    coming = documents.published("privacy")[0]
    assert coming.version == day and "Denmark" in coming.html() and coming.is_material
    client.force_login(alice)
    assert "We moved to Denmark." in client.get("/a/acme/").content.decode()
    assert StaffAction.objects.get().kind == "document.published"


def test_another_wording_writes_to_nobody(sams, moved):
    assert post(sams, kind="terms", days=1, is_material="no")[0].status_code == 302
    assert announcing.tell() == 0 and not documents.published("terms")[0].is_material


def test_nothing_new_is_not_published(sams):
    newest = documents.published("terms")[0]
    documents.publish("terms", effective_on=newest.version + timedelta(days=1))
    assert not publishing.draft("terms").is_new
    answer, _ = post(sams, kind="terms", days=40)
    assert answer.status_code == 422 and "It says what its newest version says" in answer.content.decode()


def test_members_publish_nothing(client, alice, acme):
    client.force_login(alice)
    assert client.get("/support/documents/").status_code == client.get("/support/documents/privacy/").status_code == 404
    assert client.post("/support/documents/privacy/", {}).status_code == 404
