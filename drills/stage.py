"""Where a drill plays: a database of its own, freshly migrated, with Django working in it as the app role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from config import embedded
from config.env import env
from tests import database


@contextmanager
def stage() -> Iterator[str]:
    """Give the name of a new database, dropped at the end. Starts the tests' server if nobody did.

    ``tests.processes.running`` and ``tests.database.app_dsn(name)`` start processes on it.
    """
    name = f"candor_drill_{os.getpid()}"
    server = None
    if not env.database_url and embedded.find(env.data_dir) is None:
        server = embedded.start(env.data_dir, fsync=False)
    try:
        database.make_template()
        database.clone(name)
        with database.connected_to(name, "app"):
            yield name
    finally:
        connections.close_all()
        database.drop(name)
        if server is not None:
            server.stop()
