"""What must hold whatever the clock says: searches without a scan, and statements that do not grow with rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.test import Client

from bench.cases import Case
from bench.client import Request
from bench.measure import Bench
from bench.scene import Scene
from config.trouble import Trouble

LARGE = 10_000  # rows; a smaller table may well be read whole
NUMBER = 7  # of the request that is looked at: any
Statement = tuple[str, Any]


def growing(bench: Bench, found: Iterable[Case]) -> Iterator[str]:
    """A sentence for each case that asks the database more when its answer holds more rows."""
    for case in found:
        if case.few is None:
            continue
        few, many = (_number_of_statements(bench, ask(NUMBER)) for ask in (case.few, case.candor))
        if many > few + 1:  # who sees all rows is not told how many there are by a further statement
            yield f"{case.name}: {few} statements with few rows, {many} with many."


def scans(bench: Bench, scene: Scene, found: Iterable[Case]) -> Iterator[str]:
    """A sentence for each statement of a search that reads a table from end to end."""
    for case in found:
        if not case.name.startswith("search"):
            continue
        for sql, params in _asked(bench, case.candor(NUMBER)):
            if sql.startswith("SELECT") and (tables := _scanned(scene, sql, params)):
                yield f"{case.name}: reads all of {', '.join(tables)}: {sql}"


def _number_of_statements(bench: Bench, request: Request) -> int:
    """The least of three looks: a worker writes down visits, and asks what it forgot, in between."""
    return min(_counted(bench, request) for _ in range(3))


def _counted(bench: Bench, request: Request) -> int:
    visitor = bench.candor.visitor()
    with bench.meter(bench.candor) as spent:
        visitor.ask(request)
    visitor.leave()
    return sum(one.calls for one in spent.statements.values())


def _asked(bench: Bench, request: Request) -> list[Statement]:
    """The statements of one request, asked in this process."""
    asked: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = Client().get(request.path, headers={**bench.candor.headers, **request.headers}, secure=True)
    if answer.status_code != request.status:
        raise Trouble(f"{request.path} answered {answer.status_code} to a look at its statements.")
    return asked


def _scanned(scene: Scene, sql: str, params: Any) -> list[str]:
    """The large tables that the plan reads from end to end."""
    with scene.inside(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (plan,) = cursor.fetchone()
        scanned = {node["Relation Name"] for node in _nodes(plan[0]["Plan"]) if node["Node Type"] == "Seq Scan"}
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND reltuples > %s", [[*scanned], LARGE])
        return [name for (name,) in cursor]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
