"""In which words, and of which records, a part of a word is seen: what a search asks before it looks for records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from lib.keyset import LAST_CHARACTER
from tenancy.context import current_account_id

_SPREAD = """
    SELECT start.place - 1, word.kind, count(*), CASE WHEN count(*) <= %s THEN array_agg(record_id) END
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS start (low, high, place), LATERAL (
        SELECT kind, record_id FROM crm_searchtoken
        WHERE account_id = %s AND token >= start.low AND token < start.high LIMIT %s
    ) AS word
    GROUP BY start.place, word.kind
"""
_SPREAD_WITHIN = """
    SELECT %s::int, kind, count(*), CASE WHEN count(*) <= %s THEN array_agg(DISTINCT record_id) END AS records FROM (
        SELECT kind, record_id FROM crm_searchtoken WHERE account_id = %s AND token LIKE %s LIMIT %s
    ) AS word GROUP BY kind
"""
# Of few records the words are read one by one: "|| ''" keeps PostgreSQL from looking all words up that hold the part.
_WITH_OTHERS = """
    SELECT place, kind, words, CASE WHEN records IS NOT NULL THEN ARRAY(
        SELECT number FROM unnest(records) AS number WHERE {others}
    ) END FROM ({seen}) AS seen (place, kind, words, records)
"""
_OTHER = """EXISTS (
    SELECT FROM crm_searchtoken other WHERE other.account_id = %s AND other.record_id = number
        AND other.kind = seen.kind AND other.token || '' LIKE %s
)"""


class Seen(NamedTuple):
    """In how many words of one kind a word was seen, and where these are few: of which records."""

    words: int
    records: list[int] | None


def spread(starts: list[str], few: int, most: int) -> list[dict[str, Seen]]:
    """For each start, where words begin so: looked at up to ``most`` of them, in one statement for all."""
    ends = [start + LAST_CHARACTER for start in starts]
    with connection.prepared_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(_SPREAD, [few, starts, ends, current_account_id(), most])
        return _counted(len(starts), cursor)


def spread_within(parts: list[str], few: int, most: int, others: Sequence[str] = ()) -> list[dict[str, Seen]]:
    """For each part, where words hold it; of few records, only those whose words hold the others, too.

    Each pattern stands in the statement, for the planner.
    """
    account = current_account_id()
    statement = " UNION ALL ".join([_SPREAD_WITHIN] * len(parts))
    params = [value for place, part in enumerate(parts) for value in (place, few, account, like(part), most)]
    if others:
        statement = _WITH_OTHERS.format(others=" AND ".join([_OTHER] * len(others)), seen=statement)
        params = [*(value for other in others for value in (account, like(other))), *params]
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return _counted(len(parts), cursor)


def like(part: str) -> str:
    """The pattern of texts that hold a part."""
    return f"%{connection.ops.prep_for_like_query(part)}%"


def _counted(places: int, cursor: Any) -> list[dict[str, Seen]]:
    found: list[dict[str, Seen]] = [{} for _ in range(places)]
    for place, kind, *seen in cursor.fetchall():
        found[place][kind] = Seen(*seen)
    return found
