"""Board and list: one set of deals, and sums that agree to the cent."""

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership
from crm.actions import Parts, store
from crm.deals import pipelines, queries
from crm.deals.listing import DEALS
from crm.listing.rows import listing, narrowed
from crm.models import Activity, Company, Deal, Pipeline, Stage
from tests.statements import assert_same_statements

URL = "/a/acme/deals/"
CENTS = Decimal("0.01")


@pytest.fixture
def browser(client, bob):
    client.force_login(bob)
    return client


def titles(response):
    words = response.content.decode()
    return re.findall(r'data-title="([^"]*)"', words) or re.findall(r'class="truncate" dir="auto">([^<]*)<', words)


def weighted(deal):
    """The rule, said once more in Python."""
    if deal.value is None or deal.status == "lost":
        return Decimal(0)
    if deal.status == "won":
        return deal.value
    return (deal.value * deal.stage.probability / 100).quantize(CENTS, ROUND_HALF_UP)


def summed(rows):
    found = {}
    for deal in rows:
        if deal.value is not None:
            value, part = found.get(deal.currency, (Decimal(0), Decimal(0)))
            found[deal.currency] = (value + deal.value, part + weighted(deal))
    return found


def told(total):
    return {amount.currency: (amount.value, amount.weighted) for amount in total.amounts}


ANY_DEAL = st.fixed_dictionaries(
    {
        "value": st.none() | st.decimals(0, 10**9, places=2),
        "currency": st.sampled_from(["EUR", "DKK", "JPY"]),
        "status": st.sampled_from(["open", "open", "won", "lost"]),
        "stage": st.integers(0, 5),
        "owner": st.integers(0, 2),
        "close_on": st.none() | st.integers(-40, 80),
    }
)
ANY_FILTER = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["won", "lost", "all", "nonsense"]),
        "owner": st.sampled_from(["me", "nobody"]),
        "close": st.sampled_from(["past", "month", "next", "later", "none"]),
        "stage": st.integers(0, 5),
        "pipeline": st.integers(0, 1) | st.just("all"),
        "q": st.sampled_from(["deal", "deal 1", "nothing"]),
    },
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(deals=st.lists(ANY_DEAL, max_size=12), asked=ANY_FILTER, owns=st.booleans())
def test_board_and_list_agree_to_the_cent_whatever_is_asked(in_acme, alices, bobs, deals, asked, owns):
    Deal.objects.all().delete()
    if not Pipeline.objects.filter(name="Renewals").exists():
        pipelines.create(Pipeline(name="Renewals"), stages=[("Due", 33, 5), ("Asked", 67, 5)])
    stages, lines = list(Stage.objects.in_order()), list(Pipeline.objects.in_order())
    for number, facts in enumerate(deals):
        deal = Deal(name=f"Deal {number}", value=facts["value"], currency=facts["currency"], status=facts["status"])
        deal.stage, deal.owner = stages[facts["stage"]], [None, alices, bobs][facts["owner"]]
        deal.closed_on = None if deal.is_open else date(2026, 11, 1)
        days = facts["close_on"]
        deal.close_on = None if days is None else timezone.localdate() + timedelta(days=days)
        store(deal, Parts())
    if "stage" in asked:
        asked = {**asked, "stage": str(stages[asked["stage"]].public_id)}
    if isinstance(asked.get("pipeline"), int):
        asked = {**asked, "pipeline": str(lines[asked["pipeline"]].public_id)}
    bobs.sees_only_own_records = owns

    rows = narrowed(DEALS, bobs, asked).rows
    chosen = list(rows.select_related("stage"))
    lanes = queries.lanes(rows, queries.choice(asked).stages, asked, bobs)
    page = listing(DEALS, bobs, asked, ["value", "weighted"])
    assert not owns or all(deal.owner_id == bobs.pk for deal in chosen)
    assert sorted(card["id"] for lane in lanes for card in lane.cards) == sorted(deal.pk for deal in chosen)
    assert sorted(line.name for line in page.lines) == sorted(deal.name for deal in chosen)
    for lane in lanes:
        assert told(lane.total) == summed(deal for deal in chosen if deal.stage == lane.stage)
    whole = queries.together(queries.totals(rows).values())
    assert told(queries.together(lane.total for lane in lanes)) == told(whole) == summed(chosen)
    assert whole.count == len(chosen)


def test_switching_the_look_keeps_the_set_and_the_look_is_remembered(browser, add, bobs):
    add("Archive", "Lead", 100, owner=bobs)
    add("Portal", "Proposal", 50)
    assert titles(browser.get(f"{URL}?owner=me")) == ["Archive"]
    switched = browser.get(f"{URL}?owner=me&as=list")
    assert titles(switched) == ["Archive"]
    assert '<table class="table' in browser.get(URL).content.decode()  # without being told again
    assert "data-board" in browser.get(f"{URL}?as=board").content.decode()
    assert "data-board" in browser.get(URL).content.decode()


def test_the_boards_statements_do_not_grow(browser, acme, bobs, inside, stages):
    def fill(first, last):
        with inside(acme):
            company = Company.objects.create(name=f"Company {first}")
            everywhere = list(stages.values())
            made = [
                Deal(name=f"Deal {n}", stage=everywhere[n % 4], value=n, owner=bobs, company=company, currency="EUR")
                for n in range(first, last)
            ]
            Deal.objects.bulk_create(made)

    fill(0, 2)
    assert_same_statements(browser, URL, lambda: fill(2, 12))
    assert_same_statements(browser, URL, lambda: fill(12, 500))
    words = browser.get(URL).content.decode()
    assert words.count("<article") == 200  # fifty of each column
    assert "Show more (75)" in words
    more = browser.get(f"{URL}?more={stages['Lead'].public_id}").content.decode()
    assert more.count("<article") == 275


def test_a_card_says_what_is_due_late_and_quiet(browser, acme, add, bobs, inside):
    today = timezone.localdate()
    deal = add("Archive", "Lead", "9800.50", owner=bobs, close_on=today - timedelta(days=2))
    assert "No next step" in browser.get(URL).content.decode()
    with inside(acme):
        Activity.objects.create(deal=deal, owner=bobs, kind="call", subject="Ask", due_on=today - timedelta(days=1))
        Deal.objects.update(moved_at=timezone.now() - timedelta(days=30))
    words = browser.get(URL).content.decode()
    for shown in ("Late since", "meta bad", "Quiet for 30 days", "deal stale", "€9,800.50", "Bob Reyes"):
        assert shown in words
    with inside(acme):
        Activity.objects.update(done_at=timezone.now() - timedelta(days=3))
    assert "Quiet for" not in browser.get(URL).content.decode()


def test_a_member_with_own_records_only_sees_own_sums(browser, acme, add, alices, bobs, stages):
    add("Hers", "Lead", 1000)
    add("His", "Lead", 50, owner=bobs)
    Membership.objects.filter(pk=bobs.pk).update(sees_only_own_records=True)
    for look in ("board", "list"):
        words = browser.get(f"{URL}?as={look}").content.decode()
        assert "€50 · weighted €5" in words and "Hers" not in words and "1,050" not in words
