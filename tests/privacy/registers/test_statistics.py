"""Figures that we give away: four topics, groups of ten at least, no name of anybody, two people, made again."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import consents
from accounts.models import Account, Membership, User
from privacy.registers import statistics
from privacy.registers.models import Release
from privacy.visits.models import Figure
from tests.promises import promise

pytestmark = pytest.mark.usefixtures("_rows")

LAST = timezone.now().date() - timedelta(days=1)
NEW = "/support/registers/statistics/new/"


def firms(number, country, began=400):
    """So many firms of one country, each with an owner of a telling name."""
    found = []
    for each in range(number):
        word = f"{country.lower()}{each}"
        owner = User.objects.create_user(f"{word}@secret.example", first_name="Zebedee", last_name=f"Quill {word}")
        account = Account.objects.create(name=f"Secret Firm {word}", slug=f"secret-{word}", country=country)
        moment = timezone.now() - timedelta(days=began)
        Account.objects.filter(pk=account.pk).update(created_at=moment, trial_ends_at=moment + timedelta(days=30))
        Membership.objects.create(account=account, user=owner, role=Membership.Role.OWNER)
        found.append((account, owner))
    return found


def made(browser, topic, since=None, until=LAST, **given):
    sent = {"topic": topic, "purpose": "statistics", "since": since or LAST - timedelta(days=30), "until": until}
    answer = browser.post(NEW, {**sent, **given})
    assert answer.status_code == 302, answer.content.decode()
    return Release.objects.latest("pk")


def seen(public_id):
    return f"/support/registers/statistics/{public_id}/"


@promise(89)
def test_figures_are_never_about_a_few_and_name_nobody(sams, tesss):
    firms(12, "DE"), firms(11, "FR"), firms(3, "LU"), firms(1, "LI")
    for kind, name, number in (("page", "/pricing/", 40), ("browser", "Firefox", 25), ("browser", "", 12)):
        Figure.objects.create(day=LAST, kind=kind, name=name, networks=number)
    for topic in Release.Topic.values:
        release = made(sams, topic)
        tesss.post(seen(release.public_id))
        for cells in release.figures.values():
            assert all(number >= 10 for number in cells.values()), topic
            assert "Luxembourg" not in cells and "Liechtenstein" not in cells
    countries = Release.objects.get(topic="customers").figures["Countries"]
    assert countries["Germany"] == 12 and "France" not in countries, "the next smallest hides the four with it"
    assert countries[""] == 15
    page = sams.get("/statistics/").content.decode()
    files = [sams.get(f"/statistics/{each.public_id}/").content.decode() for each in Release.objects.all()]
    for words in (page, *files):
        assert "Germany" in words or "Secret" not in words
        found = [each for each in ("Zebedee", "Quill", "Secret Firm", "secret-", "@", "Luxembourg") if each in words]
        assert found == []
        for user in User.objects.all():
            assert str(user.public_id) not in words and user.email not in words


@promise(90)
def test_they_are_about_four_things_and_nothing_else(sams, browser_without_cookies):
    assert Release.Topic.labels == ["Customers", "Sales", "Traffic", "The site"]
    assert set(statistics.COUNTS) == set(statistics.METHODS) == set(Release.Topic)
    firms(15, "DE", began=3)
    for kind, name in (("page", "/pricing/"), ("browser", "Firefox"), ("system", "Windows"), ("device", "computer")):
        Figure.objects.create(day=LAST, kind=kind, name=name, networks=30)
        Figure.objects.create(day=LAST - timedelta(days=1), kind=kind, name=name, networks=20)
    said = {topic: made(sams, topic).figures for topic in Release.Topic.values}
    assert {topic: set(series) for topic, series in said.items()} == {
        "customers": {"Countries", "People"},
        "sales": {"New firms", "Standing"},
        "traffic": {"Pages"},
        "site": {"Browsers", "Systems", "Devices"},
    }
    assert said["customers"] == {"Countries": {"Germany": 15}, "People": {"1 person": 15}}
    assert sum(said["sales"]["New firms"].values()) == 15 and said["sales"]["Standing"] == {"On trial": 15}
    assert said["traffic"] == {"Pages": {"/pricing/": 50}} and said["site"]["Browsers"] == {"Firefox": 50}
    refused = sams.post(NEW, {"topic": "contacts", "purpose": "statistics", "since": LAST, "until": LAST})
    assert refused.status_code == 422
    assert "0 figures" in browser_without_cookies.get("/statistics/").content.decode(), "nothing leaves by counting"


@promise(89, 91)
def test_figures_leave_by_two_hands_and_can_be_made_again(sams, tesss, sam, browser_without_cookies):
    firms(20, "DE")
    first = made(sams, "customers")
    sams.post(seen(first.public_id))
    first.refresh_from_db()
    assert first.published_at is None, "whoever counted it does not publish it"
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(published_at=timezone.now(), second=sam)
    assert browser_without_cookies.get(f"/statistics/{first.public_id}/").status_code == 404
    tesss.post(seen(first.public_id))
    told = browser_without_cookies.get(f"/statistics/{first.public_id}/").json()
    assert told["figures"]["Countries"] == {"Germany": 20} and told["is_made_again"] is True
    Account.objects.filter(slug__startswith="secret-de1").update(closed_at=timezone.now() - timedelta(days=9))
    assert browser_without_cookies.get(f"/statistics/{first.public_id}/").json()["is_made_again"] is True
    second = made(sams, "customers")
    assert (second.version, second.digest != first.digest) == (2, True)
    assert first.digest[:20] in browser_without_cookies.get("/statistics/").content.decode(), "the old one stays"
    Release.objects.filter(pk=second.pk).update(figures={"Countries": {"Germany": 900}, "People": {}})
    tesss.post(seen(second.public_id))
    second.refresh_from_db()
    assert second.published_at is None and "other figures come out" in sams.get(seen(second.public_id)).content.decode()
    Release.objects.filter(pk=first.pk).update(figures={"Countries": {"Germany": 21}})
    assert browser_without_cookies.get(f"/statistics/{first.public_id}/").json()["is_made_again"] is False


def say(owner, yes):
    consents.say(owner, consents.Further.RESEARCH, is_given=yes, source="a test", method=consents.Method.CLICK)


@promise(143)
def test_research_counts_only_who_said_yes_and_no_more_once_they_take_it_back(sams, client):
    found = firms(14, "DE")
    wanted = {"purpose": "research"}
    assert made(sams, "customers", **wanted).tally["Countries"] == {}, "silence is no"
    for _, owner in found[:12]:
        say(owner, True)
    asked = made(sams, "customers", **wanted)
    assert asked.figures["Countries"] == {"Germany": 12} and statistics.ASKED in asked.method
    account, owner = found[0]
    client.force_login(owner)
    owner.agreed_through = date(2100, 1, 1)
    owner.save()
    client.post(f"/a/{account.slug}/admin/my-data/consents/", {"purpose": "research"})
    assert made(sams, "customers", **wanted).figures["Countries"] == {"Germany": 11}
    second = User.objects.create_user("partner@secret.example", first_name="Anna", last_name="Quill")
    Membership.objects.create(account=found[1][0], user=second, role=Membership.Role.OWNER)
    assert made(sams, "customers", **wanted).figures["Countries"] == {"Germany": 10}, "every owner has to say yes"
    assert made(sams, "customers").figures["Countries"] == {"Germany": 14}
    for topic in ("traffic", "site"):
        given = {"topic": topic, "since": LAST, "until": LAST, **wanted}
        assert "nobody could say yes" in sams.post(NEW, given).content.decode()
    page = client.get("/statistics/").content.decode()
    assert "Research is a purpose of its own" in page


@promise(114)
def test_who_wants_their_data_unused_is_in_no_figure(sams):
    found = firms(13, "DE")
    User.objects.filter(pk__in=[owner.pk for _, owner in found[:2]]).update(restricted_at=timezone.now())
    release = made(sams, "customers")
    assert release.figures["Countries"] == {"Germany": 11} and statistics.LEFT_OUT in release.method


def test_a_hash_is_of_all_that_is_said(sams):
    release = made(sams, "sales")
    for name, other in (("until", LAST - timedelta(days=1)), ("method", "Guessed."), ("figures", {"a": 1})):
        before = getattr(release, name)
        setattr(release, name, other)
        assert not statistics.is_made_again(release), name
        setattr(release, name, before)
    assert statistics.is_made_again(release) and re.fullmatch(r"[0-9a-f]{64}", release.digest)
    assert json.loads(json.dumps(release.figures)) == release.figures


def test_days_are_over_and_in_order(sams):
    for since, until in ((LAST, LAST + timedelta(days=1)), (LAST, LAST - timedelta(days=1))):
        given = {"topic": "sales", "purpose": "statistics", "since": since, "until": until}
        assert sams.post(NEW, given).status_code == 422
