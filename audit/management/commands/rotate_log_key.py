"""``manage.py rotate_log_key``: a new key signs the log from now on, and the old one vouches for it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from audit import keys
from audit.checkpoints import make_checkpoint
from audit.memory import Memory
from audit.sealing import spell_time


class Command(BaseCommand):
    """Old and new key sign the change, so whoever trusts one of them is led to the other."""

    help = "Let a new key sign the audit log. The old public key stays listed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--restored", action="store_true", help="the database was put back from a backup")
        parser.add_argument("--lost", action="store_true", help="the old key is gone: nobody vouches for the new one")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["restored"]:
            Memory.forget()
        try:
            new = keys.rotate(spell_time(timezone.now()), lost=options["lost"])
        except keys.NoKey as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The new key is {new.public.short}. Its public half:\n{new.public}")
        if settings.AUDIT_LOG_KEY:
            self.stdout.write("Set this where the worker finds it, and start it again, within a day:")
            self.stdout.write(f"AUDIT_LOG_KEY={new}")
            return
        make_checkpoint(even_now=True)
        self.stdout.write("It has signed a checkpoint. Keep a copy of the file where no backup of the database lies.")
