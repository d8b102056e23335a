"""Brings the rows into Candor's database and the floor's, once, and takes away what an earlier run left there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.types.json import JsonbDumper

from bench import dataset, floor, tables
from config.env import env

BASE_DIR = Path(settings.BASE_DIR)
CANDOR = "candor"
_LEFT_BY_RUNS = """
    DELETE FROM crm_searchtoken WHERE kind = 'contact' AND record_id > %(contact)s;
    DELETE FROM crm_contact WHERE id > %(contact)s;
    DELETE FROM timetracking_timeentry WHERE id > %(entry)s;
    DELETE FROM usersessions_usersession;
    DELETE FROM django_session;
    DELETE FROM accounts_apikey;
"""
# Whoever has not been told of the newest words is asked for on every page: two statements that no ordinary page has.
_TOLD = """
    UPDATE accounts_user SET agreed_through = newest.day FROM (
        SELECT max(effective_on) AS day FROM accounts_documentversion WHERE document IN ('privacy', 'terms')
    ) newest WHERE agreed_through IS DISTINCT FROM newest.day
"""
_LEFT_ON_FLOOR = "DELETE FROM contact WHERE id > %(contact)s; DELETE FROM entry WHERE id > %(entry)s;"


class Stock:
    """The rows in the databases of one data folder; a file beside them notes which rows these are."""

    def __init__(self, admin_dsn: str, contacts: int) -> None:
        self.admin_dsn = admin_dsn
        self.contacts = contacts
        self.note = env.data_dir / "stock.json"
        self.wanted = f"{contacts} contacts, edition {tables.EDITION}"

    @property
    def is_there(self) -> bool:
        return self.note.exists() and json.loads(self.note.read_text())["what"] == self.wanted

    def clear(self) -> None:
        """Remove databases that hold other rows."""
        self.note.unlink(missing_ok=True)
        with self._admin("postgres") as admin:
            for name in (CANDOR, floor.DATABASE):
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def load(self) -> None:
        """Make the rows up and copy them into both databases. Candor's tables are there already, and empty."""
        data = dataset.make(self.contacts)
        self._copy(CANDOR, tables.of_candor(data))
        with self._admin("postgres") as admin:
            admin.execute(f"CREATE DATABASE {floor.DATABASE} TEMPLATE template0 OWNER candor_loader")
        self._run(floor.DATABASE, (BASE_DIR / "bench/floor.sql").read_text())
        self._copy(floor.DATABASE, tables.of_floor(data))
        self._run(floor.DATABASE, (BASE_DIR / "bench/floor_indexes.sql").read_text())
        last = {"contact": sum(len(firm.people) for firm in data.firms), "entry": len(data.entries)}
        self.note.write_text(json.dumps({"what": self.wanted, "last": last}))

    def tidy(self) -> None:
        """Let every run find the same rows, and statistics of them."""
        last = json.loads(self.note.read_text())["last"]
        self._run(CANDOR, _LEFT_BY_RUNS, last)
        self._run(CANDOR, _TOLD)
        self._run(floor.DATABASE, _LEFT_ON_FLOOR, last)
        with self._admin(CANDOR) as admin:
            # No role of Candor's can shorten the log; here it is the administrator's.
            log = admin.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'audit\\_%'")
            admin.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(name) for (name,) in log)))
        for database in (CANDOR, floor.DATABASE):
            with self._admin(database) as admin:
                admin.execute("VACUUM ANALYZE")

    def _copy(self, database: str, found: Iterable[tables.Table]) -> None:
        """As the loader; then statistics, without which keys to this table are checked by any index."""
        with psycopg.connect(_loader(database)) as connection, self._admin(database) as admin:
            connection.adapters.register_dumper(dict, JsonbDumper)
            for table in found:
                name, columns = sql.Identifier(table.name), map(sql.Identifier, table.columns)
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(name, sql.SQL(", ").join(columns))
                with connection.cursor().copy(statement) as copy:
                    for row in table.rows:
                        copy.write_row(row)
                connection.commit()
                admin.execute(sql.SQL("ANALYZE {}").format(name))
                if "id" in table.columns:
                    go_on = "SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}"
                    admin.execute(sql.SQL(go_on).format(sql.Literal(table.name), name))

    def _run(self, database: str, statements: str, values: dict[str, Any] | None = None) -> None:
        with psycopg.connect(_loader(database), cursor_factory=psycopg.ClientCursor) as connection:
            connection.execute(statements, values)  # type: ignore[call-overload]

    def _admin(self, database: str) -> psycopg.Connection:
        return psycopg.connect(make_conninfo(self.admin_dsn, dbname=database), autocommit=True)


def _loader(database: str) -> str:
    return make_conninfo(env.dsn("loader"), dbname=database)
