"""Web and worker refuse to work as anything stronger than the app role (tenancy pitfall 16)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from config.env import env
from tenancy import roles

SERVERS = {"granian", "gunicorn", "uwsgi", "celery"}


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
        is_too_strong = roles.is_too_strong(cursor)
    if is_too_strong:
        connection.close()
        raise TooStrong(
            f"Candor serves only as {roles.APP}; this role could look over the fence between accounts. "
            "Set DATABASE_URL to the app role's address."
        )


class NotReplayed(RuntimeError):
    """A backup was put back, and what was erased since then is in it."""


def refuse_before_replay(connection: Any, **kwargs: Any) -> None:
    """Raise NotReplayed at the first connection of a process that serves, as long as it is so."""
    from privacy.deletion import replay

    if found := replay.what_is_in_the_way():
        connection.close()
        raise NotReplayed(" ".join(found))
    connection_created.disconnect(dispatch_uid="refuse_before_replay")


def install() -> None:
    """Ask at every new connection of a process that serves, or that says it works as the app role."""
    if env.database_role == "app" or is_serving(sys.argv):
        connection_created.connect(refuse_strong_role, dispatch_uid="refuse_strong_role")
    if is_serving(sys.argv):
        connection_created.connect(refuse_before_replay, dispatch_uid="refuse_before_replay")
