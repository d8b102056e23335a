"""``manage.py import_account FILE --into ACCOUNT``: an archive comes back, whole or not at all."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Account
from audit.candor_verify import Key
from privacy.exports.candor_archive import NoArchive, opened
from privacy.exports.checking import Plan, Refused, check
from privacy.exports.importing import bring, must_be_empty
from tenancy.context import Actor, activate

ACTOR = Actor("system", None, "manage.py import_account")


class Command(BaseCommand):
    """Checks, says what it would bring, brings it. Run again after it was stopped: nothing of it was stored."""

    help = "Bring an archive into an account that is still empty."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the archive")
        parser.add_argument("--into", required=True, metavar="ACCOUNT", help="the account's short name")
        parser.add_argument("--dry-run", action="store_true", help="check it and say what it would bring")
        parser.add_argument("--key", action="append", default=[], help="a public key that must have signed it")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(slug=options["into"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['into']!r}.", returncode=2)
        try:
            files = opened(options["file"])
            plan = check(files, [Key.read(line) for line in options["key"]])
            self._tell(plan)
            with activate(account, actor=ACTOR):
                rows = 0 if options["dry_run"] else bring(files, plan)
                if options["dry_run"]:
                    must_be_empty()
        except NoArchive as trouble:
            raise CommandError(str(trouble), returncode=2) from None
        except Refused as refusal:
            raise CommandError("\n".join(str(each) for each in refusal.args), returncode=1) from None
        self.stdout.write("Nothing was stored." if options["dry_run"] else f"Brought {rows:,} rows.")

    def _tell(self, plan: Plan) -> None:
        for name, rows in plan.rows.items():
            if rows:
                self.stdout.write(f"{rows:>10,}  {name}")
        self.stdout.write(f"{len(plan.people):>10,}  people, by their addresses")
