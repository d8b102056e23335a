"""Letters as mail programs write them, all by us; Bob's log, and what lands in it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from crm.mails import filing, reading
from crm.models import Mail
from tests.crm.conftest import edith, maren, member_of, only_own, tidewater  # noqa: F401  (fixtures)

FILES = Path(__file__).parent / "files"
DOMAIN = "log.candor.example"


@pytest.fixture(autouse=True)
def log_domain(settings, files_folder):
    settings.MAIL_LOG_DOMAIN = DOMAIN


@pytest.fixture
def letter():
    """A letter; headers by keyword."""

    def write(body="Hi Maren,\nhere is the plan.", **headers):
        message = EmailMessage()
        given = {"From": "Bob Reyes <bob@acme.example>", "To": "Maren Holt <maren@tidewater.example>",
                 "Subject": "The plan", "Date": "Thu, 12 Nov 2026 09:14:00 +0100",
                 "Message-ID": "<1@acme.example>"}  # fmt: skip
        for name, value in {**given, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
            if value:
                message[name] = value
        message.set_content(body)
        return message

    return write


@pytest.fixture
def log(acme, bob, inside, member_of):  # noqa: F811
    """Log a letter for Bob, as the worker does."""

    def take(message, user=bob) -> Mail:
        raw = message if isinstance(message, bytes) else message.as_bytes()
        with inside(acme):
            return filing.log(reading.read(raw, log_domain=DOMAIN), member_of(user))

    return take
