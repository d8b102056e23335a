# ruff: noqa: S608  (names of tables and columns come from the catalogs, and are quoted)
"""Tries the fence: two throw-away accounts, a row of every table in each, and every way over.

The rows are made from the catalogs, so a table of next year is tried without a word. Everything happens in
one transaction that is rolled back. A table whose rows can't be made is a finding, not a silence.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tenancy.catalog import Answer
from tenancy.context import Actor, activate
from tenancy.globals import fenced_models

PROBE = Actor("system", None, "verify_isolation")
NOBODY = 2**62  # a number that no account and no row has
REFUSED, NO_SUCH_ROW, TAKEN, AGAINST_A_CHECK = "42501", "23503", "23505", "23514"
MOST_TRIES = 200

# Tables that can't be tried, each with the reason.
NOT_PROBED: dict[str, str] = {}

Row = dict[str, Any]


class CannotMake(Exception):
    """No row could be made for this table, and why."""


@dataclass(frozen=True)
class Column:
    """A column as the catalogs describe it."""

    name: str
    type: str
    length: int
    is_needed: bool
    is_unique: bool  # alone or with others


@dataclass(frozen=True)
class Key:
    """A foreign key: its columns here, and the columns of the other table they lead to."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass
class Table:
    """What must be known of a table to make a row of it."""

    name: str
    columns: dict[str, Column]
    keys: list[Key]
    checks: dict[str, list[str]]
    words: dict[str, list[str]] = field(default_factory=dict)  # what checks compare the column with


@dataclass
class Refusal:
    """How the database refused, without the numbers that were asked for."""

    state: str
    words: str


@dataclass
class Tally:
    """What one kind of attempt looked at, and where it came through."""

    looked_at: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, name: str, *, holds: bool) -> None:
        self.looked_at += 1
        if not holds:
            self.faults.append(name)


TRUTHS = {
    "made": ("A row of every account table could be made to try the fence with",
             "Teach tenancy/probe.py the column's type, or name the table in NOT_PROBED with a reason."),
    "read": ("An account reads, changes and deletes its own rows alone", "See the policy of the table."),
    "insert": ("A row for another account is refused", "See WITH CHECK of the policy."),
    "move": ("A row cannot be moved into another account", "See WITH CHECK of the policy."),
    "key": ("No key can point at another account's row", "Use KeepInAccount in the migration."),
    "oracle": ("Another account's row is refused exactly like one that does not exist",
               "Use KeepInAccount in the migration."),
    "unset": ("Without an account no row is seen and none is accepted", "See the policy of the table."),
}  # fmt: skip


def probe() -> list[Answer]:
    """Try every way over the fence; leaves nothing behind."""
    tables = [model._meta.db_table for model in fenced_models()]
    tallies = {name: Tally() for name in TRUTHS}
    if not connection.in_atomic_block:
        _look_without_account(tables, tallies["unset"])
    with transaction.atomic():
        _Probe(tallies).try_all([name for name in tables if name not in NOT_PROBED])
        transaction.set_rollback(True)
    return [
        Answer(truth, hint, tallies[name].looked_at, tuple(sorted(set(tallies[name].faults))))
        for name, (truth, hint) in TRUTHS.items()
    ]


def _look_without_account(tables: list[str], tally: Tally) -> None:
    """In a fresh session, where the setting is NULL, and after an account's transaction, where it is ''."""
    connection.close()
    for _ in ("fresh", "used"):
        for name in tables:
            tally.note(name, holds=_is_empty(name))
        with activate(NOBODY, actor=PROBE):
            _run("SELECT 1")


