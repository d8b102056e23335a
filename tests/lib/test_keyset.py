"""Walking a list page by page shows every row once, whichever way and however many rows look alike."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Company, Contact
from lib.keyset import Count, capped_count, page
from tests.explain import plan_of, rely_on_indexes

pytestmark = pytest.mark.django_db

ORDERS = [
    ("name_key", "id"),
    ("-name_key", "-id"),
    ("-name_key", "id"),
    ("company__name_key", "name_key", "id"),
    ("-company__name_key", "name_key", "-id"),
    ("-updated_at", "-id"),
]


def walk(order, size, start=None, direction="next"):
    found, cursor = [], start
    while True:
        shown = page(Contact.objects.select_related("company"), order=order, cursor=cursor, size=size)
        assert not shown.is_restarted
        assert len(found) <= 14
        pks = [row.pk for row in shown.rows]
        found = found + pks if direction == "next" else pks + found
        cursor = getattr(shown, direction)
        if cursor is None:
            return found, shown


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    people=st.lists(st.tuples(st.sampled_from("abÄ"), st.sampled_from([None, 0, 1])), max_size=14),
    order=st.sampled_from(ORDERS),
    size=st.integers(1, 5),
)
def test_every_row_once_forwards_and_backwards(in_acme, people, order, size):
    Contact.objects.all().delete()
    Company.objects.all().delete()
    firms = Company.objects.bulk_create([Company(name="Same"), Company(name="Same")])
    Contact.objects.bulk_create(
        Contact(last_name=name, company=None if firm is None else firms[firm]) for name, firm in people
    )
    expected = list(Contact.objects.order_by(*order).values_list("pk", flat=True))
    forwards, last = walk(order, size)
    assert forwards == expected
    if last.previous:
        before, _ = walk(order, size, start=last.previous, direction="previous")
        assert before == expected[: len(expected) - len(last.rows)]


def test_rows_as_dictionaries_page_too(in_acme):
    Contact.objects.bulk_create(Contact(last_name=name) for name in "cab")
    rows = Contact.objects.values("name_key", "id")
    first = page(rows, order=("name_key", "id"), size=2)
    assert [row["name_key"] for row in first.rows] == ["a", "b"]
    assert [row["name_key"] for row in page(rows, order=("name_key", "id"), cursor=first.next).rows] == ["c"]


def test_a_cursor_that_was_tampered_with_starts_again(in_acme):
    Contact.objects.bulk_create(Contact(last_name=name) for name in "abc")
    good = page(Contact.objects.all(), order=("name_key", "id"), size=1).next
    for cursor in ("x", "ü", good[:-3] + "AAA", good[5:]):
        shown = page(Contact.objects.all(), order=("name_key", "id"), cursor=cursor, size=1)
        assert (shown.is_restarted, shown.rows[0].last_name) == (True, "a")


def test_a_cursor_of_another_order_starts_again(in_acme):
    Contact.objects.bulk_create(Contact(last_name=name) for name in "abc")
    good = page(Contact.objects.all(), order=("name_key", "id"), size=1).next
    shown = page(Contact.objects.all(), order=("-name_key", "-id"), cursor=good, size=1)
    assert (shown.is_restarted, shown.rows[0].last_name) == (True, "c")


def test_a_cursor_shows_nothing_of_the_row_it_stands_for(in_acme):
    import base64

    Contact.objects.bulk_create(Contact(last_name=name) for name in ("Visible", "Zoe"))
    cursor = page(Contact.objects.all(), order=("name_key", "id"), size=1).next
    assert b"visible" not in base64.urlsafe_b64decode(cursor + "==="[: -len(cursor) % 4]).lower()


def test_when_the_rest_has_gone_the_list_starts_again(in_acme):
    Contact.objects.bulk_create(Contact(last_name=name) for name in "abc")
    cursor = page(Contact.objects.all(), order=("name_key", "id"), size=2).next
    Contact.objects.filter(last_name="c").delete()
    assert [row.last_name for row in page(Contact.objects.all(), order=("name_key", "id"), cursor=cursor).rows] == [
        "a",
        "b",
    ]


def test_a_late_page_reads_no_more_rows_than_the_first(in_acme):
    Contact.objects.bulk_create((Contact(last_name="Same") for _ in range(3000)), batch_size=1000)
    rely_on_indexes()
    late = page(Contact.objects.live(), order=("name_key", "id"), size=2500).next
    with CaptureQueriesContext(connection) as captured:
        shown = page(Contact.objects.live(), order=("name_key", "id"), cursor=late, size=50)
    assert len(shown.rows) == 50
    plan = plan_of(captured[-1]["sql"])
    assert plan.rows_read <= 60, plan.text
    assert "contact_by_name" in plan.text


def test_counting_stops_where_it_becomes_dear(in_acme):
    Contact.objects.bulk_create(Contact(last_name="a") for _ in range(6))
    assert capped_count(Contact.objects.all(), most=5) == Count(5, is_all=False)
    assert capped_count(Contact.objects.all(), most=6) == Count(6, is_all=True)
