"""``manage.py apply_retention [ACCOUNT] [--dry-run]``: remove what is older than the data map says."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.lifecycle import living_accounts
from accounts.models import Account
from privacy.deletion import erasing, holds, retention
from tenancy.context import activate


class Command(BaseCommand):
    help = "Remove what is older than the data map says, in one account or in all. The clock does it every day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", nargs="?", help="its short name; all without it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, account: str | None, dry_run: bool, **options: Any) -> None:
        for number in [self._number(account)] if account else living_accounts():
            firm = Account.objects.get(pk=number)
            with activate(firm, actor=erasing.ERASER):
                found = (retention.count if dry_run else retention.apply)(firm)
                is_held = holds.of_account(firm.pk).exists()
            for rule, rows in found.items():
                self.stdout.write(f"{firm.slug}: {rows:,} rows {'would go' if dry_run else 'went'}, {rule}.")
            if is_held:
                self.stdout.write(f"{firm.slug}: held, so nothing goes.")
        if not account:
            found = retention.count_outside() if dry_run else retention.apply_outside().removed
            for rule, rows in found.items():
                self.stdout.write(f"outside accounts: {rows:,} rows {'would go' if dry_run else 'went'}, {rule}.")
        if dry_run:
            self.stdout.write("Nothing was done (--dry-run).")

    def _number(self, slug: str) -> int:
        firm = Account.objects.filter(slug=slug).first()
        if firm is None:
            raise CommandError(f"There is no account {slug!r}.", returncode=2)
        return firm.pk