class _Probe:
    def __init__(self, tallies: dict[str, Tally]) -> None:
        self.tallies = tallies
        self.maker = RowMaker()

    def try_all(self, tables: list[str]) -> None:
        accounts = settings.ACCOUNT_MODEL.lower().replace(".", "_")
        self.ours = self.maker.make(accounts, None)["id"]
        self.theirs = self.maker.make(accounts, None)["id"]
        for name in tables:
            try:
                mine = self._make(name, self.ours)
                self._make(name, self.theirs)
            except (CannotMake, DatabaseError) as error:
                self.tallies["made"].note(f"{name}: {str(error).splitlines()[0]}", holds=False)
                continue
            self.tallies["made"].note(name, holds=True)
            self._try_table(self.maker.table(name), mine)

    def _make(self, name: str, account: int) -> Row:
        with activate(account, actor=PROBE):
            return self.maker.row(name, account)

    def _try_table(self, table: Table, mine: Row) -> None:
        name, quoted = table.name, _quote(table.name)
        with activate(self.ours, actor=PROBE):
            seen = _run(f"SELECT DISTINCT account_id FROM {quoted}")
            changed = _change(f"UPDATE {quoted} SET account_id = account_id WHERE account_id = %s", self.theirs)
            deleted = _change(f"DELETE FROM {quoted} WHERE account_id = %s", self.theirs)
            self.tallies["read"].note(name, holds=seen == [(self.ours,)] and changed == deleted == 0)
            stranger = {**self.maker.fresh(table, self.ours), "account_id": self.theirs}
            said = _refusal(*_insert(name, stranger))
            holds = said is not None and said.state == REFUSED and "row-level security" in said.words
            self.tallies["insert"].note(name, holds=holds)
            said = _refusal(f"UPDATE {quoted} SET account_id = %s WHERE account_id = %s", [self.theirs, self.ours])
            self.tallies["move"].note(name, holds=said is not None and said.state == REFUSED)
            for key in table.keys:
                if self.maker.leads_into_account(key):
                    self._try_key(table, key, mine)
        said = _refusal(*_insert(name, stranger))
        self.tallies["unset"].note(name, holds=_is_empty(name) and said is not None and said.state == REFUSED)

    def _try_key(self, table: Table, key: Key, mine: Row) -> None:
        """Point at their row and at none, by a new row and by a changed one."""
        name = f"{table.name}.{key.name}"
        their_row = self.maker.rows[key.target, self.theirs]
        answers: list[list[Refusal | None]] = []
        for number in (None, NOBODY):
            pointing = {
                column: their_row[other] if number is None else number
                for column, other in zip(key.columns, key.target_columns, strict=True)
                if column != "account_id"
            }
            tried = [self._refusal_of_new(table, pointing), _refusal(*_point(table.name, pointing, mine))]
            # Where there may be one row only, or another check stands, it is refused before its key is looked at.
            answers.append([said for said in tried if said is None or said.state not in (TAKEN, AGAINST_A_CHECK)])
        theirs, absent = answers
        self.tallies["key"].note(name, holds=bool(theirs) and all(_is_about_a_key(said) for said in theirs))
        self.tallies["oracle"].note(name, holds=theirs == absent)

    def _refusal_of_new(self, table: Table, pointing: Row) -> Refusal | None:
        """What is said to a new row that points there, and that no check refuses before."""
        said = None
        for values in itertools.islice(self.maker.variants(table, self.ours), MOST_TRIES):
            said = _refusal(*_insert(table.name, {**values, **pointing}))
            if said is None or said.state != AGAINST_A_CHECK:
                break
        return said


def _is_about_a_key(said: Refusal | None) -> bool:
    # An append-only table refuses every UPDATE; nothing can be pointed anywhere then.
    return said is not None and (
        said.state == NO_SUCH_ROW or (said.state == REFUSED and "permission denied" in said.words)
    )


