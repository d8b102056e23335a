"""An account's rows as one hash for each table, with their number: what must not be touched is equal afterwards."""

from __future__ import annotations

from typing import Any

from privacy.deletion import tables

Hashes = dict[str, tuple[str, int]]

TOLD = ("accounts_outgoingmail", "accounts_notice")
"""What merely tells of what happened."""
TOLD_ANEW = (*TOLD, "deletion_personerasure", "accounts_accountkey")
"""After a backup was put back: what tells of erasing again, with its time; and the key, which comes from beside it."""


def hashes_of(number: int, cursor: Any, but: tuple[str, ...] = TOLD) -> Hashes:
    """Of all tables but these, and of the account's own row; ``cursor`` sees the account's rows, or everybody's."""
    places = {table.name: "account_id" for table in tables.in_order() if table.name not in but}
    found: Hashes = {}
    for name, column in {**places, "accounts_account": "id"}.items():
        cursor.execute(
            "SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')), count(*) "
            f'FROM "{name}" t WHERE t."{column}" = %s',
            [number],
        )
        found[name] = cursor.fetchone()
    return found
