"""The tests' database: real PostgreSQL, migrated once as the owner, cloned for each worker, used as the app.

Without ``DATABASE_URL`` the embedded server of ``.test-data`` is started; with it, that server is used.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

PROJECT = Path(__file__).resolve().parent.parent

NEVER_ANALYSED = {"autovacuum": "off"}  # what a test relies on must not change while it runs (``tests/explain.py``)

_server = None


def admin_dsn() -> str:
    """The address of whoever may create databases and roles here."""
    from config import embedded
    from config.env import env

    if env.database_url:
        return env.database_url
    server = embedded.find(env.data_dir)
    assert server is not None, "the tests' database server is not running"
    return server.admin_dsn()


def migrations_hash() -> str:
    """A name for the state of the schema: another migration makes another template."""
    from django.apps import apps

    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted([*Path(config.path).glob("migrations/*.py"), *Path(config.path).glob("**/datamap.py")]):
            digest.update(file.read_bytes())  # migrate loads the masks of looks from the data map
    for file in sorted(
        [
            *PROJECT.glob("templates/documents/*.html"),
            *PROJECT.glob("privacy/*/*.toml"),
            *PROJECT.glob("privacy/*/apps.py"),
        ]
    ):
        digest.update(file.read_bytes())  # migrate publishes the first version of each document
    for name in ("tenancy/operations.py", "tenancy/policy.py", "config/roles.py", "datamap/vocabulary.py"):
        digest.update((PROJECT / name).read_bytes())
    return digest.hexdigest()[:12]


def clone(name: str) -> None:
    """Make the database ``name`` anew, as a copy of the migrated template."""
    with psycopg.connect(admin_dsn(), autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER candor_owner").format(
            sql.Identifier(name), sql.Identifier(template_name())
        )
        for attempt in range(20):
            try:
                connection.execute(create)
                break
            except psycopg.errors.ObjectInUse:  # another worker is cloning at this moment
                time.sleep(0.1 * (attempt + 1))
        rights = "REVOKE ALL ON DATABASE {0} FROM PUBLIC; GRANT CONNECT, TEMPORARY ON DATABASE {0} TO "
        connection.execute(
            sql.SQL(rights + "candor_app, candor_loader; GRANT CONNECT ON DATABASE {0} TO candor_support").format(
                sql.Identifier(name)
            )
        )


def drop(name: str) -> None:
    """Remove a worker's database."""
    with psycopg.connect(admin_dsn(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def prepared(name: str) -> Iterator[None]:
    """An empty database beside its queues, for a backup."""
    from config import roles
    from config.env import env

    roles.prepare_database(admin_dsn(), name, env.role_password)
    roles.prepare_broker(admin_dsn(), f"{name}_broker", env.role_password("candor_broker"))
    try:
        yield
    finally:
        drop(f"{name}_broker")
        drop(name)


def template_name() -> str:
    """The migrated database that workers clone."""
    return f"candor_template_{migrations_hash()}"


@contextmanager
def connected_to(name: str, role: str) -> Iterator[None]:
    """Point Django's connection at a database, as one of our roles, and back again."""
    from django.db import connection

    from config.env import env

    entry = env.database(role)
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(NAME=name, USER=entry["USER"], PASSWORD=entry["PASSWORD"])
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def make_template() -> None:
    from config import roles
    from config.env import child_environ, env

    name, draft = template_name(), f"{template_name()}_draft"
    with psycopg.connect(admin_dsn(), autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if name in known:
            return
        for old in known:
            if old.startswith("candor_template_"):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
    roles.prepare_database(admin_dsn(), draft, env.role_password)
    command = [sys.executable, "-m", "tests.database", draft]
    subprocess.run(command, cwd=PROJECT, check=True, env=child_environ({"CANDOR_DATABASE_ROLE": "owner"}))
    with psycopg.connect(admin_dsn(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name))
        )


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the server and migrate the template: once, before any worker."""
    global _server
    if _is_worker(session.config) or session.config.option.collectonly:
        return
    from config import embedded
    from config.env import env

    if not env.database_url and embedded.find(env.data_dir) is None:
        _server = embedded.start(env.data_dir, fsync=False, settings=NEVER_ANALYSED)
    make_template()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the server if this run started it."""
    if _server is not None and not _is_worker(session.config):
        _server.stop()


def app_dsn(name: str) -> str:
    """The address of a database as the app role, for processes that tests start."""
    from config.env import env

    entry = env.database("app")
    given = conninfo_to_dict(env.database_url) if env.database_url else {"host": entry["HOST"]}
    return make_conninfo(**{**given, "dbname": name, "user": entry["USER"], "password": entry["PASSWORD"]})


def renamed(dsn: str, name: str) -> str:
    """The same address with another database."""
    return make_conninfo(dsn, dbname=name)


def migrate(name: str) -> None:
    """Bring a database up to date, as its owner. Runs in a process of its own: pytest blocks connections."""
    from django.core.management import call_command

    with connected_to(name, "owner"):
        call_command("migrate", verbosity=0)


if __name__ == "__main__":
    migrate(sys.argv[1])
