"""``manage.py reset_second_factor alice@acme.example --reason "Called back" --staff sam@candor.example``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import security
from accounts.factors import actions
from accounts.models import User, normalise_email


class Command(BaseCommand):
    help = (
        "Remove the second factors of somebody who lost phone, keys and recovery codes. Check by other means who they "
        "are: how, stands as the reason in the logs of their firms. They are told by mail and signed out everywhere."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the address they sign in with")
        parser.add_argument("--reason", required=True, help="how you know that it is them")
        parser.add_argument("--staff", required=True, metavar="EMAIL", help="who decides it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, email: str, reason: str, staff: str, **options: Any) -> None:
        person = User.objects.filter(email=normalise_email(email)).first()
        decides = User.objects.filter(email=normalise_email(staff)).first()
        if person is None or not security.has_second_factor(person):
            raise CommandError(f"Nobody signs in as {email} with a second factor.")
        if decides is None or not decides.is_staff or decides == person:
            raise CommandError(f"{staff} is not support staff, or is the very person.")
        if not reason.strip():
            raise CommandError("Say how you know that it is them.")
        if options["dry_run"]:
            self.stdout.write(f"The second factors of {person} would be removed. Nothing was done (--dry-run).")
            return
        actions.reset(person, reason=reason.strip(), staff=decides)
        self.stdout.write(f"The second factors of {person} are removed.")
