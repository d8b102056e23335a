"""``manage.py verify_export FILE``: is the archive what it was when it was written?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.candor_verify import MALFORMED, Key
from audit.keys import is_signed, signing_key
from privacy.exports.candor_archive import NoArchive, opened, show, verify


class Command(BaseCommand):
    """Trusts this installation's own key, or those that are given."""

    help = "Check every file, the signature and the log of an archive. Exits 1 on a finding."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="an archive, or the folder that it was unpacked into")
        parser.add_argument("--key", action="append", default=[], help="a public key to trust, instead of our own")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            own = signing_key()
            trusted = [Key.read(line) for line in options["key"]] or ([own.public] if own else [])
            report = verify(opened(options["file"]), trusted, is_signed)
        except (NoArchive, *MALFORMED) as trouble:
            raise CommandError(f"This cannot be verified: {trouble}", returncode=2) from None
        self.stdout.write(show(report))
        if report.findings:
            raise SystemExit(1)
