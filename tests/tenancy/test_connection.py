"""A kept connection is looked at before it is used, without a round trip."""

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import database

pytestmark = pytest.mark.usefixtures("committed")


def end_from_outside():
    connection.ensure_connection()
    number = connection.connection.info.backend_pid
    with psycopg.connect(database.admin_dsn(), autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [number])


def test_an_open_connection_is_usable_and_nothing_is_asked():
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as captured:
        assert connection.is_usable()
    assert len(captured) == 0


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used():
    end_from_outside()
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_closed_connection_is_not_usable():
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()
