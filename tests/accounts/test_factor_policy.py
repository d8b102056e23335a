"""An account asks everybody for a second factor: with a grace period by the clock, then by closed pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import actions
from accounts.factors import policy
from accounts.models import Account, Membership, OutgoingMail
from audit.models import Event
from demo import cast
from tests.accounts.conftest import whole
from tests.accounts.factors import set_up_app

PAGE = "/a/acme/admin/security/policy/"
ASKED = {"is_required": "on", "days": "14"}


@pytest.fixture
def browser():
    def of(user):
        browser = Client()
        browser.force_login(user)
        return browser

    return of


@pytest.fixture
def asks(acme):
    """Acme asks for a second factor since so many days."""

    def since(days_ago, grace=14):
        long_ago = timezone.now() - timedelta(days=400)
        Membership.objects.filter(account=acme).update(joined_at=long_ago)
        began = timezone.now() - timedelta(days=days_ago)
        Account.objects.filter(pk=acme.pk).update(second_factor_since=began, second_factor_days=grace)

    return since


def words_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", response.content.decode()))


def test_whoever_asks_for_it_has_one_and_the_log_says_so(browser, alice, bob, acme, inside):
    here = browser(alice)
    refused = here.post(PAGE, ASKED)
    assert refused.status_code == 422 and "Set up your own second factor first" in words_of(refused)
    assert Account.objects.get(slug="acme").second_factor_since is None
    set_up_app(here)
    assert here.post(PAGE, ASKED).status_code == 302
    page = words_of(here.get(PAGE))
    assert "Has one" in page and "None yet" in page
    assert here.post(PAGE, {"days": "14"}).status_code == 302
    assert Account.objects.get(slug="acme").second_factor_since is None
    with inside(acme):
        kinds = [event.kind for event in Event.objects.filter(kind__startswith="account.second").order_by("id")]
    assert kinds == ["account.second_factor_required", "account.second_factor_released"]
    log = words_of(here.get("/a/acme/admin/audit/"))
    assert "asked everybody for a second factor, within 14 days" in log


def test_who_has_none_gets_a_letter_when_the_rule_is_made_or_made_stricter(browser, alice, bob, carol, acme):
    for member in (bob, carol):
        member.set_password("quiet maple seven trains")
        member.save()
    set_up_app(browser(carol))
    here = browser(alice)
    set_up_app(here)
    for days, letters in (("14", 1), ("14", 1), ("30", 1), ("0", 2)):
        here.post(PAGE, {"is_required": "on", "days": days})
        told = [each for each in whole(OutgoingMail) if each.kind == "second_factor_wanted"]
        assert [each.to for each in told] == [bob.email] * letters
    assert "Set one up until" in told[0].text and "open again once you have set one up" in told[1].text


def test_members_do_not_set_the_rule(browser, bob):
    here = browser(bob)
    assert here.get(PAGE).status_code == 403
    assert here.post(PAGE, ASKED).status_code == 403
    assert "For everybody in Acme" not in words_of(here.get("/a/acme/admin/security/"))


@pytest.mark.parametrize(("days_ago", "said"), [(1, "13 days left"), (12.5, "2 days left"), (13.5, "1 day left")])
def test_until_then_a_banner_counts_the_days(browser, bob, asks, days_ago, said):
    asks(days_ago)
    page = browser(bob).get("/a/acme/")
    assert page.status_code == 200 and said in words_of(page)


def test_then_every_page_leads_to_the_set_up_and_nowhere_else_is_closed(browser, bob, globex, asks):
    cast.joins(globex, bob, "member")
    asks(14.1)
    here = browser(bob)
    for url in ("/a/acme/", "/a/acme/contacts/", "/a/acme/admin/security/", "/a/acme/admin/profile/edit/"):
        assert here.get(url).headers["Location"] == "/second-factor/"
    assert here.post("/a/acme/contacts/new/", {"first_name": "Maren"}).headers["Location"] == "/second-factor/"
    assert here.get("/a/acme/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/second-factor/"
    page = words_of(here.get("/second-factor/"))
    assert "Acme asks for a second factor." in page and "Go to Globex" in page
    assert here.get("/a/globex/").status_code == 200
    set_up_app(here)
    assert here.get("/a/acme/").status_code == 200
    here.post("/second-factor/app/remove/")
    assert here.get("/a/acme/").headers["Location"] == "/second-factor/"
    assert here.post("/logout/").status_code == 302


def test_who_joins_later_has_the_whole_time(browser, bob, asks):
    asks(100)
    assert browser(bob).get("/a/acme/").status_code == 302
    Membership.objects.filter(user=bob).update(joined_at=timezone.now() - timedelta(days=2))
    assert "12 days left" in words_of(browser(bob).get("/a/acme/"))


def test_a_stranger_is_told_nothing_of_the_rule(browser, mallory, globex, asks):
    asks(100)
    assert browser(mallory).get("/a/acme/").status_code == 404


def test_the_keys_of_a_member_without_one_rest(browser, bob, asks, inside, acme):
    with inside(acme):
        _, key = actions.create_api_key(Membership.objects.get(user=bob), name="Nightly", scopes=["crm:read"], days=9)

    def ask():
        return Client().get("/api/v1/contacts/", headers={"Authorization": f"Bearer {key}"})

    asks(13)
    assert ask().status_code == 200
    asks(15)
    refused = ask()
    assert refused.status_code == 403 and refused.json()["type"].endswith("#second-factor")
    set_up_app(browser(bob))
    assert ask().status_code == 200


def test_a_session_that_used_one_costs_no_statement_more(browser, bob, asks):
    def statements(here):
        with CaptureQueriesContext(connection) as captured:
            assert here.get("/a/acme/").status_code == 200
        return len(captured)

    here = browser(bob)
    set_up_app(here)
    here.get("/a/acme/")
    before = statements(here)
    asks(100)
    assert statements(here) == before


def test_the_rule_is_of_that_account_alone(acme, globex, asks):
    asks(0)
    assert policy.wanted_by(globex.memberships.select_related("account").get()) is None
