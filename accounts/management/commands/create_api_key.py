"""``manage.py create_api_key acme alice@acme.example --scopes crm:read,time:write``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.keys import LONGEST_LIFE, SCOPES
from accounts.models import Membership, normalise_email
from accounts.queries import account_at, member_by_email
from tenancy.context import Actor, activate


class Command(BaseCommand):
    help = "Make an API key for a member of an account. The key stands alone on the last line, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's slug, as in /a/acme/")
        parser.add_argument("email", help="the member it works for")
        parser.add_argument("--scopes", required=True, metavar="a,b", help=", ".join(SCOPES))
        parser.add_argument("--name", default="Made by create_api_key", help="what it is for")
        parser.add_argument("--days", type=int, default=90, help=f"how long it lives, at most {LONGEST_LIFE}")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, account: str, email: str, scopes: str, **options: Any) -> None:
        member, wanted = self._member(account, email), self._scopes(scopes)
        name, days = options["name"].strip(), options["days"]
        if not 1 <= days <= LONGEST_LIFE or not 1 <= len(name) <= 80:
            raise CommandError(f"A key has a name of 1 to 80 letters and lives 1 to {LONGEST_LIFE} days.", returncode=2)
        self.stdout.write(f"Making a key for {member} in {member.account}: {', '.join(wanted)}, for {days} days.")
        if options["dry_run"]:
            self.stdout.write("Nothing was done (--dry-run).")
            return
        with activate(member.account, actor=Actor("system", None, "create_api_key")):
            _, text = actions.create_api_key(member, name=name, scopes=wanted, days=days)
        self.stdout.write("Keep it now, it is not shown again:")
        self.stdout.write(text)

    def _member(self, slug: str, email: str) -> Membership:
        account = account_at(slug)
        if account is None:
            raise CommandError(f"There is no account {slug}.", returncode=2)
        member = member_by_email(account, normalise_email(email))
        if member is None:
            raise CommandError(f"{email} is no member of {account}.", returncode=2)
        return member

    def _scopes(self, text: str) -> list[str]:
        wanted = [scope.strip() for scope in text.split(",") if scope.strip()]
        unknown = [scope for scope in wanted if scope not in SCOPES]
        if unknown or not wanted:
            raise CommandError(f"Scopes are: {', '.join(SCOPES)}. Not: {', '.join(unknown) or 'none'}.", returncode=2)
        return list(dict.fromkeys(wanted))
