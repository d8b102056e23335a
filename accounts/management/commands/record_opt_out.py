"""``manage.py record_opt_out anna@x.example --evidence "Letter of 3 May, ticket 12"``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.forms import ValidationError

from accounts import inbound


class Command(BaseCommand):
    help = "Record that somebody told us, by mail or telephone, that they want no promotional mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--evidence", required=True, help="where they said it; no address in it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, email: str, evidence: str, dry_run: bool, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        if dry_run:
            self.stdout.write(f"{email} would get no more promotional mail. Nothing was done (--dry-run).")
            return
        inbound.record_opt_out(email, evidence=evidence)
        self.stdout.write(f"Recorded: {email} gets no more promotional mail.")
