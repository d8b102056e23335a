"""Web and worker refuse to work as anything stronger than the app role (tenancy pitfall 16)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from config.env import env
from tenancy import roles

SERVERS = {"granian", "gunicorn", "uwsgi", "celery"}

# Asked for the role in use and for the one that signed in, which RESET ROLE would bring back.
_TOO_STRONG = """
    SELECT EXISTS (
        SELECT 1 FROM pg_roles r
        WHERE (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolreplication OR r.rolname = %s
               OR r.rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
               OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relrowsecurity))
          AND (pg_has_role(current_user, r.oid, 'MEMBER') OR pg_has_role(session_user, r.oid, 'MEMBER'))
    )
"""


class TooStrong(RuntimeError):
    """The database role in use could read or change every account's rows."""


def is_serving(argv: list[str]) -> bool:
    """True in the web server and in the worker."""
    program = Path(argv[0])
    name = program.parent.name if program.name == "__main__.py" else program.name
    return name in SERVERS or argv[1:2] == ["runserver"]


def refuse_strong_role(connection: Any, **kwargs: Any) -> None:
    """Raise TooStrong if this connection could look over the fence; it is not used for anything else."""
    with connection.cursor() as cursor:
        cursor.execute(_TOO_STRONG, [roles.OWNER])
        (is_too_strong,) = cursor.fetchone()
    if is_too_strong:
        connection.close()
        raise TooStrong(
            f"Candor serves only as {roles.APP}; this role could look over the fence between accounts. "
            "Set DATABASE_URL to the app role's address."
        )


def install() -> None:
    """Ask at every new connection of a process that serves, or that says it works as the app role."""
    if env.database_role == "app" or is_serving(sys.argv):
        connection_created.connect(refuse_strong_role, dispatch_uid="refuse_strong_role")
