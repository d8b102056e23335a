"""``manage.py listen_for_mail``: take in mail to members' own addresses, until it is stopped."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Listen by SMTP on this machine for mail to members' own addresses (MAIL_LOG_PORT, MAIL_LOG_DOMAIN)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=settings.MAIL_LOG_PORT)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        from crm.mails.listener import server

        stopped = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stopped.set())
        listening = server(port)
        listening.start()
        self.stdout.write(f"Listening for mail to @{settings.MAIL_LOG_DOMAIN} on 127.0.0.1:{port}.")
        self.stdout.flush()
        stopped.wait()
        listening.stop()
