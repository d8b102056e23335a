"""``manage.py create_account "Pell & Daughters" --owner edith@pell.example``"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts import actions, emails, places
from accounts.choices import countries
from accounts.models import User, normalise_email


class Command(BaseCommand):
    help = "Open an account with an owner. Somebody new gets a letter with a link that sets the password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the company's name")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="who owns it")
        parser.add_argument("--country", default="", metavar="DK", help="suggests currency and time zone")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")

    def handle(self, *args: Any, name: str, owner: str, country: str, dry_run: bool, **options: Any) -> None:
        email = an_address(owner)
        country = country.upper()
        if country and country not in dict(countries()):
            raise CommandError(f"{country} is no country code; write two letters, as in DK.", returncode=2)
        if not name.strip() or len(name) > 120:
            raise CommandError("The company's name has 1 to 120 letters.", returncode=2)
        user = User.objects.filter(email=email).first()
        self.stdout.write(f"Opening an account for {name} with {'the known' if user else 'the new'} user {email}.")
        if dry_run:
            self.stdout.write("Nothing was done (--dry-run).")
            return
        with transaction.atomic():
            user = user or actions.create_person(
                email, **name_from(email), time_zone=places.time_zone_of(country), locale=places.locale_of(country)
            )
            firm = {
                "country": country,
                "currency": places.currency_of(country),
                "time_zone": places.time_zone_of(country),
                "first_weekday": places.first_weekday_of(country),
            }
            account = actions.open_account(user, name=name, said={"source": "create_account"}, **firm).account
            if not user.is_confirmed:
                emails.way_in(user, account)
                self.stdout.write(f"A letter with a link that sets the password goes to {email}.")
        self.stdout.write(f"{account} is open at /a/{account.slug}/.")


def an_address(text: str) -> str:
    """A usable e-mail address, or exit code 2."""
    try:
        validate_email(text.strip())
    except ValidationError:
        raise CommandError(f"{text} is no e-mail address.", returncode=2) from None
    return normalise_email(text)


def name_from(email: str) -> dict[str, str]:
    """A first guess from edith.pell@…, for the person to correct."""
    first, _, last = email.partition("@")[0].replace("_", ".").partition(".")
    return {"first_name": first.title()[:80], "last_name": last.replace(".", " ").title()[:80]}
