"""What each role may and may not do, on the server we bring and on the oldest we support."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config import roles
from config.env import env
from config.trouble import Trouble

DATABASE = "roles_test"
NOT_ALLOWED = psycopg.errors.InsufficientPrivilege


@pytest.fixture(scope="module")
def prepared(admin_dsn):
    """A prepared database with one table of the owner."""
    roles.prepare_database(admin_dsn, DATABASE, env.role_password)
    with connect(admin_dsn, "candor_owner") as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS note (id bigint GENERATED ALWAYS AS IDENTITY, word text)")
        owner.execute("CREATE OR REPLACE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'")
    return admin_dsn


def connect(admin_dsn: str, role: str, database: str = DATABASE) -> psycopg.Connection:
    dsn = make_conninfo(admin_dsn, user=role, password=env.role_password(role), dbname=database)
    return psycopg.connect(dsn, autocommit=True)


def as_admin(admin_dsn: str, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(admin_dsn, dbname=database, autocommit=True, client_encoding="utf8")


def test_no_role_is_more_than_it_should_be(prepared):
    with as_admin(prepared) as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin "
            "FROM pg_roles WHERE rolname LIKE 'candor\\_%' ORDER BY rolname"
        ).fetchall()
    no = (False, False, False, False)
    assert found == [
        ("candor_app", *no, False, True),
        ("candor_broker", *no, False, True),
        ("candor_eraser", *no, False, False),
        ("candor_loader", *no, True, True),
        ("candor_looker", *no, True, False),
        ("candor_owner", *no, False, True),
        ("candor_support", *no, False, True),
    ]


def test_no_role_of_ours_is_a_member_of_another_but_who_makes_its_function(prepared):
    with as_admin(prepared) as connection:
        members = connection.execute(
            "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members "
            "WHERE member::regrole::text LIKE 'candor\\_%'"
        ).fetchall()
    assert sorted(members) == [("candor_owner", "candor_eraser"), ("candor_owner", "candor_looker")]


@pytest.mark.parametrize("role", ["candor_app", "candor_loader"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO note (word) VALUES ('x')",
        "SELECT * FROM note",
        "UPDATE note SET word = 'y'",
        "DELETE FROM note",
        "CREATE TEMP TABLE stage (word text)",
    ],
)
def test_app_and_loader_work_with_rows(prepared, role, statement):
    with connect(prepared, role) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("role", ["candor_app", "candor_loader", "candor_support"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (word text)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER TABLE note ADD COLUMN mine text",
        "CREATE TRIGGER mine BEFORE INSERT ON note EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "TRUNCATE note",
        "DROP TABLE note",
        "SELECT answer()",
        "SET ROLE candor_owner",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_nobody_but_the_owner_changes_the_house(prepared, role, statement):
    with connect(prepared, role) as connection, pytest.raises(NOT_ALLOWED):
        connection.execute(statement)


@pytest.mark.parametrize("statement", ["SELECT * FROM note", "INSERT INTO note (word) VALUES ('x')"])
def test_support_touches_no_table(prepared, statement):
    with connect(prepared, "candor_support") as connection, pytest.raises(NOT_ALLOWED):
        connection.execute(statement)


def test_eraser_may_leave_keys_unasked_and_touches_no_table_by_itself(prepared):
    with as_admin(prepared, DATABASE) as connection:
        connection.execute("SET ROLE candor_eraser")
        connection.execute("SET session_replication_role = replica")
        for statement in ("SELECT * FROM note", "DELETE FROM note"):
            with pytest.raises(NOT_ALLOWED):
                connection.execute(statement)


def test_looker_may_read_and_nothing_else(prepared):
    with as_admin(prepared, DATABASE) as connection:
        connection.execute("SET ROLE candor_looker")
        connection.execute("SELECT * FROM note")
        with pytest.raises(NOT_ALLOWED):
            connection.execute("DELETE FROM note")


@pytest.mark.parametrize("role", ["candor_looker", "candor_eraser", "candor_broker"])
def test_who_has_no_business_here_does_not_come_in(prepared, role):
    with pytest.raises(psycopg.OperationalError):
        connect(prepared, role)


def test_a_wrong_password_does_not_open(prepared):
    dsn = make_conninfo(prepared, user="candor_app", password="wrong", dbname=DATABASE)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(dsn)


def test_repeating_it_changes_nothing(prepared):
    def rights():
        with as_admin(prepared, DATABASE) as connection:
            return connection.execute(
                "SELECT (SELECT datacl::text FROM pg_database WHERE datname = current_database()), "
                "(SELECT nspacl::text FROM pg_namespace WHERE nspname = 'public'), "
                "(SELECT array_agg(defaclacl::text ORDER BY oid) FROM pg_default_acl), "
                "(SELECT relacl::text FROM pg_class WHERE relname = 'note')"
            ).fetchone()

    before = rights()
    roles.prepare_database(prepared, DATABASE, env.role_password)
    assert rights() == before
    with connect(prepared, "candor_app") as connection, pytest.raises(NOT_ALLOWED):
        connection.execute("TRUNCATE note")


def test_the_database_sorts_by_code_point_and_knows_letters(prepared):
    with connect(prepared, "candor_app") as connection:
        assert connection.execute("SELECT 'Z' < 'a', lower('ÄŁ') IN ('äł', 'ÄŁ')").fetchone() == (True, True)


def test_queues_belong_to_the_broker_alone(prepared):
    roles.prepare_broker(prepared, "roles_test_broker", env.role_password("candor_broker"))
    roles.prepare_broker(prepared, "roles_test_broker", env.role_password("candor_broker"))
    with connect(prepared, "candor_broker", "roles_test_broker") as connection:
        queues = connection.execute("SELECT queue_name FROM pgmq.list_queues() ORDER BY 1").fetchall()
    assert queues == [("default",), ("long",)]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(prepared, "candor_app", "roles_test_broker")


def managed_administrator(admin_dsn: str, rights: str) -> str:
    """A user as managed servers give: may create roles and databases, but is no superuser."""
    with as_admin(admin_dsn) as connection:
        connection.execute("DROP ROLE IF EXISTS managed_admin")
        connection.execute(f"CREATE ROLE managed_admin LOGIN PASSWORD 'managed' {rights}")
        if connection.info.server_version >= 160000 and "CREATEROLE" in rights:
            for role in roles.ROLES:
                connection.execute(f"GRANT {role} TO managed_admin WITH ADMIN OPTION")
    return make_conninfo(admin_dsn, user="managed_admin", password="managed")


def test_a_managed_servers_administrator_can_prepare_too(prepared):
    dsn = managed_administrator(prepared, "CREATEROLE CREATEDB")
    assert roles.administrator(dsn) == dsn
    with as_admin(prepared) as connection:
        connection.execute("DROP DATABASE IF EXISTS managed_test")
    roles.prepare_database(dsn, "managed_test", env.role_password)
    roles.prepare_broker(dsn, "managed_test_broker", env.role_password("candor_broker"))
    with connect(prepared, "candor_owner", "managed_test") as owner:
        owner.execute("CREATE TABLE note (word text)")
    with connect(prepared, "candor_app", "managed_test") as app:
        app.execute("INSERT INTO note VALUES ('x')")
        with pytest.raises(NOT_ALLOWED):
            app.execute("TRUNCATE note")


def test_who_may_not_create_roles_is_told_apart(prepared):
    assert roles.administrator(managed_administrator(prepared, "CREATEDB")) is None


def test_a_missing_right_is_asked_of_a_superuser(prepared):
    dsn = managed_administrator(prepared, "CREATEROLE CREATEDB")
    with as_admin(prepared) as connection:
        connection.execute("ALTER ROLE candor_looker RENAME TO looker_put_aside")
        try:
            with pytest.raises(Trouble, match="CREATE ROLE candor_looker NOLOGIN BYPASSRLS"):
                roles.prepare_database(dsn, DATABASE, env.role_password)
        finally:
            connection.execute("DROP ROLE IF EXISTS candor_looker")
            connection.execute("ALTER ROLE looker_put_aside RENAME TO candor_looker")


def test_a_server_that_does_not_answer_gets_a_sentence():
    with pytest.raises(Trouble, match="does not let us in"):
        roles.prepare_database("host=127.0.0.1 port=1 user=x dbname=x", DATABASE, env.role_password)


def test_the_database_need_not_be_there_yet(prepared):
    found = roles.administrator(make_conninfo(prepared, dbname="not_there_yet"))
    assert found is not None
    assert conninfo_to_dict(found)["dbname"] == "postgres"
