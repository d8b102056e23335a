from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from datamap.page import render


class Command(BaseCommand):
    help = "Print the data map; --write puts it into docs/datamap.md, --check fails when that page is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/datamap.md")
        parser.add_argument("--check", action="store_true", help="fail when docs/datamap.md is stale")

    def handle(self, *args: Any, write: bool, check: bool, **options: Any) -> None:
        page = Path(settings.BASE_DIR) / "docs" / "datamap.md"
        text = render()
        if write:
            page.parent.mkdir(exist_ok=True)
            page.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {page.relative_to(settings.BASE_DIR)}.")
        elif check:
            if not page.exists() or page.read_text(encoding="utf-8") != text:
                raise CommandError("docs/datamap.md is stale. Type: manage.py datamap --write")
            self.stdout.write("docs/datamap.md is up to date.")
        else:
            self.stdout.write(text, ending="")
