"""The roles that our programs have in PostgreSQL, and the databases they may enter.

owner    changes tables; used by migrate alone
loader   reads and writes past the fence: backup, and data steps of migrations
app      web, worker and tests: rows of one account at a time
support  no right on any table
looker   nobody can sign in as it; it owns the one function that support may call
eraser   nor as it; it owns the one function that empties tables of an account which is being erased
broker   owns the message queues, in a database of their own
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.trouble import Trouble

ROLES = {
    "candor_owner": "LOGIN NOBYPASSRLS",
    "candor_loader": "LOGIN BYPASSRLS",
    "candor_app": "LOGIN NOBYPASSRLS",
    "candor_support": "LOGIN NOBYPASSRLS",
    "candor_looker": "NOLOGIN BYPASSRLS",
    "candor_eraser": "NOLOGIN NOBYPASSRLS",
    "candor_broker": "LOGIN NOBYPASSRLS",
}
OWN_A_FUNCTION = ("candor_looker", "candor_eraser")
BYPASS_THE_FENCE = tuple(role for role, rights in ROLES.items() if " BYPASSRLS" in rights)
OLDEST_SERVER = 150000
ONE_AT_A_TIME = 7226367  # advisory lock; two set-ups of one server would trip over each other
QUEUES = ("default", "long")

RIGHTS_IN_DATABASE = """
    REVOKE ALL ON DATABASE {database} FROM PUBLIC;
    GRANT CONNECT ON DATABASE {database} TO candor_support;
    GRANT CONNECT, TEMPORARY ON DATABASE {database} TO candor_loader, candor_app;
    ALTER SCHEMA public OWNER TO candor_owner;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO candor_loader, candor_app, candor_support, candor_looker,
        candor_eraser;
    ALTER DEFAULT PRIVILEGES FOR ROLE candor_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES FOR ROLE candor_owner IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO candor_loader, candor_app;
    ALTER DEFAULT PRIVILEGES FOR ROLE candor_owner IN SCHEMA public
        GRANT USAGE, SELECT ON SEQUENCES TO candor_loader, candor_app;
    ALTER DEFAULT PRIVILEGES FOR ROLE candor_owner IN SCHEMA public
        GRANT SELECT ON TABLES TO candor_looker;
"""


def administrator(url: str) -> str | None:
    """The address to prepare a server with, if this user may create roles; the database need not be there yet."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        url = make_conninfo(url, dbname="postgres")
    with _connection(url) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    return url if row and row[0] else None


def prepare_database(admin_dsn: str, database_name: str, password_for: Callable[[str], str]) -> None:
    """Make the roles, the database and their rights; safe to repeat at every start."""
    with _connection(admin_dsn) as connection, _lock(connection):
        _check_version(connection)
        _make_roles(connection, password_for)
        _make_database(connection, database_name, "candor_owner")
    with _connection(make_conninfo(admin_dsn, dbname=database_name)) as connection, _lock(connection):
        connection.execute(sql.SQL(RIGHTS_IN_DATABASE).format(database=sql.Identifier(database_name)))


def prepare_broker(admin_dsn: str, database_name: str, password: str) -> None:
    """Make the database of the message queues, after `prepare_database` made its role."""
    from pgmq.install import install_pgmq_from_sql

    with _connection(admin_dsn) as connection, _lock(connection):
        _make_database(connection, database_name, "candor_broker")
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database_name)))
    dsn = make_conninfo(admin_dsn, dbname=database_name, user="candor_broker", password=password)
    with _connection(dsn) as connection, _lock(connection):
        if connection.execute("SELECT to_regnamespace('pgmq')").fetchone() == (None,):
            install_pgmq_from_sql(dsn=dsn)
        for queue in QUEUES:
            connection.execute("SELECT pgmq.create(%s)", [queue])


def _make_roles(connection: psycopg.Connection, password_for: Callable[[str], str]) -> None:
    known = dict(connection.execute("SELECT rolname, rolbypassrls FROM pg_roles").fetchall())
    is_superuser = connection.info.parameter_status("is_superuser") == "on"
    for role, rights in ROLES.items():
        name = sql.Identifier(role)
        if role not in known:
            if role in BYPASS_THE_FENCE and not is_superuser:
                _make_bypassing_role(connection, role, rights)
            else:
                connection.execute(sql.SQL("CREATE ROLE {} " + rights).format(name))
        elif role in BYPASS_THE_FENCE and not known[role]:
            raise Trouble(f"The database role {role} exists without BYPASSRLS. {_words_for_superuser([role])}")
        if " LOGIN" in f" {rights}":
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password_for(role))))
        if not is_superuser and role in ("candor_owner", "candor_broker"):
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    for role in OWN_A_FUNCTION:
        _let_owner_make_functions_of(connection, role)
    _let_eraser_leave_keys_unasked(connection)


