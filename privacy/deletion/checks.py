"""What the database has to allow the eraser; asked by ``migrate`` and by ``manage.py check --database default``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from tenancy import roles

_RIGHTS = """
    SELECT pg_has_role(owner.oid, eraser.oid, 'MEMBER'),
           has_parameter_privilege(eraser.oid, 'session_replication_role', 'SET')
    FROM pg_roles owner, pg_roles eraser WHERE owner.rolname = %s AND eraser.rolname = %s
"""


@register(Tags.database)
def check_eraser(app_configs: Any = None, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The eraser's function can be made, and may leave the keys of an account that goes unasked."""
    return [message for name in databases or () for message in _missing(name)]


def _missing(database: str) -> list[CheckMessage]:
    with connections[database].cursor() as cursor:
        cursor.execute(_RIGHTS, [roles.OWNER, roles.ERASER])
        makes_functions, leaves_keys = cursor.fetchone() or (False, False)
    found: list[CheckMessage] = []
    if not makes_functions:
        found.append(
            Warning(
                "A migration can't change the function that erases accounts.",
                hint=f"Ask a superuser of the database to run once: GRANT {roles.ERASER} TO {roles.OWNER};",
                id="deletion.W001",
            )
        )
    if not leaves_keys:
        found.append(
            Warning(
                "Accounts are erased completely, but slowly: each row's keys are asked one by one.",
                hint="Ask a superuser of the database to run once, then start web and worker again: "
                f"GRANT SET ON PARAMETER session_replication_role TO {roles.ERASER};",
                id="deletion.W002",
            )
        )
    return found
