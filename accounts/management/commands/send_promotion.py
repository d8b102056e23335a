"""``manage.py send_promotion updates spring_release --dry-run``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from accounts import consents, mail
from accounts.models import User
from accounts.queries import memberships_of


class Command(BaseCommand):
    help = "Mail templates/promotions/<purpose>/<name>/ to everybody who asked for that kind of mail, each once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("purpose", choices=consents.Purpose.values)
        parser.add_argument("name")
        parser.add_argument("--dry-run", action="store_true", help="only say how many would get it")

    def handle(self, *args: Any, purpose: str, name: str, dry_run: bool, **options: Any) -> None:
        kind = consents.Purpose(purpose)
        try:
            get_template(f"promotions/{purpose}/{name}/body.txt")
        except TemplateDoesNotExist as missing:
            raise CommandError(f"There is no letter templates/{missing}.") from None
        people = consents.audience(kind)
        if dry_run:
            self.stdout.write(f"{len({user.pk for user in people})} people want it. Nothing was sent (--dry-run).")
            return
        letters = [mail.promote(user, kind, name, first_name=user.first_name, path=_home_of(user)) for user in people]
        written = sum(letter is not None for letter in letters)
        self.stdout.write(f"Written to {written} people; the letters go out now.")


def _home_of(user: User) -> str:
    """Where the letter's links begin: the home page of an account of theirs."""
    membership = memberships_of(user).first()
    return f"/a/{membership.account.slug}/" if membership else "/"
