"""Whether search may look inside of words, too.

Behind a row policy LIKE uses no index: PostgreSQL doesn't know that it tells nobody what it reads. Where a superuser
has vouched for it (``manage.py allow_substring_search``), an index of all three letters in a row serves it.
"""

from __future__ import annotations

import time

from django.db import connection

INDEX = "crm_searchtoken_parts"
SHORTEST = 3  # letters; fewer are in no index
LASTS = 300.0  # seconds until we ask anew

_ASK = """
    SELECT (SELECT proleakproof FROM pg_proc WHERE oid = 'pg_catalog.textlike(text, text)'::regprocedure)
       AND EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(%s) AND indisvalid)
"""
_known: dict[str, tuple[bool, float]] = {}  # by database: the answer, and until when we believe it


def are_found() -> bool:
    """True where parts of words are found in this database, not just their beginnings."""
    name, now = connection.settings_dict["NAME"], time.monotonic()
    answer, until = _known.get(name, (False, 0.0))
    if now >= until:
        with connection.cursor() as cursor:
            cursor.execute(_ASK, [INDEX])
            answer = cursor.fetchone()[0]
        _known[name] = answer, now + LASTS
    return answer
