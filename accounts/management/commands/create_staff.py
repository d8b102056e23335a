"""``manage.py create_staff tess@candor.example``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import actions, emails
from accounts.management.commands.create_account import an_address, name_from
from accounts.models import User
from accounts.queries import memberships_of


class Command(BaseCommand):
    help = "Make somebody support staff. Staff belong to no account, so a member of one is refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, email: str, dry_run: bool, **options: Any) -> None:
        address = an_address(email)
        user = User.objects.filter(email=address).first()
        if user is not None and memberships_of(user).exists():
            raise CommandError(f"{address} is a member of an account; staff need an address of their own.")
        if user is not None and user.is_staff:
            self.stdout.write(f"{address} is staff already.")
            return
        self.stdout.write(f"Making {address} support staff.")
        if dry_run:
            self.stdout.write("Nothing was done (--dry-run).")
            return
        with transaction.atomic():
            user = user or actions.create_person(address, **name_from(address))
            user.is_staff = True
            user.save(update_fields=["is_staff"])
            if not user.is_confirmed:
                emails.way_in(user)
                self.stdout.write(f"A letter with a link that sets the password goes to {address}.")
