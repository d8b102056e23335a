#!/usr/bin/env python
"""Django's commands. They connect as the app role; those that change tables, as the owner."""

import os
import sys

OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations"}


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if OWNER_COMMANDS & set(sys.argv[1:2]):
        os.environ.setdefault("CANDOR_DATABASE_ROLE", "owner")
    from config.trouble import Trouble, give_up

    try:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except Trouble as trouble:
        give_up(trouble)


if __name__ == "__main__":
    main()
