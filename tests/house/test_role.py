"""The first test of the house."""

from django.db import connection

from tests.promises import promise


@promise(68)
def test_i_am_not_a_superuser(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole "
            "FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("candor_app", False, False, False, False)
