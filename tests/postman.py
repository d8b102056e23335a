"""A mail server beside a test: what goes out by SMTP arrives here."""

from __future__ import annotations

import asyncio
import socket
import threading
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller


class Postman:
    """A mail server that keeps what it is given, or answers ``refusal``."""

    def __init__(self) -> None:
        self.letters: list = []
        self.refusal = ""
        self.asked = threading.Event()
        self.is_slow: threading.Event | None = None

    async def handle_DATA(self, server, session, envelope) -> str:
        self.asked.set()
        if self.is_slow:
            await asyncio.to_thread(self.is_slow.wait, 20)
        if self.refusal:
            return self.refusal
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 Taken"


@pytest.fixture
def postman(settings):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    postman = Postman()
    postman.port = port
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    yield postman
    controller.stop()
