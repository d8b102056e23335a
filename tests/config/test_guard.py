"""Nothing serves with a role that could look over the fence (tenancy pitfall 16)."""

import psycopg
import pytest
from django.db import connection

from config.guard import TooStrong, is_serving
from tenancy import roles
from tests import database

STRENGTHS = [
    "ALTER ROLE candor_app BYPASSRLS",
    "ALTER ROLE candor_app CREATEROLE",
    "GRANT candor_owner TO candor_app",
    "GRANT candor_loader TO candor_app",
    "GRANT pg_read_server_files TO candor_app",
    "ALTER TABLE crm_contact OWNER TO candor_app",
]


@pytest.fixture
def name(worker_database, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield worker_database


def test_the_app_role_is_let_through(name):
    with database.connected_to(name, "app"):
        connection.ensure_connection()


@pytest.mark.parametrize("role", ["owner", "loader"])
def test_a_role_that_changes_tables_or_passes_the_fence_is_refused(name, role):
    with database.connected_to(name, role):
        for _ in ("the first time", "and whoever swallowed that error, the next time"):
            with pytest.raises(TooStrong, match="serves only as candor_app"):
                connection.ensure_connection()


def test_a_superuser_who_plays_the_app_role_is_refused(name):
    """SET ROLE is not enough: whoever sent the next statement could RESET it."""
    given = psycopg.conninfo.conninfo_to_dict(database.admin_dsn())
    with database.connected_to(name, "app"):
        before = dict(connection.settings_dict)
        connection.settings_dict.update(
            USER=given["user"], PASSWORD=given.get("password", ""), OPTIONS={"options": "-c role=candor_app"}
        )
        try:
            with pytest.raises(TooStrong):
                connection.ensure_connection()
        finally:
            connection.settings_dict.update(before)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_every_strength_is_noticed(name, strength):
    """Asked within the transaction that gives it, so that no other test ever meets a strong app role."""
    with psycopg.connect(psycopg.conninfo.make_conninfo(database.admin_dsn(), dbname=name)) as admin:
        admin.execute(strength)
        admin.execute("SET SESSION AUTHORIZATION candor_app")
        assert roles.is_too_strong(admin.cursor())
        admin.rollback()


@pytest.mark.parametrize(
    ("argv", "serves"),
    [
        (["/srv/.venv/bin/granian", "config.wsgi"], True),
        (["/srv/.venv/lib/python3.11/site-packages/celery/__main__.py", "worker"], True),
        (["/usr/bin/gunicorn"], True),
        (["manage.py", "runserver"], True),
        (["/home/celery/candor/manage.py", "migrate"], False),
        (["manage.py", "shell"], False),
    ],
)
def test_what_serves(argv, serves):
    assert is_serving(argv) is serves
