"""The only code that signs in to the database as support: it may call one function, which returns one masked record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection

REFUSED = "CL001"

WORDS = {
    "replica": "This copy of the database may not know what was taken back. The primary alone shows records.",
    "unlogged": "The look is not in the account’s log.",
    "uncommitted": "The look is not in the account’s log yet.",
    "used": "This look was over. Open the record again.",
    "staff": "Only our own staff look at records.",
    "foreign": "This access is for somebody else.",
    "not allowed": "Nobody of the account has allowed it.",
    "widened": "The account did not allow this record.",
    "ended": "The access was taken back or ended.",
    "closed": "The request is closed, and the access with it.",
    "lapsed": "It was not answered or taken up in time.",
    "over": "The time of this access is over.",
    "never": "The account does not let anybody look at records.",
    "gone": "There is no such record in this account.",
    "not open": "This access is not open.",
}


class Refused(Exception):
    """The database, or we before it, did not open the record. ``reason`` is one of ``WORDS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(WORDS.get(reason, "This look is not possible."))
        self.reason = reason


def read_record(look: UUID) -> dict[str, Any]:
    """The record of this look, masked. Raises Refused."""
    words = {**settings.SUPPORT_DATABASE, "dbname": connection.settings_dict["NAME"]}
    with psycopg.connect(**words, connect_timeout=5, autocommit=True) as support:
        try:
            row = support.execute("SELECT read_record(%s)", [look]).fetchone()
        except psycopg.Error as error:
            if error.sqlstate != REFUSED:
                raise
            raise Refused(error.diag.message_primary or "") from None
    found: dict[str, Any] = row[0] if row else {}
    return found
