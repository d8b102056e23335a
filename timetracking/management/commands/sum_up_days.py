"""``manage.py sum_up_days``: compares the day summaries of every account with its entries; ``--rebuild`` mends them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import lifecycle
from tenancy.context import Actor, activate
from timetracking import summary

SYSTEM = Actor("system", None, "sum_up_days")


class Command(BaseCommand):
    help = "Compare the day summaries of every account with its time entries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="make them anew where they differ")

    def handle(self, *, rebuild: bool, **options: Any) -> None:
        wrong = 0
        for account_id in lifecycle.living_accounts():
            with activate(account_id, actor=SYSTEM):
                found = summary.differences()
                for words in found:
                    self.stdout.write(f"account {account_id}, {words}")
                if found and rebuild:
                    summary.rebuild()
                wrong += len(found)
        if wrong and not rebuild:
            raise CommandError(f"{wrong} days differ. Mend them with --rebuild.")
        self.stdout.write(f"{wrong} days made anew." if wrong else "Every day is the sum of its entries.")