class RowMaker:
    """Makes the smallest row that a table accepts, and the rows that one needs.

    Given a ``word``, it fills every text that has room for it, beginning with the word.
    """

    def __init__(self, word: str = "") -> None:
        self.word = word
        self.rows: dict[tuple[str, int | None], Row] = {}
        self._tables: dict[str, Table] = {}
        self._filled: dict[str, Sequence[str]] = {}  # what a table's checks want beyond the needed columns
        self._number = itertools.count(1)

    def table(self, name: str) -> Table:
        if name not in self._tables:
            self._tables[name] = _describe(name)
        return self._tables[name]

    def leads_into_account(self, key: Key) -> bool:
        return "account_id" in self.table(key.target).columns

    def row(self, name: str, account: int | None) -> Row:
        """A row of this table in this account; made when there is none yet."""
        if (name, account) not in self.rows:
            self.rows[name, account] = self._stored(name, account) or self.make(name, account)
        return self.rows[name, account]

    def _stored(self, name: str, account: int | None) -> Row | None:
        if "account_id" not in self.table(name).columns:
            return None
        said, found = _try(f"SELECT * FROM {_quote(name)} WHERE account_id = %s LIMIT 1", [account])
        return found if said is None else None

    def make(self, name: str, account: int | None) -> Row:
        """Insert a row; where a check refuses it, fill the columns that the check names."""
        table = self.table(name)
        for key in table.keys:  # so that both accounts have a row behind every key
            if key.target != name and self.leads_into_account(key):
                self.row(key.target, account)
        for filled in itertools.islice(self._ways(table), MOST_TRIES):
            values = self.fresh(table, account, filled)
            said, made = _try(*_insert(name, values, returning=True))
            if said is None:
                self._filled[name] = filled
                return made or {}
            if said.state != AGAINST_A_CHECK:
                raise CannotMake(said.words)
        raise CannotMake("no combination of filled columns satisfies its checks")

    def fresh(self, table: Table, account: int | None, filled: Sequence[str] | None = None) -> Row:
        """Values for a new row: what is needed, and ``filled`` beyond it."""
        wanted = self._filled.get(table.name, ()) if filled is None else filled
        names = [name for name, column in table.columns.items() if column.is_needed or name in wanted]
        values = {name: _sample(table.columns[name], next(self._number), self.word) for name in names}
        if "account_id" in table.columns:
            values["account_id"] = account
        for key in table.keys:
            if all(column in values for column in key.columns) and set(key.columns) != {"account_id"}:
                other = self.row(key.target, account)
                pairs = zip(key.columns, key.target_columns, strict=True)
                values |= {column: other[target] for column, target in pairs}
        return values

    def variants(self, table: Table, account: int | None) -> Iterator[Row]:
        """A new row, then others: with more columns filled, and with the words that the checks themselves name."""
        words = [name for name in sorted(table.words) if table.columns[name].type in ("text", "varchar", "bpchar")]
        yield self.fresh(table, account)
        for filled in self._ways(table):
            values = self.fresh(table, account, filled)
            for chosen in itertools.product(*([None, *table.words[name]] for name in words)):
                said = {name: word for name, word in zip(words, chosen, strict=True) if word is not None}
                yield {**values, **said}

    def _ways(self, table: Table) -> Iterator[Sequence[str]]:
        """Which columns beyond the needed ones to fill: none, then those that checks name, few before many."""
        named = {name for columns in table.checks.values() for name in columns}
        spare = [name for name in sorted(named) if not table.columns[name].is_needed]
        for count in range(len(spare) + 1):
            yield from itertools.combinations(spare, count)


