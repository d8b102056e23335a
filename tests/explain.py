"""What PostgreSQL really did for a statement: read from EXPLAIN ANALYZE, as the app role, behind the fence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Plan:
    """One executed plan. ``removed`` counts rows that were read and thrown away."""

    text: str
    nodes: list[dict[str, Any]]

    @property
    def removed(self) -> int:
        return sum(
            round(node.get(key, 0) * node["Actual Loops"])
            for node in self.nodes
            for key in ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")
        )

    @property
    def rows_read(self) -> int:
        leaves = [node for node in self.nodes if "Plans" not in node]
        return self.removed + sum(round(node["Actual Rows"] * node["Actual Loops"]) for node in leaves)

    @property
    def index_conditions(self) -> list[str]:
        return [node["Index Cond"] for node in self.nodes if "Index Cond" in node]


def plan_of(statement: str, params: Any = None) -> Plan:
    """Run the statement and return its plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", params)
        found = cursor.fetchone()[0]
    tree = found if isinstance(found, list) else json.loads(found)
    return Plan(json.dumps(tree, indent=1), list(_nodes(tree[0]["Plan"])))


def rely_on_indexes() -> None:
    """Let this transaction's plans sort and scan only where no index can do it.

    Rows of a test are never analysed, so what PostgreSQL prefers is chance; what it is able to do is not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", []):
        yield from _nodes(child)
