"""``manage.py erase_account acme [--dry-run]``: erase an account for good, check it, and write the certificate."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import closing, lifecycle
from accounts.models import Account
from privacy.deletion import certificate, erasing, holds, preview
from privacy.deletion.models import AccountDeletion
from tenancy.context import activate


class Command(BaseCommand):
    """Exit code 0: erased, now or before. 1: it is held, or something was found afterwards. 2: bad usage."""

    help = "Erase a closed account, or with --at-once one that is open. Says before what goes and afterwards what went."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="its short name, as in its address")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")
        parser.add_argument(
            "--at-once", action="store_true", help="close it now, if it is still open or in its last days"
        )
        parser.add_argument("--receipt", metavar="WHO=REFERENCE", help="a receipt that was missing has come")
        parser.add_argument("--certificate", metavar="FILE", help="write the certificate into a file")

    def handle(self, *args: Any, account: str, **options: Any) -> None:
        firm = Account.objects.filter(slug=account).first()
        if firm is not None:
            self._say_what_goes(firm)
            if options["dry_run"]:
                self.stdout.write("Nothing was done (--dry-run).")
                return
            self._close(firm, at_once=options["at_once"])
            deletion = erasing.finish(erasing.begin(firm).number)
        else:
            deletion = self._erased(account)
        if options["receipt"] and deletion.is_done:
            certificate.reissue(deletion, *options["receipt"].partition("=")[::2])
        self._conclude(deletion, options["certificate"])

    def _say_what_goes(self, firm: Account) -> None:
        with activate(firm, actor=erasing.ERASER):
            seen = preview.of_account(firm)
        self.stdout.write(f"{firm.name} ({firm.slug}):")
        for line in seen.lines():
            self.stdout.write(f"  {line.rows:>9,}  {line.words} ({line.table})")
        self.stdout.write(f"  {seen.total:>9,}  rows in all, {seen.files} files of {seen.bytes:,} bytes.")
        self.stdout.write(f"  {seen.people_go} sign-ins go; {seen.people_stay} belong to other firms, too, and stay.")
        for line, why in seen.stays():
            self.stdout.write(f"  {line.rows:>9,}  {line.words} stay. {why}")

    def _close(self, firm: Account, *, at_once: bool) -> None:
        if held := list(holds.of_account(firm.pk)):
            self.stderr.write(f"It is held: {', '.join(hold.matter for hold in held)}. Nothing was done.")
            raise SystemExit(1)
        if firm.closed_at is not None:
            return
        if not at_once:
            raise CommandError(
                f"{firm.slug} is {firm.standing().words}. Its owner closes it under Admin, Account; "
                "--at-once does it now.",
                returncode=2,
            )
        with activate(firm, actor=erasing.ERASER):
            lifecycle.close(firm, timezone.now())

    def _erased(self, slug: str) -> AccountDeletion:
        deletion = AccountDeletion.objects.filter(digest__in=erasing.slug_digests(slug)).order_by("-pk").first()
        if deletion is None:
            raise CommandError(f"There is no account {slug!r}.", returncode=2)
        return deletion if deletion.is_done else erasing.finish(deletion.number)

    def _conclude(self, deletion: AccountDeletion, file: str | None) -> None:
        if not deletion.is_done:
            self.stderr.write("\n".join(["It is not done:", *(deletion.findings or ["Something holds it."])]))
            raise SystemExit(1)
        facts = certificate.facts_of(deletion.certificate)
        rows = sum(deletion.gone.values())
        self.stdout.write(f"Erased {facts['erased_at']}: {rows:,} rows. Nothing was found afterwards.")
        self.stdout.write(
            f"Certificate {facts['certificate']} ({facts['state']}), ledger line {facts['ledger']['number']}."
        )
        self.stdout.write(settings.SITE_URL + closing.certificate_path(deletion.public_id))
        if file:
            with open(file, "w", encoding="utf-8") as out:
                out.write(deletion.certificate + "\n")
