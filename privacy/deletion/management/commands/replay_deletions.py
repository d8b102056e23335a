"""``manage.py replay_deletions [--check]``: after a backup was put back, before anybody comes in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from privacy.deletion import ledger, replay
from privacy.support_access import granting


class Command(BaseCommand):
    """Exit code 0: ledger and database tell the same. 1: they do not. Deletions without a certificate are named."""

    help = "Erase again what was erased after this backup was made; --check only says whether that is needed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            self._replay()
        for said in replay.unfinished():
            self.stderr.write(said)
        if found := replay.what_is_in_the_way():
            self.stderr.write("\n".join(found))
            raise SystemExit(1)
        if not check:
            self.stdout.write(f"The ledger has {len(ledger.lines())} lines, and this database knows all of them.")

    def _replay(self) -> None:
        try:
            for said in replay.replay():
                self.stdout.write(said)
            if told := granting.tell_of_restore():
                self.stdout.write(f"Told the log of its firm of {told} accesses that the restored backup ended.")
        except RuntimeError as trouble:
            self.stderr.write(str(trouble))
