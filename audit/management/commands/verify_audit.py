"""``manage.py verify_audit [ACCOUNT]``: is the log what it was when it was written?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

import audit
from audit.candor_verify import MALFORMED, Anchor, Key, Report, show
from audit.models import Head, Unsealed

PAGE = 1000


class Command(BaseCommand):
    """Checks one log in full words, or all of them in a line each."""

    help = "Check the audit log of one account, or of all. Exits 1 on a finding."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", nargs="?", help="the account's short name, as in its address; all without it")
        parser.add_argument("--anchor", action="append", default=[], metavar="FILE", help="what was kept from earlier")
        parser.add_argument("--key", action="append", default=[], help="a public key to trust, instead of our own")
        parser.add_argument("--export", metavar="FILE", help="write the account's log into a file, and check that")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["anchor"] or options["export"]) and not options["account"]:
            raise CommandError("An anchor or an export belongs to one account: name it.", returncode=2)
        try:
            anchors = [Anchor(Path(name).read_text(encoding="utf-8"), name) for name in options["anchor"]]
            trusted = [Key.read(line) for line in options["key"]]
        except (OSError, *MALFORMED) as error:
            raise CommandError(f"This cannot be used: {error}", returncode=2) from None
        accounts = [self._account(options["account"])] if options["account"] else self._all()
        if options["export"]:
            self._export(accounts[0], options["export"])
        found = 0
        for account in accounts:
            report = audit.verify(account, anchors=anchors, trusted=trusted, every_signature=True)
            found += len(report.findings) + report.more
            self.stdout.write(show(report) if options["account"] else _line(account, report))
        if found:
            self.stdout.write(f"\n{found} findings.")
            raise SystemExit(1)
        self.stdout.write(f"\n{len(accounts)} logs checked, no finding.")

    def _account(self, slug: str) -> Any:
        account = apps.get_model(settings.ACCOUNT_MODEL)._default_manager.filter(slug=slug).first()
        if account is None:
            raise CommandError(f"There is no account {slug!r}.", returncode=2)
        return account

    def _all(self) -> list[Any]:
        """Every account that there is, so that none is passed over for having lost all traces, and every log."""
        accounts = apps.get_model(settings.ACCOUNT_MODEL)._default_manager
        numbers = {*_numbers(accounts), *Head.objects.values_list("account_id", flat=True)}
        numbers |= {*Unsealed.objects.values_list("account_id", flat=True).distinct()}
        known = accounts.in_bulk(numbers)
        return [known.get(number, number) for number in sorted(numbers)]

    def _export(self, account: Any, name: str) -> None:
        with Path(name).open("w", encoding="utf-8") as file:
            file.writelines(audit.export_log(account))
        self.stdout.write(f"Wrote {name}.")


def _numbers(accounts: Any) -> Iterator[int]:
    """The number of every account, page by page."""
    last = 0
    while page := list(accounts.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PAGE]):
        yield from page
        last = page[-1]


def _line(account: Any, report: Report) -> str:
    name = getattr(account, "slug", f"number {account}")
    facts = f"{report.sealed} sealed, {report.covered} under checkpoint {report.checkpoint or '(none)'}"
    return "\n".join([f"{'FOUND' if report.findings else 'ok':5}  {name}: {facts}", *_indented(report.findings)])


def _indented(findings: list[str]) -> list[str]:
    return [f"         {finding}" for finding in findings]
