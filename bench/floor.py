"""The floor: the same work done with bare WSGI and one hand-written statement, without sign-in, fence or log.

Nothing that answers over HTTP from this database can cost much less, so it is what Candor is compared with.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

import orjson
import psycopg

from config.env import env

DATABASE = "candor_floor"
_here = threading.local()
Asked = dict[str, Any]

_CONTACT = (
    "SELECT c.id, c.first_name, c.last_name, c.email, c.phone, c.title, c.city, "
    "to_char(c.created_at, 'YYYY-MM-DD\"T\"HH24:MI:SSOF') created_at, c.company_id, o.name company "
    "FROM contact c LEFT JOIN company o ON o.id = c.company_id WHERE c.tenant_id = 0 "
)
_LATEST = "ORDER BY c.created_at DESC, c.id DESC LIMIT 50"
_ENTRY = (
    "SELECT e.id, e.day::text, e.minutes, e.note, e.billable, t.id task_id, t.name task, p.id project_id, "
    "p.name project FROM entry e JOIN task t ON t.id = e.task_id JOIN project p ON p.id = t.project_id "
    "WHERE e.tenant_id = 0 AND e.member_id = 5 "
)


def connection() -> psycopg.Connection:
    """One for each thread, kept; statements are prepared at their second use."""
    if not hasattr(_here, "connection"):
        _here.connection = psycopg.connect(**{**env.conninfo("loader"), "dbname": DATABASE}, autocommit=True)
        _here.connection.prepare_threshold = 1
    return _here.connection


def rows(statement: str, asked: Asked | None = None) -> list[dict[str, Any]]:
    cursor = connection().execute(statement, asked)  # type: ignore[call-overload]
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def number(statement: str, asked: Asked) -> dict[str, Any]:
    return {"id": connection().execute(statement, asked).fetchone()[0]}  # type: ignore[call-overload]


def contacts(asked: Asked) -> Any:
    if "id" in asked:
        return rows(_CONTACT + "AND (c.created_at, c.id) < (%(at)s, %(id)s) " + _LATEST, asked)
    return rows(_CONTACT + _LATEST)


def contact(asked: Asked) -> Any:
    return rows(_CONTACT + "AND c.id = %(id)s", asked)


def search(asked: Asked) -> Any:
    return rows(_CONTACT + "AND c.find LIKE %(like)s " + _LATEST, {"like": f"%{asked['q'].lower()}%"})


def create(asked: Asked) -> Any:
    return number(
        "INSERT INTO contact (tenant_id, first_name, last_name, email, phone, title, city, company_id) VALUES "
        "(0, %(first_name)s, %(last_name)s, %(email)s, %(phone)s, %(title)s, %(city)s, 5) RETURNING id",
        asked,
    )


def change(asked: Asked) -> Any:
    return number("UPDATE contact SET title = %(title)s WHERE tenant_id = 0 AND id = %(id)s RETURNING id", asked)


def log(asked: Asked) -> Any:
    return number(
        "INSERT INTO entry (tenant_id, member_id, task_id, day, minutes, note, billable) VALUES "
        "(0, 5, 15, %(day)s, %(minutes)s, %(note)s, true) RETURNING id",
        asked,
    )


def entries(asked: Asked) -> Any:
    return rows(_ENTRY + "ORDER BY e.day DESC, e.id DESC LIMIT 50")


def week(asked: Asked) -> Any:
    return rows(_ENTRY + "AND e.day BETWEEN %(first)s AND %(last)s ORDER BY e.day, e.id", asked)


def board(asked: Asked) -> Any:
    return rows(
        "SELECT d.id, d.stage, d.name, d.value::text, d.close_on::text, c.name company FROM deal d "
        "JOIN company c ON c.id = d.company_id WHERE d.id IN (SELECT id FROM (SELECT id, row_number() OVER "
        "(PARTITION BY stage ORDER BY id) place FROM deal) ranked WHERE place <= 50) ORDER BY d.id"
    ) + rows("SELECT stage, count(*), sum(value)::text worth FROM deal GROUP BY stage")


def year(asked: Asked) -> Any:
    return rows(
        "SELECT member_id, extract(month FROM day)::int AS month, sum(minutes), count(*) FROM entry "
        "WHERE tenant_id = 0 AND day BETWEEN '2026-01-01' AND '2026-12-31' GROUP BY 1, 2"
    )


def nothing(asked: Asked) -> Any:
    return {"ok": True}


_PAGES: dict[str, Callable[[Asked], Any]] = {
    f"/{page.__name__}": page
    for page in (contacts, contact, search, create, change, log, entries, week, board, year, nothing)
}


def application(request: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The WSGI application; what is asked stands in the query or, as JSON, in the body."""
    length = int(request.get("CONTENT_LENGTH") or 0)
    asked = orjson.loads(request["wsgi.input"].read(length)) if length else dict(parse_qsl(request["QUERY_STRING"]))
    body = orjson.dumps(_PAGES[request["PATH_INFO"]](asked))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
