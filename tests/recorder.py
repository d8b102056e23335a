"""Reads every statement that a test sends, and fails the test when one names an account's table without its account.

The row policy would hide the mistake: it answers such a statement correctly, only slowly, and not at all
on a distributed PostgreSQL. So each alias of a fenced table must be tied to an account in words: by
``alias.account_id = <value>`` or by the account of another alias that is tied itself. INSERT must name
the column; UPDATE and DELETE must have it in WHERE; SET does not count. Tables outside the fence must be
asked by one of the columns that ``tenancy/globals.py`` states; the accounts alone may be walked, by number,
and old rows may be deleted by their age.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of statements that are none of its queries

ACCOUNT = "account_id"
ACCOUNTS_OWN_TABLE = "accounts_account"
GLOBAL = "is asked by none of"
AGE = "(age)"  # in place of a column: a sweeper's condition
TESTS = Path(__file__).parent

# What stands before a query in a statement that sqlglot leaves unread.
_WRAPPING = re.compile(
    r"""^\s*(
        EXPLAIN\s*(\([^)]*\)|ANALYZE|VERBOSE|\s)*
      | DECLARE\b.*?\bFOR\s
      | CREATE\s+(TEMP|TEMPORARY)\s+TABLE\b.*?\bAS\s
      | COPY\s*\((?=\s*(SELECT|WITH))
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_AFTER_COPY = re.compile(r"\)\s*TO\s+STDOUT\b.*$", re.IGNORECASE | re.DOTALL)
_ABOUT_TABLES = re.compile(r"^\s*(CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|ANALYZE|VACUUM)\b", re.IGNORECASE)
_PARAMETER = re.compile(r"%s|%\(\w+\)s|%b|%t")


class StatementWithoutAccount(AssertionError):
    """A statement reached an account's table without saying whose."""


@dataclass(frozen=True)
class Tie:
    """An equality that narrows ``alias``: to a value (``source`` is None) or to another alias."""

    alias: str
    column: str
    source: str | None
    source_column: str = ""


@dataclass
class Scope:
    """One SELECT, UPDATE or DELETE: its tables, and what its conditions tie them to."""

    tables: dict[str, str] = field(default_factory=dict)
    derived: set[str] = field(default_factory=set)
    ties: list[Tie] = field(default_factory=list)
    outer: Scope | None = None
    tied_to_account: set[str] = field(default_factory=set)

    def only_alias(self) -> str | None:
        """The alias that an unqualified column belongs to, where there can be no doubt."""
        return next(iter(self.tables)) if len(self.tables) == 1 and not self.derived else None

    def knows(self, alias: str) -> bool:
        return alias in self.tables or alias in self.derived

    def has_account(self, alias: str) -> bool:
        """True when the account of this alias is settled, here or further out."""
        if self.knows(alias):
            return alias in self.derived or alias in self.tied_to_account
        return self.outer is not None and self.outer.has_account(alias)


class Reader:
    """Knows which tables are fenced and how the others may be asked, and reads statements."""

    def __init__(
        self,
        fenced: Iterable[str],
        found_by: Mapping[str, frozenset[str]],
        swept_by: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.fenced = frozenset(fenced)
        self.found_by = found_by
        self.swept_by = swept_by
        names = sorted({*self.fenced, *found_by}, key=len, reverse=True)
        self._mentions = re.compile(r"\b(" + "|".join(map(re.escape, names)) + r")\b") if names else None
        self.faults = lru_cache(maxsize=None)(self._faults)

    def _faults(self, sql: str) -> tuple[str, ...]:
        """What is wrong with a statement, in words; empty when nothing is."""
        if self._mentions is None or not self._mentions.search(sql):
            return ()
        text = _PARAMETER.sub("$1", sql).replace("%%", "%")
        if inner := _WRAPPING.match(text):
            text = _AFTER_COPY.sub("", text[inner.end() :])
        elif _ABOUT_TABLES.match(text):
            return ()
        try:
            statements = [each for each in sqlglot.parse(text, read="postgres") if each is not None]
        except SqlglotError as error:
            return (f"the recorder cannot read it ({str(error).splitlines()[0]})",)
        found: list[str] = []
        for statement in statements:
            found += self._statement(statement, None, frozenset())
        return tuple(dict.fromkeys(found))

    def _statement(self, node: exp.Expression, outer: Scope | None, named: frozenset[str]) -> list[str]:
        """Faults of a statement or sub-query; ``named`` are the WITH queries that it may use."""
        named |= {cte.alias for cte in getattr(node, "ctes", [])}
        if isinstance(node, exp.Insert):
            return self._insert(node) + self._inside(node, outer, named)
        if isinstance(node, exp.Update) and node.this is None:  # the UPDATE of a MERGE
            return self._inside(node, outer, named)
        if _is_walk_over_accounts(node):
            return self._inside(node, outer, named)
        if isinstance(node, exp.Select | exp.Update | exp.Delete | exp.Merge):
            scope = self._scope(node, outer, named)
            moved = [] if not isinstance(node, exp.Update) else self._moved(node)
            return moved + self._untied(scope) + self._inside(node, scope, named)
        if isinstance(node, exp.Query):  # UNION and its like, parentheses
            return self._inside(node, outer, named)
        return [f"{node.key.upper()} of {name}" for name in sorted(self._fenced_in(node))]

    def _fenced_in(self, node: exp.Expression) -> set[str]:
        """The fenced tables of a statement that is no query: COPY, TRUNCATE, LOCK and what is unknown."""
        if isinstance(node, exp.Command):
            return {name for name in self.fenced if re.search(rf"\b{name}\b", node.sql(dialect="postgres"))}
        return {table.name for table in node.find_all(exp.Table)} & self.fenced

    def _inside(self, node: exp.Expression, scope: Scope | None, named: frozenset[str]) -> list[str]:
        found: list[str] = []
        for inner in _nearest(node, (exp.Query, exp.Insert, exp.Update, exp.Delete)):
            found += self._statement(inner, scope, named)
        return found

    def _insert(self, node: exp.Insert) -> list[str]:
        target = node.this
        table = target.this.name if isinstance(target, exp.Schema) else target.name
        columns = {column.name for column in target.expressions} if isinstance(target, exp.Schema) else set()
        if table in self.fenced and ACCOUNT not in columns:
            return [f"INSERT into {table} does not name {ACCOUNT}"]
        return []

    def _moved(self, node: exp.Update) -> list[str]:
        changed = {change.this.name for change in node.expressions if isinstance(change, exp.EQ)}
        if node.this.name in self.fenced and ACCOUNT in changed:
            return [f"UPDATE sets {ACCOUNT} of {node.this.name}: a row never moves"]
        return []

    def _scope(self, node: exp.Expression, outer: Scope | None, named: frozenset[str]) -> Scope:
        scope = Scope(outer=outer)
        conditions: list[tuple[exp.Expression, str | None]] = []
        for source in _sources(node):
            _add_source(scope, source, named)
            for join in source.args.get("joins") or []:
                conditions += self._join(scope, join, named)
        for join in node.args.get("joins") or []:
            conditions += self._join(scope, join, named)
        if where := node.args.get("where"):
            conditions += [(each, None) for each in _conjuncts(where.this)]
        if isinstance(node, exp.Merge):
            conditions += [(each, None) for each in _conjuncts(node.args["on"])]
        for condition, only in conditions:
            scope.ties += [tie for tie in _ties(scope, condition) if only in (None, tie.alias)]
            if isinstance(node, exp.Delete):
                scope.ties += self._sweep(scope, condition)
        scope.ties = [tie for tie in scope.ties if tie.alias in scope.tables]
        self._settle(scope)
        return scope

    def _sweep(self, scope: Scope, condition: exp.Expression) -> list[Tie]:
        """The condition that only old rows go, of a table that may be swept."""
        column = _column(scope, condition.this) if isinstance(condition, exp.LT) else None
        is_by_age = column is not None and self.swept_by.get(scope.tables.get(column[0], "")) == column[1]
        return [Tie(column[0], AGE, None)] if column and is_by_age else []

    def _join(self, scope: Scope, join: exp.Join, named: frozenset[str]) -> list[tuple[exp.Expression, str | None]]:
        """The conditions of a join, each with the only alias it narrows (None: both sides)."""
        before = [*scope.tables, *scope.derived]
        alias = _add_source(scope, join.this, named)
        side = (join.side or "").upper()
        if any(column.name == ACCOUNT for column in join.args.get("using") or []) and side in ("", "LEFT"):
            scope.ties += [Tie(alias, ACCOUNT, other, ACCOUNT) for other in before]
        on = join.args.get("on")
        if on is None or side in ("RIGHT", "FULL"):
            return []
        return [(each, alias if side == "LEFT" else None) for each in _conjuncts(on)]

    def _settle(self, scope: Scope) -> None:
        """Follow the ties until nothing new is known: whose account is settled."""
        while True:
            new = {
                tie.alias
                for tie in scope.ties
                if tie.alias not in scope.tied_to_account and self._settles_account(scope, tie)
            }
            if not new:
                return
            scope.tied_to_account |= new

    def _settles_account(self, scope: Scope, tie: Tie) -> bool:
        is_accounts_own = scope.tables.get(tie.alias) == ACCOUNTS_OWN_TABLE
        if is_accounts_own and tie.column not in self.found_by[ACCOUNTS_OWN_TABLE]:
            return False
        if not is_accounts_own and tie.column != ACCOUNT:
            return False
        if tie.source is None:
            return True
        names_account = tie.source_column == ACCOUNT or (
            tie.source_column == "id" and scope.tables.get(tie.source) == ACCOUNTS_OWN_TABLE
        )
        return names_account and scope.has_account(tie.source)

    def _untied(self, scope: Scope) -> list[str]:
        known = set(scope.tied_to_account)
        while True:  # a global table may be asked by a key that comes from a table already known
            new = {
                tie.alias
                for tie in scope.ties
                if tie.alias not in known
                and (tie.column == AGE or tie.column in self.found_by.get(scope.tables[tie.alias], ()))
                and (tie.source is None or tie.source in known or not scope.knows(tie.source))
            }
            if not new:
                break
            known |= new
        found = []
        for alias, table in scope.tables.items():
            if table in self.fenced and alias not in scope.tied_to_account:
                found.append(f"{_named(table, alias)} is not tied to an account")
            elif table in self.found_by and alias not in known:
                keys = ", ".join(sorted(self.found_by[table]))
                found.append(f"{_named(table, alias)} {GLOBAL} {keys}")
        return found


def _is_walk_over_accounts(node: exp.Expression) -> bool:
    """A page of account numbers and nothing else about them: what a clock needs to send one task to each."""
    if not isinstance(node, exp.Select) or node.args.get("joins") or not node.args.get("limit"):
        return False
    numbers = all(isinstance(each.unalias(), exp.Column) and each.unalias().name == "id" for each in node.expressions)
    return numbers and [source.name for source in _sources(node)] == [ACCOUNTS_OWN_TABLE]


def _named(table: str, alias: str) -> str:
    return table if alias == table else f"{table} as {alias}"


def _sources(node: exp.Expression) -> Iterator[exp.Expression]:
    if isinstance(node, exp.Update | exp.Delete | exp.Merge):
        yield node.this
    if (origin := node.args.get("from_") or node.args.get("from")) is not None:
        yield origin.this
    using = node.args.get("using") or []
    yield from using if isinstance(using, list) else [using]
    yield from node.args.get("laterals") or []


def _add_source(scope: Scope, source: exp.Expression, named: frozenset[str]) -> str:
    alias = source.alias_or_name
    is_table = isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    if is_table and not (source.name in named and not source.db):
        scope.tables[alias] = source.name
    else:
        scope.derived.add(alias)
    return alias


def _conjuncts(node: exp.Expression) -> Iterator[exp.Expression]:
    node = node.unnest() if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _ties(scope: Scope, condition: exp.Expression) -> Iterator[Tie]:
    if isinstance(condition, exp.In) and (column := _column(scope, condition.this)):
        if column[1] != ACCOUNT:
            yield Tie(*column, None)
        return
    if isinstance(condition, exp.Column) and (column := _column(scope, condition)):  # a switch that is on
        yield Tie(*column, None)
        return
    if not isinstance(condition, exp.EQ):
        return
    for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
        column = _column(scope, one)
        if column is None:
            continue
        source = _column(scope, other)
        if source is not None and source[0] != column[0]:
            yield Tie(*column, *source)
        elif source is None and next(_nearest(other, (exp.Column, exp.Query)), None) is None:
            yield Tie(*column, None)


def _column(scope: Scope, node: exp.Expression) -> tuple[str, str] | None:
    """Alias and column of an expression that is a column, or UPPER, LOWER or a cast of one."""
    while isinstance(node, exp.Paren | exp.Cast | exp.Upper | exp.Lower):
        node = node.this
    if not isinstance(node, exp.Column):
        return None
    alias = node.table or scope.only_alias()
    return (alias, node.name) if alias else None


def _nearest(node: exp.Expression, kinds: tuple[type, ...]) -> Iterator[exp.Expression]:
    """The outermost descendants of these kinds, the node itself excepted unless it is a value."""
    if isinstance(node, kinds) and kinds[0] is exp.Column:
        yield node
        return
    for child in node.iter_expressions():
        if isinstance(child, kinds):
            yield child
        else:
            yield from _nearest(child, kinds)


class Recorder:
    """An execute wrapper for the time of one test: raises at the faulty statement, and remembers it."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.found: list[str] = []
        self._looking_away = 0

    def __call__(self, execute: Callable, sql: Any, params: Any, many: bool, context: Any) -> Any:
        faults = () if self._looking_away else self.reader.faults(_text(sql, context))
        if faults and not (all(GLOBAL in fault for fault in faults) and _asked_by_a_test()):
            word = f"{'; '.join(faults)}, in:\n  {_text(sql, context)}"
            self.found.append(word)
            raise StatementWithoutAccount(word)
        return execute(sql, params, many, context)

    @contextmanager
    def looking_away(self) -> Iterator[None]:
        """For a test that goes round the managers on purpose, to prove what the database does."""
        self._looking_away += 1
        try:
            yield
        finally:
            self._looking_away -= 1


def _asked_by_a_test() -> bool:
    """True when a test itself looks into a global table, to see what the product did."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(TESTS.parent) and ".venv" not in path.parts:
            return path.is_relative_to(TESTS)
        frame = frame.f_back
    return False


def _text(sql: Any, context: Mapping[str, Any]) -> str:
    if hasattr(sql, "as_string"):
        return sql.as_string(context["cursor"].cursor)
    return str(sql)
