"""A query that is put together once answers each account with its own rows."""

import pytest
from django.db import connection

from crm.models import Contact
from tenancy.written import Written

pytestmark = pytest.mark.django_db


@pytest.fixture
def names():
    made = []

    def rows():
        made.append(1)
        return Contact.objects.order_by().values("id", "last_name", "company__name", "custom")

    written = Written(rows, by="id")
    yield written
    assert len(made) <= 1


def test_rows_come_in_the_order_of_their_numbers_and_are_as_django_reads_them(in_acme, names):
    one, two = (Contact.objects.create(last_name=name, custom={"level": name}) for name in ("One", "Two"))
    found = names.of([two.pk, 0, one.pk])
    assert found == [
        {"id": each.pk, "last_name": each.last_name, "company__name": None, "custom": each.custom}
        for each in (two, one)
    ]
    assert names.of([]) == []


def test_each_account_gets_its_own_rows_from_the_statement_that_another_had_first(acme, globex, inside, names):
    numbers = {}
    for account in (acme, globex):
        with inside(account):
            numbers[account.pk] = Contact.objects.create(last_name=account.name).pk
    everybody = [*numbers.values()]
    for account in (acme, globex, acme, globex):
        with inside(account):
            assert [row["last_name"] for row in names.of(everybody)] == [account.name]


def test_the_server_keeps_the_plan(in_acme, names):
    number = Contact.objects.create(last_name="One").pk
    for _ in range(3):
        assert names.of([number])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%crm_contact%%ANY(%%'")
        assert cursor.fetchone() == (1,)


def test_nothing_is_sent_where_no_account_is_active(acme, names):
    with pytest.raises(Exception, match="No account is active"):
        names.of([1])
