#!/usr/bin/env python
"""Commands for an installation; finds its database by itself and works as the app role."""

import os
import sys

from config.trouble import Trouble, give_up

AS_OWNER = {
    "create_max_migration_files",
    "makemigrations",
    "migrate",
    "optimizemigration",
    "rebase_migration",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
}


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in AS_OWNER:
        os.environ.setdefault("CANDOR_DATABASE_ROLE", "owner")

    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from config import embedded
    from config.env import env

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if env.is_embedded and embedded.find(env.data_dir) is None:
            raise Trouble("Candor is not running, and its database neither; run bin/start first.") from error
        raise


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        give_up(trouble)
