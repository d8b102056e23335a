"""``manage.py receive_mail < letter``: what a mail server pipes letters to the support address into."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from accounts import inbound


class Command(BaseCommand):
    help = "Read one letter (RFC 5322) from standard input: an opt-out takes effect at once, others become requests."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(inbound.receive(sys.stdin.buffer.read(inbound.LARGEST)))
