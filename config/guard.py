"""Web and worker refuse to work as anything stronger than the app role (tenancy pitfall 16)."""

from __future__ import annotations

import sys
from typing import Any

from django.db.backends.signals import connection_created

from config.env import env
from tenancy import roles

_TOO_STRONG = """
    SELECT rolsuper OR rolbypassrls OR pg_has_role(current_user, %s, 'MEMBER')
    FROM pg_roles WHERE rolname = current_user
"""


class TooStrong(RuntimeError):
    """The database role in use could read or change every account's rows."""


def is_serving(argv: list[str]) -> bool:
    """True in the web server and in the worker."""
    return any(name in argv[0] for name in ("granian", "celery"))


def refuse_strong_role(connection: Any, **kwargs: Any) -> None:
    """Raise TooStrong if this connection could look over the fence."""
    with connection.cursor() as cursor:
        cursor.execute(_TOO_STRONG, [roles.OWNER])
        if cursor.fetchone()[0]:
            raise TooStrong(
                f"Candor serves only as {roles.APP}; this role could look over the fence between accounts. "
                "Set DATABASE_URL to the app role's address."
            )


def install() -> None:
    """Ask at every new connection of a process that serves, or that says it works as the app role."""
    if env.database_role == "app" or is_serving(sys.argv):
        connection_created.connect(refuse_strong_role, dispatch_uid="refuse_strong_role")
