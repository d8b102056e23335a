"""The timeline of a record: all kinds in one order, narrowed, further back, and nothing that its reader may not see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

import audit
from crm.models import Note
from crm.timeline import sources
from crm.timeline.pages import SIZE, timeline_of
from crm.timeline.sources import Line, Source
from tests.statements import assert_same_statements

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def tried(monkeypatch):
    """Two kinds of line, made of numbers: ``tried["a"] = [(moment, number), …]``."""
    rows: dict[str, list] = {"a": [], "b": []}
    monkeypatch.setattr(sources, "_sources", {})

    def of(kind):
        def give(record, member, before, limit):
            found = sorted(rows[kind], reverse=True)
            if before:
                found = [pair for pair in found if pair < (before.at, before.id)]
            return [Line(at, number, "crm/timeline/_change.html", f"{kind}{number}") for at, number in found[:limit]]

        return give

    for kind in rows:
        sources.register(Source(kind, kind.upper(), "point", of(kind), action="home.view"))
    return rows


@pytest.fixture
def ask(rf: RequestFactory, in_acme, bob, member_of, maren):
    def give(**asked):
        request = rf.get("/", asked)
        request.membership = member_of(bob)
        return timeline_of(request, maren)

    return give


def test_pages_hold_every_line_once_in_one_order_whatever_shares_its_moment(tried, ask):
    tried["a"] = [(NOON - timedelta(minutes=number // 7), number + 1) for number in range(80)]
    tried["b"] = [(NOON - timedelta(minutes=number // 5), number + 1) for number in range(40)]
    seen, older = [], ""
    while True:
        page = ask(older=older)
        seen += [(each.line.at, each.source.kind, each.line.id) for each in page.lines]
        if not page.older:
            break
        assert len(page.lines) == SIZE
        older = page.older
    assert len(seen) == 120
    assert seen == sorted(set(seen), reverse=True)


def test_one_kind_alone(tried, ask):
    tried["a"], tried["b"] = [(NOON, 1)], [(NOON, 1)]
    assert [each.line.it for each in ask(show="b").lines] == ["b1"]
    assert [each.line.it for each in ask(show="nonsense").lines] == ["b1", "a1"]
    assert ask(older="nonsense").is_first


def test_a_kind_without_a_line_is_asked_for_beside_all_others_and_no_more(ask, maren, bob, member_of):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            ask()
        return {
            table: sum(f'FROM "crm_{table}"' in query["sql"] for query in captured)
            for table in ("note", "mail", "activity", "stagemove", "contactconsent")
        }

    assert set(asked().values()) == {1}
    Note.objects.create(contact=maren, text="Prefers mail.", author=member_of(bob))
    assert asked() == {"note": 2, "mail": 1, "activity": 1, "stagemove": 1, "contactconsent": 1}


def test_each_day_is_said_once_also_where_a_page_goes_on(tried, ask):
    tried["a"] = [(NOON - timedelta(minutes=number), 1) for number in range(SIZE + 2)]
    first = ask()
    assert [each.starts_day for each in first.lines] == [True, *[False] * (SIZE - 1)]
    assert not any(each.starts_day for each in ask(older=first.older).lines)


def test_htmx_gets_the_list_then_the_lines_that_follow_and_a_browser_the_page(client, acme, inside, bob, maren):
    with inside(acme):
        for number in range(SIZE + 5):
            audit.record("contact.changed", maren, data={"changes": {"city": ["", f"Town {number}."]}})
    client.force_login(bob)
    page = f"/a/acme/contacts/{maren.public_id}/"
    part = client.get(f"{page}timeline/?show=change", headers={"HX-Request": "true"}).content.decode()
    assert 'id="timeline"' in part and "Town 34." in part and "<html" not in part and "Town 4." not in part
    older = part.split("older=")[1].split("#")[0]
    more = client.get(f"{page}timeline/?show=change&older={older}", headers={"HX-Request": "true"}).content.decode()
    assert "Town 4." in more and 'id="timeline"' not in more
    response = client.get(f"{page}timeline/?show=change")
    assert response.status_code == 302 and response.url == f"{page}?show=change#timeline"
    assert 'aria-current="true">Changes' in client.get(f"{page}?show=change").content.decode()


def test_mallory_finds_no_timeline(client, mallory, globex, maren):
    client.force_login(mallory)
    assert client.get(f"/a/acme/contacts/{maren.public_id}/timeline/").status_code == 404
    assert client.get(f"/a/globex/contacts/{maren.public_id}/timeline/").status_code == 404


def test_a_company_page_asks_no_more_for_more_lines(client, acme, inside, bob, tidewater):
    client.force_login(bob)

    def more():
        with inside(acme):
            for number in range(10):
                audit.record("company.changed", tidewater, data={"changes": {"city": ["", f"{number}"]}})

    more()
    assert_same_statements(client, f"/a/acme/companies/{tidewater.public_id}/", more)
