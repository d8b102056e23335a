"""Terms and policy: readable by anybody, every version at its own address, and agreed to provably."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts import agreements, documents
from accounts.models import Acceptance, DocumentText, DocumentVersion, User
from lib import formats
from tests.promises import promise
from tests.statements import behind_the_door

pytestmark = pytest.mark.usefixtures("_rows")

KINDS = ["terms", "privacy", "processing"]
A_DAY = timedelta(days=1)


def published(kind, html, *, days, **given):
    """A version that holds so many days from now."""
    day = documents.current(kind).version + timedelta(days=days)
    text, _ = DocumentText.objects.get_or_create(digest=documents.digest_of(html), defaults={"html": html})
    DocumentVersion.objects.create(document=kind, effective_on=day, text=text, **given)
    return day


@promise(136, 138, 140)
@pytest.mark.parametrize("kind", KINDS)
def test_anybody_reads_the_version_in_force_without_a_cookie(browser_without_cookies, kind):
    response = browser_without_cookies.get(f"/{kind}/")
    page = response.content.decode()
    assert response.status_code == 200 and not response.cookies
    assert f"Last updated {formats.day(documents.current(kind).version, 'year')}" in page
    assert settings.OPERATOR.legal_email in page


@promise(138, 140)
@pytest.mark.parametrize("kind", KINDS)
def test_each_version_keeps_its_own_address_and_one_to_come_is_not_in_force(client, kind):
    first = documents.current(kind).version
    to_come = published(kind, "<p>From now on we sing.</p>", days=40, summary="We sing.")
    page = client.get(f"/{kind}/").content.decode()
    assert f"Last updated {formats.day(first, 'year')}" in page and "From now on we sing" not in page
    assert "another version</a> holds: We sing." in page
    assert client.get(f"/{kind}/versions/{first}/").status_code == 200
    coming = client.get(f"/{kind}/versions/{to_come}/").content.decode()
    assert "From now on we sing" in coming and "This version holds from" in coming
    for day in ("2999-01-01", "2026-02-31", "yesterday"):
        assert client.get(f"/{kind}/versions/{day}/").status_code == 404
        assert client.get(f"/{kind}/versions/{day}/changes/").status_code == 404


@promise(137, 138, 140)
@pytest.mark.parametrize("kind", KINDS)
def test_an_older_version_stays_and_the_newer_shows_what_is_different(client, kind):
    older = published(kind, "<p>We keep it for 30 days.</p><p>Nobody else gets it.</p>", days=-2)
    newer = published(kind, "<p>We keep it for 60 days.</p><p>Nobody else gets it.</p>", days=-1)
    assert f'href="/{kind}/versions/{older}/"' in client.get(f"/{kind}/").content.decode()
    assert "We keep it for 30 days." in client.get(f"/{kind}/versions/{older}/").content.decode()
    changes = " ".join(client.get(f"/{kind}/versions/{newer}/changes/").content.decode().split())
    assert "We keep it for <del>30</del> <ins>60</ins> days." in changes
    assert "Nobody else gets it" not in changes
    assert client.get(f"/{kind}/versions/{older}/changes/").status_code == 404, "nothing came before it"


@promise(138, 140)
def test_what_was_published_can_not_be_changed_and_new_words_change_no_version(client, settings):
    before = documents.current("privacy")
    for change in (
        lambda: DocumentText.objects.filter(digest=before.digest).update(html="<p>Nothing.</p>"),
        lambda: DocumentVersion.objects.filter(document="privacy").update(is_material=True),
        lambda: DocumentVersion.objects.filter(document="privacy").delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    settings.OPERATOR = type(settings.OPERATOR)("Pell A/S", "Vestergade 9, Copenhagen", "DK", "s@pell.example", "")
    assert documents.current("privacy").html() == before.html()
    assert documents.digest_of(before.html()) == before.digest


@promise(141)
def test_the_policy_is_about_what_we_collect_and_leaves_hosted_data_to_the_firm(client):
    page = " ".join(client.get("/privacy/").content.decode().split())
    assert "about the personal information that we collect from you through this site and the service." in page
    assert "What your firm keeps in Candor about its own clients and people is your firm’s" in page


@promise(118)
def test_people_from_abroad_are_told_that_their_data_travels(client):
    kept, policy = documents.kept_in(), client.get("/privacy/").content.decode()
    assert f"In {kept}. If you live elsewhere, your information is transferred there" in policy
    for url in ("/trial/", "/signup/"):
        page = client.get(url).content.decode()
        assert f"Your data is kept in {kept}; if you live elsewhere, you agree that it is transferred there." in page
    accepted = documents.current("transfer").html()
    assert f"transferred to {kept} and kept there, under its laws" in accepted


def test_the_operator_of_the_installation_is_named(settings):
    settings.OPERATOR = type(settings.OPERATOR)("Pell A/S", "Vestergade 9, Copenhagen", "DK", "s@pell.example", "")
    policy = documents.compose("privacy")
    for words in ("Pell A/S, Vestergade 9, Copenhagen, is the controller", "In Denmark.", "s@pell.example"):
        assert words in policy


@promise(24)
def test_signing_up_keeps_what_was_agreed_to(client, sign_up):
    sign_up(client, headers={"User-Agent": "Sampler/1.0"}, country=settings.OPERATOR.country)
    given = Acceptance.objects.select_related("text").filter(user=User.objects.get(email="edith@pell.example"))
    assert {row.document for row in given} == {"terms", "privacy"}
    for row in given:
        assert (row.version, row.how) == (documents.current(row.document).version, Acceptance.How.SIGNED_UP)
        assert timezone.now() - row.accepted_at < timedelta(minutes=5)
        assert (row.ip_address, row.user_agent) == ("127.0.0.1", "Sampler/1.0")
        assert row.text.html == documents.current(row.document).html()
        assert row.text_id == hashlib.sha256(row.text.html.encode()).hexdigest()


@promise(95, 118)
def test_somebody_from_abroad_also_agrees_to_where_the_data_is_kept(client, sign_up):
    page = client.get("/trial/").content.decode()
    assert f"Your data is kept in {documents.kept_in()}" in page
    sign_up(client, country="BR")
    given = Acceptance.objects.filter(user=User.objects.get(email="edith@pell.example"))
    assert {row.document for row in given} == {"terms", "privacy", "transfer"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_part_of_a_text_has_an_address_and_what_was_agreed_to_stays_as_it_was(client, kind):
    page = client.get(f"/{kind}/").content.decode()
    anchors = re.findall(r'<a href="#([a-z0-9-]+)">', page)
    assert len(anchors) > 4
    assert anchors == [each for each in re.findall(r'<h2 id="([a-z0-9-]+)">', page) if each != "versions"]
    assert "<h2 id=" not in documents.current(kind).html()


@promise(139)
def test_going_on_is_kept_as_agreeing_by_use_apart_from_a_click(client, acme, alice, bob):
    User.objects.update(joined_at=timezone.now() - 30 * A_DAY)
    User.objects.update(agreed_through=documents.current("privacy").version)
    client.force_login(alice)
    assert "Our privacy policy changed" not in client.get("/a/acme/").content.decode()
    User.objects.filter(pk=alice.pk).update(agreed_through=documents.current("privacy").version - 9 * A_DAY)
    day = published("privacy", "<p>New words.</p>", days=-1, is_material=True, summary="We sing.")
    page = client.get("/a/acme/").content.decode()
    assert "Our privacy policy changed" in page and "Going on means that you agree" in page
    client.get("/a/acme/")
    given = Acceptance.objects.filter(user=alice, how="used", document="privacy")
    assert [row.version for row in given] == [documents.current("privacy").version], "once, and what is in force"
    assert given.get().text.html == documents.current("privacy").html() and day < given.get().version
    assert client.post("/a/acme/agree/").status_code == 302
    clicked = Acceptance.objects.filter(user=alice, how="clicked", document="privacy")
    assert clicked.count() == 1 and given.count() == 1
    assert "Our privacy policy changed" not in client.get("/a/acme/").content.decode()
    assert not Acceptance.objects.filter(user=bob).exists()


@promise(137)
def test_what_comes_is_said_on_every_page_before_it_holds_and_binds_nobody_yet(client, acme, alice):
    day = published("terms", "<p>New words.</p>", days=35, is_material=True, summary="We sing.")
    client.force_login(alice)
    page = client.get("/a/acme/").content.decode()
    assert "our terms of service says something else" in page and "We sing." in page
    assert f"/terms/versions/{day}/changes/" in page
    assert not Acceptance.objects.filter(user=alice).exists()


def test_whoever_has_not_been_told_yet_costs_two_statements(client, acme, alice):
    User.objects.update(joined_at=timezone.now() - 30 * A_DAY, agreed_through=documents.current("privacy").version)
    client.force_login(alice)
    client.get("/a/acme/")
    told = behind_the_door(lambda: client.get("/a/acme/"))
    User.objects.update(agreed_through=None)
    client.get("/a/acme/")  # that they go on is kept here
    asked = behind_the_door(lambda: client.get("/a/acme/"))
    assert len(asked) - len(told) == 2, "all versions of both texts, and what was agreed to"


def test_both_texts_are_told_of_by_the_newest_version_in_force(acme, alice):
    User.objects.filter(pk=alice.pk).update(joined_at=timezone.now() - 90 * A_DAY)
    alice.refresh_from_db()
    for kind in ("privacy", "terms"):
        published(kind, f"<p>Old {kind}.</p>", days=-2)
        published(kind, f"<p>New {kind}.</p>", days=-1)
        published(kind, f"<p>Next {kind}.</p>", days=30)
    new = agreements.unknown_to(alice)
    today = documents.current("privacy").version
    assert {(each.kind, each.version) for each in new.in_force} == {("terms", today), ("privacy", today)}
    assert [each.kind for each in new.to_come] == ["terms", "privacy"], "the terms first"
