"""Lets search look inside of words: what a superuser does for one database, once.

PostgreSQL uses an index for LIKE behind a row policy only if a superuser vouches that LIKE tells nobody what it reads.
The most that it does tell is that a pattern is malformed, and patterns are made by us. Neither a dump nor an upgrade
of PostgreSQL carries that word along; saying it again does no harm.
"""

from __future__ import annotations

import psycopg

from config.trouble import Trouble
from crm.substrings import INDEX

TABLE = "crm_searchtoken"
STEPS = {
    "CREATE EXTENSION IF NOT EXISTS pg_trgm": "EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm')",
    "CREATE EXTENSION IF NOT EXISTS btree_gin": "EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gin')",
    # What is left of a build that was broken off.
    f"DROP INDEX IF EXISTS {INDEX}": (
        f"NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('{INDEX}') AND NOT indisvalid)"
    ),
    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {INDEX} ON {TABLE} USING gin (account_id, token gin_trgm_ops) "
    "WITH (gin_pending_list_limit = 512)": (
        f"EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('{INDEX}') AND indisvalid)"
    ),
    "ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF": (
        "(SELECT proleakproof FROM pg_proc WHERE oid = 'pg_catalog.textlike(text, text)'::regprocedure)"
    ),
}


def missing(connection: psycopg.Connection) -> list[str]:
    """The statements that are still to be run, in order."""
    (row,) = connection.execute(f"SELECT {', '.join(STEPS.values())}").fetchall()  # type: ignore[arg-type]
    return [statement for statement, is_done in zip(STEPS, row, strict=True) if not is_done]


def allow(dsn: str, *, is_rehearsal: bool = False) -> list[str]:
    """Run, or only name, what is missing in the database behind this address. Safe to repeat."""
    try:
        connection = psycopg.connect(dsn, autocommit=True, connect_timeout=10, client_encoding="utf8")
    except psycopg.OperationalError as error:
        raise Trouble(f"The database server does not let us in: {str(error).strip()}") from None
    with connection:
        steps = missing(connection)
        if is_rehearsal or not steps:
            return steps
        if connection.info.parameter_status("is_superuser") != "on":
            raise Trouble(
                f"{connection.info.user} is not a superuser, and only a superuser may say that LIKE keeps to itself "
                f"what it reads. Search goes on to find the beginnings of words. To have it find parts of words, put "
                f"a superuser's address into DATABASE_URL for this one command, or let a superuser run in the database "
                f"{connection.info.dbname}:\n" + "\n".join(f"  {step};" for step in steps)
            )
        if connection.execute("SELECT to_regclass(%s)", [TABLE]).fetchone() == (None,):
            raise Trouble(f"The database {connection.info.dbname} has no tables of Candor yet; run manage.py migrate.")
        for step in steps:
            _run(connection, step)
    return steps


def _run(connection: psycopg.Connection, step: str) -> None:
    try:
        connection.execute(step)  # type: ignore[arg-type]
    except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile) as error:
        raise Trouble(
            f"The database server lacks an extension that PostgreSQL brings ({str(error).strip().splitlines()[0]}). "
            "Install it there (Debian: postgresql-contrib), then run this again."
        ) from None
