"""A program that did not hear the answer asks again with the same ``Idempotency-Key``: it gets the same answer.

The key is claimed in the transaction of what it asks for. So a twin at the same moment waits until that one is
done, and a refused request leaves no trace: it may be mended and sent again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from accounts.api.body import read_file
from accounts.api.problems import Problem
from accounts.models import ApiAnswer
from tenancy.context import current_account_id

KEPT_FOR = timedelta(hours=24)
HEADERS = ("Content-Type", "ETag", "Location")

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_CLAIM = """
    INSERT INTO accounts_apianswer AS kept
        (account_id, public_id, member_id, key, fingerprint, status, headers, body, expires_at)
    VALUES (%s, gen_random_uuid(), %s, %s, %s, 0, '{}', '', %s)
    ON CONFLICT (account_id, member_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at
        WHERE kept.account_id = excluded.account_id AND kept.expires_at <= %s
    RETURNING id
"""


def once(request: Any, run: Callable[[], HttpResponse], *, takes_file: bool = False) -> HttpResponse:
    """Do what is asked for, unless the same request was answered before."""
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return run()
    if not _KEY.fullmatch(key):
        raise Problem("unreadable", "An Idempotency-Key has 1 to 255 visible ASCII characters.")
    fingerprint = _fingerprint(request, takes_file)
    claimed = _claim(request.membership.pk, key, fingerprint)
    if claimed is None:
        return _again(request.membership.pk, key, fingerprint)
    response = run()
    body = getattr(response, "kept", response.content)
    headers = {name: response[name] for name in HEADERS if name in response}
    ApiAnswer.objects.filter(pk=claimed).update(status=response.status_code, headers=headers, body=body.decode())
    return response


def told_once(answer: HttpResponse, later: HttpResponse) -> HttpResponse:
    """An answer with a secret, which is kept nowhere: a repeated key is answered by the later one."""
    answer.kept = later.content  # type: ignore[attr-defined]
    return answer


def _claim(member_id: int, key: str, fingerprint: str) -> int | None:
    """The number of the row that is ours to fill; None when the key was used before."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [current_account_id(), member_id, key, fingerprint, now + KEPT_FOR, now])
        row = cursor.fetchone()
    return row and row[0]


def _again(member_id: int, key: str, fingerprint: str) -> HttpResponse:
    kept = ApiAnswer.objects.get(member_id=member_id, key=key)
    if kept.fingerprint != fingerprint:
        raise Problem("key-reused", "This Idempotency-Key came with another request before. Take a new one for each.")
    return HttpResponse(kept.body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})


def _fingerprint(request: Any, takes_file: bool) -> str:
    """Tells one request from another: where it went, and what it said."""
    said = hashlib.file_digest(read_file(request), "sha256").digest() if takes_file else request.body
    return hashlib.sha256(request.get_full_path().encode() + b"\0" + said).hexdigest()
