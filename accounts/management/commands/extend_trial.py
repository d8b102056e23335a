"""``manage.py extend_trial acme --days 14 --reason "Asked on the phone" --staff sam@candor.example``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import lifecycle
from accounts.lifecycle import LONGEST_EXTENSION
from accounts.models import Account, User, normalise_email


class Command(BaseCommand):
    help = "Give a firm more days to try Candor. The reason and the member of staff stand in the firm's own log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's slug")
        parser.add_argument("--days", type=int, required=True, help=f"1 to {LONGEST_EXTENSION}")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--staff", required=True, metavar="EMAIL", help="who decides it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, account: str, days: int, reason: str, staff: str, **options: Any) -> None:
        firm = Account.objects.filter(slug=account).first()
        person = User.objects.filter(email=normalise_email(staff)).first()
        if firm is None or firm.closed_at is not None:
            raise CommandError(f"There is no open account {account}.")
        if person is None or not person.is_staff:
            raise CommandError(f"{staff} is not support staff.")
        if not 1 <= days <= LONGEST_EXTENSION or not reason.strip():
            raise CommandError(f"Give 1 to {LONGEST_EXTENSION} days, and a reason.")
        if options["dry_run"]:
            self.stdout.write(f"The trial of {firm} would end {days} days later. Nothing was done (--dry-run).")
            return
        ends = lifecycle.extend_trial(firm, days, reason=reason.strip(), staff=person)
        self.stdout.write(f"The trial of {firm} now ends on {ends:%Y-%m-%d}.")
