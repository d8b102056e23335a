"""The ids of an archive's rows, while it is checked: in a table of this transaction, so that no number of rows is
too many to be held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

_MAKE = "CREATE TEMPORARY TABLE archive_ids (kind text, id uuid, line bigint) ON COMMIT DROP"
_DROP = "DROP TABLE archive_ids"
_COPY = "COPY archive_ids FROM STDIN"
_TWICE = """
    SELECT max(line), id::text FROM archive_ids WHERE kind = %s GROUP BY id HAVING count(*) > 1 ORDER BY 1 LIMIT %s
"""
_INDEX = "CREATE INDEX ON archive_ids (kind, id)"
_LOOK = "ANALYZE archive_ids"
_MISSING = """
    SELECT asked.kind, asked.id::text FROM unnest(%s::text[], %s::uuid[]) AS asked (kind, id)
    WHERE NOT EXISTS (SELECT FROM archive_ids known WHERE known.kind = asked.kind AND known.id = asked.id)
"""


class KnownIds:
    """Which rows an archive has. Use it as a context, inside a transaction; it ends with it."""

    def __enter__(self) -> KnownIds:
        self._tell(_MAKE)
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if kind is None:  # else the transaction is over, and the table with it
            self._tell(_DROP)

    def add(self, kind: str, ids: Iterable[tuple[str, int]]) -> None:
        """So many rows of a kind, each with its line."""
        with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
            for public_id, line in ids:
                copy.write_row((kind, public_id, line))

    def twice(self, kind: str, most: int) -> Iterator[tuple[int, str]]:
        """Lines whose id stands in an earlier one, too."""
        with connection.cursor() as cursor:
            cursor.execute(_TWICE, [kind, most])
            yield from cursor.fetchall()

    def sort(self) -> None:
        """All are there: from here on they are looked up."""
        self._tell(_INDEX)
        self._tell(_LOOK)

    def missing(self, asked: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these, each a kind and an id, the archive does not have."""
        if not asked:
            return set()
        with connection.cursor() as cursor:
            cursor.execute(_MISSING, [[kind for kind, _ in asked], [public_id for _, public_id in asked]])
            return set(cursor.fetchall())

    @staticmethod
    def _tell(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)