def _describe(name: str) -> Table:
    columns = {
        row[0]: Column(*row)
        for row in _run(
            """
            SELECT a.attname, t.typname, a.atttypmod - 4,
                   a.attnotnull AND NOT (a.atthasdef OR a.attidentity <> ''),
                   EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisunique
                           AND a.attnum = ANY (i.indkey))
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY a.attnum
            """,
            [_quote(name)],
        )
    }
    keys: list[Key] = []
    checks: dict[str, list[str]] = {}
    words: dict[str, list[str]] = defaultdict(list)
    for kind, constraint, here, target, there, definition in _run(
        """
        SELECT k.contype::text, k.conname::text,
               (SELECT array_agg(a.attname::text ORDER BY g) FROM generate_subscripts(k.conkey, 1) g
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[g]),
               (SELECT relname::text FROM pg_class WHERE oid = k.confrelid),
               (SELECT array_agg(a.attname::text ORDER BY g) FROM generate_subscripts(k.confkey, 1) g
                JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = k.confkey[g]),
               pg_get_constraintdef(k.oid)
        FROM pg_constraint k WHERE k.conrelid = %s::regclass AND k.contype IN ('f', 'c') ORDER BY 2
        """,
        [_quote(name)],
    ):
        if kind == "f":
            keys.append(Key(constraint, tuple(here), target, tuple(there)))
        else:
            checks[constraint] = here or []
            for column in here or []:
                words[column] += re.findall(r"'([^']*)'", definition)
    return Table(name, columns, keys, checks, words)


def _sample(column: Column, number: int, word: str = "") -> Any:
    """A value of the column's type that differs from the last one."""
    text = f"{word or 'p'}{number:x}"
    if 0 < column.length < len(text):
        text = f"p{number:x}"[: column.length]
    count = number if column.is_unique else 1
    monday = date(2026, 1, 5) + timedelta(weeks=count)
    samples: dict[str, Any] = {
        "int2": count, "int4": count, "int8": count, "numeric": count, "float8": count, "bool": False,
        "text": text, "varchar": text, "bpchar": text,
        "uuid": f"00000000-0000-4000-8000-{number:012x}", "jsonb": "{}", "json": "{}", "bytea": b"p",
        "date": monday, "timestamptz": f"{monday} 09:00+00", "time": "09:00",
        "interval": "1 hour", "inet": "192.0.2.1",
    }  # fmt: skip
    if column.type.startswith("_"):
        return "{}"
    if column.type not in samples:
        raise CannotMake(f"no sample of the type {column.type} ({column.name})")
    return samples[column.type]


def _insert(name: str, values: Row, *, returning: bool = False) -> tuple[str, list[Any]]:
    columns, marks = ", ".join(map(_quote, values)), ", ".join(["%s"] * len(values))
    back = " RETURNING *" if returning else ""
    return f"INSERT INTO {_quote(name)} ({columns}) VALUES ({marks}){back}", list(values.values())


def _point(name: str, pointing: Row, mine: Row) -> tuple[str, list[Any]]:
    place = {column: mine[column] for column in ("account_id", "id") if column in mine}
    changes = ", ".join(f"{_quote(column)} = %s" for column in pointing)
    where = " AND ".join(f"{_quote(column)} = %s" for column in place)
    return f"UPDATE {_quote(name)} SET {changes} WHERE {where}", [*pointing.values(), *place.values()]


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _run(statement: str, values: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _is_empty(name: str) -> bool:
    """No row is seen; an error would be a hole too, because code would learn to work round it."""
    said, seen = _try(f"SELECT count(*) FROM {_quote(name)}", [])
    return said is None and seen == {"count": 0}


def _change(statement: str, account: int) -> int:
    """How many rows a statement changed; none when it was refused. Undone at once."""
    said, count = _try(statement, [account])
    return 0 if said is not None and said.state == REFUSED else count


def _refusal(statement: str, values: Sequence[Any]) -> Refusal | None:
    return _try(statement, values)[0]


def _try(statement: str, values: Sequence[Any]) -> tuple[Refusal | None, Any]:
    """Run a statement for its answer; what it did is kept only when it returns the row it made."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement, values)
            if cursor.description is not None:
                names, row = [column[0] for column in cursor.description], cursor.fetchone()
                return None, dict(zip(names, row, strict=True)) if row else None
            count = cursor.rowcount
            transaction.set_rollback(True)
            return None, count
    except DatabaseError as error:
        cause: Any = error.__cause__
        return Refusal(cause.sqlstate, f"{cause.diag.message_primary} {cause.diag.message_detail or ''}"), None
