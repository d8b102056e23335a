from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from billing import upkeep
from billing.gateway import Trouble


class Command(BaseCommand):
    """Compare our copy of the card processor's books with the books, mend ours, and print what differed."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", nargs="*", help="the accounts; all that the processor knows when none is named")

    def handle(self, *args: Any, slug: list[str], **options: Any) -> None:
        troubles = 0
        accounts = [Account.objects.get(slug=each) for each in slug] if slug else self._known()
        for account in accounts:
            try:
                differences = upkeep.compare(account)
            except Trouble as trouble:
                differences, troubles = [f"could not be compared: {type(trouble).__name__} {trouble}"], troubles + 1
            print("\n  ".join([f"{account.slug}: {len(differences) or 'no'} differences", *differences]))
        if troubles:
            raise CommandError(f"{troubles} accounts could not be compared.")

    def _known(self) -> Any:
        return (Account.objects.get(pk=each) for each in upkeep.customers())
