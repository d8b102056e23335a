"""What went wrong, as ``application/problem+json`` (RFC 9457): the one shape of every refusal under ``/api/``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from lib.errors import Refused
from tenancy.errors import Conflict

Errors = dict[str, list[str]]

CONTENT_TYPE = "application/problem+json"
WHOLE = "record"  # where in ``errors`` stands what is wrong with all of it

_log = logging.getLogger("django.request")


@dataclass(frozen=True)
class Kind:
    """One way to be refused: its status, its title, and what to do about it."""

    status: int
    title: str
    help: str


KINDS = {
    "unreadable": Kind(400, "The request can't be read", "The body must be one JSON object in UTF-8."),
    "parameters": Kind(400, "A parameter is wrong", "`errors` names each parameter and what it takes."),
    "no-key": Kind(401, "No valid key", "Send `Authorization: Bearer <key>` with a key that lives."),
    "read-only": Kind(402, "The account is read-only", "Reading still works. Its owner can choose a plan."),
    "forbidden": Kind(403, "The member may not do this", "The key's member has a role that does not allow it."),
    "second-factor": Kind(403, "A second factor is missing", "The key's member must set one up first."),
    "address": Kind(403, "Not from this address", "The account lets requests in from its own networks only."),
    "scope": Kind(403, "The key may not do this", "Make a key that has the scope named in `detail`."),
    "not-found": Kind(404, "Nothing is there", "No such address, or no such record in this account."),
    "method": Kind(405, "Not possible here", "The header `Allow` lists what is."),
    "not-acceptable": Kind(406, "Only JSON is spoken here", "Accept `application/json`."),
    "conflict": Kind(409, "Somebody else was quicker", "Read the record again and repeat the change."),
    "in-the-way": Kind(409, "Something comes first", "`detail` says what. Nothing was done."),
    "to-be-read": Kind(409, "Somebody has to read first", "`detail` says what, and where. Nothing was done."),
    "gone": Kind(410, "It is over", "What was there was kept for some days, or deleted."),
    "changed": Kind(412, "The record has changed", "Its version is not the one in `If-Match`: read it again."),
    "too-large": Kind(413, "The body is too large", "Send less at once."),
    "media-type": Kind(415, "Only JSON is read here", "Send `Content-Type: application/json`."),
    "invalid": Kind(422, "The record is not right yet", "`errors` names each field and what is wrong with it."),
    "days": Kind(422, "No report for these days", "`errors` names each day and what it may be."),
    "key-reused": Kind(422, "This Idempotency-Key was used", "Take a new key for each new request."),
    "too-many": Kind(429, "Too many requests", "Wait as many seconds as `Retry-After` says."),
    "failed": Kind(500, "Something broke on our side", "Nothing was stored. Try again; tell us if it stays."),
}


class Problem(Exception):
    """A refusal on its way out; what was done so far is undone."""

    def __init__(
        self, kind: str, detail: str = "", *, errors: Errors | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail = kind, detail or KINDS[kind].help
        self.errors, self.headers = errors, headers or {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        kind = KINDS[self.kind]
        said: dict[str, Any] = {
            "type": f"{settings.SITE_URL}/api/docs/#{self.kind}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "instance": request.path,
        }
        if self.errors is not None:
            said["errors"] = self.errors
        return HttpResponse(orjson.dumps(said), status=kind.status, content_type=CONTENT_TYPE, headers=self.headers)


@contextmanager
def refused_in_words(kind: type[Exception]) -> Iterator[None]:
    """What an app refuses with a sentence, as a problem of the whole record."""
    try:
        yield
    except kind as refusal:
        raise Problem("invalid", errors={WHOLE: [str(refusal)]}) from refusal


def problem_of(request: HttpRequest, exception: Exception) -> Problem:
    """The refusal that an exception stands for. What nobody foresaw is logged and told to nobody."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, Http404):
        return Problem("not-found")
    if isinstance(exception, Refused):
        return Problem("forbidden", str(exception))
    if isinstance(exception, PermissionDenied):
        return Problem("forbidden")
    if isinstance(exception, Conflict):
        return Problem("changed" if "If-Match" in request.headers else "conflict")
    if isinstance(exception, IntegrityError) and isinstance(exception.__cause__, UniqueViolation | ForeignKeyViolation):
        return Problem("conflict")
    if isinstance(exception, RequestDataTooBig):
        return Problem("too-large")
    if isinstance(exception, SuspiciousOperation | BadRequest):
        return Problem("unreadable", "The request is not well formed.")
    got_request_exception.send(sender=None, request=request)
    _log.error("Internal Server Error: %s", request.path, exc_info=exception)
    return Problem("failed")
