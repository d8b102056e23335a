"""Bring a contacts file into an account: the same import as on the page, without the page."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from accounts.models import Account
from crm.imports import job as jobs
from crm.imports.reading import UnreadableFile
from crm.models import ContactImport, ImportedRow
from tenancy.context import Actor, activate

ACTOR = Actor("system", None, "manage.py import_contacts")
FAILED, BAD_USAGE = 1, 2


class Command(BaseCommand):
    """Exit code 0: the file was read to its end, rows turned away are listed. 1: it stopped. 2: nothing was read."""

    help = "Import contacts from a CSV, Excel or vCard file into an account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the account's short name, as in its address")
        parser.add_argument("file", help="a CSV, Excel (.xlsx) or vCard file")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")
        parser.add_argument("--on-match", choices=ContactImport.OnMatch.values, default="fill", help="default: fill")
        parser.add_argument(
            "--match-on", choices=ContactImport.MatchOn.values, nargs="+", default=["email"], help="default: email"
        )
        parser.add_argument(
            "--takes-erased", action="store_true", help="rows with the address of somebody who was erased there, too"
        )
        parser.add_argument("--match-all", action="store_true", help="all of them must be the same, not any")

    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(slug=options["account"]).first()
        if account is None:
            self._stop(f"There is no account called {options['account']}.", BAD_USAGE)
        try:
            job = self._dry_run(account, options) if options["dry_run"] else self._run(account, options)
        except OSError as trouble:
            self._stop(f"{options['file']} can't be read: {trouble.strerror or trouble}.", BAD_USAGE)
        except UnreadableFile as trouble:
            self._stop(str(trouble), BAD_USAGE)
        with activate(account, actor=ACTOR):
            self._tell(job, options)
        if job.state == job.State.FAILED:
            self._stop(job.failure, FAILED)

    def _dry_run(self, account: Account, options: dict[str, Any]) -> ContactImport:
        with activate(account, actor=ACTOR):
            job = self._upload(options)
            if job.state == job.State.READING:
                jobs.read_workbook(job)
            jobs.check(job)
            self.rejected = _rejected(job)
            for kept in filter(None, (job.file, job.table)):
                kept.path.unlink()
            transaction.set_rollback(True)
        return job

    def _run(self, account: Account, options: dict[str, Any]) -> ContactImport:
        """Batch by batch, each its own transaction. A worker may take a batch too; neither does one twice."""
        with activate(account, actor=ACTOR):
            job = self._upload(options)
        self._go_on(account, job)
        if job.state == job.State.UPLOADED:
            with activate(account, actor=ACTOR):
                jobs.start_run(job)
            self._go_on(account, job)
        return job

    def _go_on(self, account: Account, job: ContactImport) -> None:
        while job.is_at_work:
            with activate(account, actor=ACTOR):
                before = job.state, job.rows_read
                jobs.go_on(str(job.public_id))
                job.refresh_from_db()
                self.rejected = [] if job.is_at_work else _rejected(job)
            if (job.state, job.rows_read) == before:
                time.sleep(0.1)  # somebody else is at this batch

    def _upload(self, options: dict[str, Any]) -> ContactImport:
        path = Path(options["file"])
        with path.open("rb") as file:
            job = jobs.upload(file, name=path.name, by=None)
        job.takes_erased = options["takes_erased"]
        job.match_on, job.match_all, job.on_match = options["match_on"], options["match_all"], options["on_match"]
        job.save()
        return job

    def _tell(self, job: ContactImport, options: dict[str, Any]) -> None:
        counts = {name: getattr(job, name) for name in ("stored", "merged", "skipped")}
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "rejected": self.rejected}, ensure_ascii=False))
            return
        verb = "Would import" if options["dry_run"] else "Imported"
        self.stdout.write(
            f"{verb} {job.stored} of {job.rows_read} rows; {job.merged} were already there and completed, "
            f"{job.skipped} left as they were, {job.rejected} not imported. Companies added: {job.companies_added}."
        )
        for row in self.rejected:
            self.stdout.write(row["reason"])

    def _stop(self, sentence: str, code: int) -> None:
        self.stderr.write(sentence)
        sys.exit(code)


def _rejected(job: ContactImport) -> list[dict[str, Any]]:
    return list(job.rows.filter(outcome=ImportedRow.Outcome.REJECTED).order_by("row").values("row", "reason"))
