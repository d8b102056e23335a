"""What it costs: the page, its calculator, and what it says of the trial."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from billing.catalogue import PLANS
from privacy.policies.promises import PROMISES
from website import features
from website.features import Feature


def words(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_a_stranger_sees_every_plan_and_asks_the_database_nothing(client):
    page = words(client.get("/pricing/"))
    for plan in PLANS:
        assert plan.name in page
    assert "€98 a month, before tax" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("seats=1", "€9 a month, before tax"),
        ("seats=40&currency=USD", "$560 a month, before tax"),
        ("seats=3&interval=year&currency=GBP", "£360 a year, before tax"),
        ("seats=28", "For 28 it already costs less than Team"),
        ("utm_source=somebody", "€98 a month, before tax"),
    ],
)
def test_an_address_holds_the_calculation(client, asked, said):
    response = client.get(f"/pricing/?{asked}")
    assert response.status_code == 200
    assert said in words(response)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("seats=0", "It takes one person at least."),
        ("seats=501", "write to us"),
        ("seats=", "Say how many you are."),
        ("seats=many", "Type a whole number, such as 7."),
        ("currency=XYZ", "Choose a currency from the list."),
        ("interval=day", "Choose monthly or yearly."),
    ],
)
def test_what_cannot_be_counted_is_said_and_the_prices_stay(client, asked, said):
    response = client.get(f"/pricing/?{asked}")
    assert response.status_code == 422
    assert said in words(response) and "Before tax" in words(response)
    assert "€98" not in words(response)


def test_the_days_of_the_trial_are_those_of_the_settings(client, settings):
    settings.TRIAL_DAYS = 17
    page = words(client.get("/pricing/"))
    assert "17 days to try it, without a card" in page and "For 17 days" in page
    assert "Then for 60 days" in page and "Then for 30 days" in page


def test_a_feature_is_announced_only_when_its_page_is_there(client, monkeypatch):
    built, dreamt = Feature("A week of hours", "time/"), Feature("A ride to the moon", "moon/")
    kept = Feature("A trial without a card", promise=8)
    monkeypatch.setattr(features, "FEATURES", {"Time": (built, dreamt, kept)})
    is_in, to_come = words(client.get("/pricing/")).split("Not in yet")
    assert "A week of hours" in is_in and "A week of hours" not in to_come
    assert "A ride to the moon" in to_come and "A ride to the moon" not in is_in
    assert "A trial without a card" in is_in


def test_what_keeps_a_promise_is_announced_when_the_promise_misses_nothing(client, monkeypatch):
    unkept = replace(PROMISES[8], missing="The trial itself.")
    monkeypatch.setattr(features, "FEATURES", {"Time": (Feature("A trial without a card", promise=8),)})
    monkeypatch.setattr(features, "PROMISES", {8: unkept})
    is_in, to_come = words(client.get("/pricing/")).split("Not in yet")
    assert "A trial without a card" in to_come and "A trial without a card" not in is_in


def test_who_is_signed_in_is_not_sold_a_trial(client, alice):
    client.force_login(alice)
    assert "Start free trial" not in words(client.get("/pricing/"))
