"""``manage.py export_account ACCOUNT --to FILE``: the same archive as on the page, without the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import audit
from accounts.models import Account
from audit.keys import ready_key
from lib.drafts import whole
from privacy.exports import actions, scopes
from privacy.exports.archive import Writing
from privacy.exports.snapshot import Snapshot
from tenancy.context import activate


class Command(BaseCommand):
    """Written straight into the file, which is there whole or not at all. Nobody's daily limit counts it."""

    help = "Write everything that an account has into one archive."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the account's short name, as in its address")
        parser.add_argument("--to", required=True, metavar="FILE", help="the archive to write")
        parser.add_argument("--dry-run", action="store_true", help="count the rows and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(slug=options["account"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['account']!r}.", returncode=2)
        with activate(account, actor=actions.NOBODY):
            audit.seal(account)
        with activate(account, actor=actions.NOBODY), Snapshot(account.pk) as snapshot:
            writing = Writing(account, scopes.whole(), snapshot, ready_key(), actions.NOBODY.name)
            if options["dry_run"]:
                self.stdout.write(f"Would write {writing.rows:,} rows of {len(writing.counts)} kinds.")
                return
            size = _written(writing, Path(options["to"]))
            actions.note_written_by_hand(rows=writing.rows, size=size)
        self.stdout.write(f"Wrote {options['to']}: {writing.rows:,} rows, {size:,} bytes.")
        self.stdout.write(f"Manifest: {writing.manifest}")


def _written(writing: Writing, path: Path) -> int:
    """How many bytes were written. Another file of this name is there until the new one is whole."""
    try:
        with whole(path) as file:
            file.writelines(writing.chunks())
    except OSError as trouble:
        raise CommandError(f"{path} can't be written: {trouble.strerror or trouble}.", returncode=2) from None
    return path.stat().st_size
