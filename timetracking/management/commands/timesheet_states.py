"""Draw the states of a timesheet anew: ``manage.py timesheet_states --write``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from timetracking.sheets.states import diagram

PAGE = Path(settings.BASE_DIR) / "docs" / "timesheets.md"
BEGIN, END = "```mermaid\n", "```\n"


def drawn(page: str) -> str:
    """The page with the diagram of the table that the code goes by."""
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}{diagram()}\n{END}{rest.split(END, 1)[1]}"


class Command(BaseCommand):
    help = "Prints the diagram of docs/timesheets.md from the table in timetracking/sheets/states.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write it into docs/timesheets.md")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if not write:
            self.stdout.write(diagram())
            return
        PAGE.write_text(drawn(PAGE.read_text()))
        self.stdout.write("Wrote docs/timesheets.md.")
