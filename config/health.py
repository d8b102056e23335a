"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"ok": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and broker answer; 503 names what does not."""
    asked = {"database": _database, "migrations": _migrations, "broker": _broker}
    answers = {name: _holds(question) for name, question in asked.items()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _holds(question) -> bool:  # type: ignore[no-untyped-def]
    try:
        return bool(question())
    except Exception:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return True


def _migrations() -> bool:
    if cache.get("migrations-applied"):
        return True
    executor = MigrationExecutor(connection)
    applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    cache.set("migrations-applied", applied, 60)
    return applied


def _broker() -> bool:
    from config.celery import app  # not before somebody asks: a web process starts sooner without

    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        return True
