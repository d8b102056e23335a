"""``manage.py verify_isolation``: does the fence between accounts hold?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from tenancy import catalog
from tenancy.catalog import Answer
from tenancy.probe import NOT_PROBED, probe


class Command(BaseCommand):
    """Asks the catalogs, then tries every key and table with two throw-away accounts. Leaves nothing behind."""

    help = "Check that no account can see, change or point at another's rows. Exits 1 on a finding."

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            answers = catalog.verify(cursor)
        answers += probe()
        for answer in answers:
            self._print(answer)
        for table, reason in NOT_PROBED.items():
            self.stdout.write(f"  not tried: {table}: {reason}")
        if found := sum(len(answer.faults) for answer in answers):
            self.stdout.write(f"\n{found} findings: the fence has holes.")
            raise SystemExit(1)
        self.stdout.write(f"\nThe fence holds: {len(answers)} questions, no finding.")

    def _print(self, answer: Answer) -> None:
        mark = "FOUND" if answer.faults else "ok"
        self.stdout.write(f"{mark:5}  {answer.looked_at:4} looked at  {answer.truth}")
        for fault in answer.faults:
            self.stdout.write(f"         {fault}")
        if answer.faults:
            self.stdout.write(f"         → {answer.hint}")
