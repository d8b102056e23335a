"""``manage.py compose_policy``: what the documents say now, and whether that is written down."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from privacy.policies import snapshots


class Command(BaseCommand):
    """Composes policy, terms and agreement for an operator in a book. Needs no database."""

    help = "Compare the documents with their files; --write puts down what they say now."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write privacy/policies/snapshots/*.html")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if write:
            changed = snapshots.write()
            self.stdout.write(f"Written: {', '.join(changed)}." if changed else "Nothing changed.")
        elif found := snapshots.stale():
            raise CommandError(f"New words in: {', '.join(found)}. Read them, then: manage.py compose_policy --write")
        else:
            self.stdout.write("Every document says what its file says.")
