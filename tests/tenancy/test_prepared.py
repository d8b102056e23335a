"""A plan that a migration made useless is made anew: nobody has to start web and worker again for it."""

import psycopg
import pytest
from django.db import NotSupportedError, connection, transaction
from psycopg.conninfo import make_conninfo

from tests import database

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def migrate():
    """A table that everybody reads, and what changes the kind of its column, as a migration does beside us."""
    dsn = make_conninfo(database.admin_dsn(), dbname=connection.settings_dict["NAME"])
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("CREATE TABLE scratch AS SELECT 1::int AS number")
        admin.execute("GRANT SELECT ON scratch TO PUBLIC")
        yield lambda: admin.execute("ALTER TABLE scratch ALTER number TYPE bigint")
        admin.execute("DROP TABLE scratch")


def numbers():
    with connection.prepared_cursor() as cursor:
        cursor.execute("SELECT number FROM scratch WHERE number > %s", [0])
        return cursor.fetchall()


def plans():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%FROM scratch%%'")
        return cursor.fetchone()[0]


def test_outside_a_transaction_it_is_asked_once_more(migrate):
    assert [numbers() for _ in range(3)] == [[(1,)]] * 3 and plans() == 1
    migrate()
    assert [numbers() for _ in range(3)] == [[(1,)]] * 3 and plans() == 1


def test_within_a_transaction_one_request_fails_and_the_next_is_answered(migrate):
    assert [numbers() for _ in range(3)] == [[(1,)]] * 3
    migrate()
    with pytest.raises(NotSupportedError, match="cached plan"), transaction.atomic():
        numbers()
    with transaction.atomic():
        assert numbers() == [(1,)]


def test_what_is_not_supported_is_not_asked_twice(migrate):
    with pytest.raises(NotSupportedError, match="FOR UPDATE"), connection.prepared_cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scratch FOR UPDATE")
