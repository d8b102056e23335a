"""``manage.py allow_substring_search``: let search find parts of words, not just their beginnings."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from psycopg.conninfo import make_conninfo

from config import embedded, substrings
from config.env import env
from config.trouble import Trouble


class Command(BaseCommand):
    """Needs a superuser once for each database; the server that ``bin/start`` runs has been told already."""

    help = (
        "Let search find parts of words, with an index. Needs a superuser's address in DATABASE_URL, for this command "
        "alone. Exits 0 when it is allowed, 2 when it cannot be."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print the statements, and run none")

    def handle(self, *args: Any, **options: Any) -> None:
        is_rehearsal = options["dry_run"]
        steps = substrings.allow(administrator(), is_rehearsal=is_rehearsal)
        for step in steps:
            self.stdout.write(f"{step};")
        if not steps:
            self.stdout.write("Search finds parts of words already; nothing to do.")
        elif is_rehearsal:
            self.stdout.write("Nothing was run.")
        else:
            self.stdout.write("Search finds parts of words from now on; running processes notice within five minutes.")


def administrator() -> str:
    """The address of whoever may do most in our database, as far as we were told."""
    name = env.conninfo("app")["dbname"]
    if env.database_url is not None:
        return make_conninfo(env.database_url, dbname=name)
    server = embedded.find(env.data_dir)
    if server is None:
        raise Trouble("Candor is not running, and its database neither; run bin/start first.")
    return server.admin_dsn(name)