def _let_owner_make_functions_of(connection: psycopg.Connection, role: str) -> None:
    """Migrations give the looker and the eraser their one function each: who gives must be a member."""
    row = connection.execute("SELECT pg_has_role('candor_owner', %s, 'MEMBER')", [role]).fetchone()
    if row and row[0]:
        return
    try:
        connection.execute(sql.SQL("GRANT {} TO candor_owner").format(sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            "Ask a superuser of the server of DATABASE_URL to run once, then start again:\n"
            f"  GRANT {role} TO candor_owner;"
        ) from None


def _let_eraser_leave_keys_unasked(connection: psycopg.Connection) -> None:
    """Only a superuser may say so. Elsewhere accounts are erased as completely, and more slowly (ADR 29)."""
    may = "SELECT has_parameter_privilege('candor_eraser', 'session_replication_role', 'SET')"
    if connection.execute(may).fetchone() == (False,):
        with suppress(psycopg.errors.InsufficientPrivilege):
            connection.execute("GRANT SET ON PARAMETER session_replication_role TO candor_eraser")


def _make_bypassing_role(connection: psycopg.Connection, role: str, rights: str) -> None:
    """From PostgreSQL 16 on, who has CREATEROLE and BYPASSRLS may hand it on; before, superusers only."""
    try:
        connection.execute(sql.SQL("CREATE ROLE {} " + rights).format(sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            f"The user of DATABASE_URL may not create {role}, which needs BYPASSRLS. "
            f"{_words_for_superuser(list(BYPASS_THE_FENCE))}"
        ) from None


def _words_for_superuser(roles: list[str]) -> str:
    lines = "\n".join(f"  CREATE ROLE {role} {ROLES[role]};" for role in roles)
    return f"Ask a superuser of that server to run once (ALTER ROLE if it exists):\n{lines}\nThen start again."


def _make_database(connection: psycopg.Connection, name: str, owner: str) -> None:
    found = connection.execute(
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = %s",
        [name],
    ).fetchone()
    database, role = sql.Identifier(name), sql.Identifier(owner)
    if found is None:
        _create_database(connection, database, role)
    elif found[1] != "UTF8":
        raise Trouble(f"The database {name} has the encoding {found[1]}; Candor needs UTF8. Name another database.")
    elif found[0] != owner:
        try:
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, role))
        except psycopg.errors.InsufficientPrivilege:
            raise Trouble(
                f"The database {name} belongs to {found[0]}, who must give it to {owner}: "
                f'ALTER DATABASE "{name}" OWNER TO {owner};'
            ) from None


def _create_database(connection: psycopg.Connection, database: sql.Identifier, owner: sql.Identifier) -> None:
    """Sorted by code point on every system, where the server can."""
    if connection.info.server_version >= 170000:
        order = "LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    elif connection.execute("SELECT 1 FROM pg_collation WHERE collname = 'C.utf8'").fetchone():
        order = "LOCALE 'C.UTF-8'"
    else:
        order = "LC_COLLATE 'C' LC_CTYPE 'C'"
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + order).format(database, owner)
        )
    except psycopg.errors.InsufficientPrivilege:
        raise Trouble(
            "The user of DATABASE_URL may not create databases. Let an administrator run: "
            + sql.SQL("CREATE DATABASE {} OWNER {};").format(database, owner).as_string()
        ) from None


def _check_version(connection: psycopg.Connection) -> None:
    if connection.info.server_version < OLDEST_SERVER:
        version = connection.info.server_version // 10000
        raise Trouble(f"The server of DATABASE_URL is PostgreSQL {version}; Candor needs version 15 or newer.")


@contextmanager
def _connection(dsn: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=10, client_encoding="utf8")
    except psycopg.OperationalError as error:
        raise Trouble(f"The database server does not let us in: {str(error).strip()}") from None
    with connection:
        yield connection


@contextmanager
def _lock(connection: psycopg.Connection) -> Iterator[None]:
    connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
