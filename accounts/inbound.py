"""Letters to our own addresses: one that says "stop" ends promotional mail to its sender (58, 63).
What else they say is for whoever registered to read it: an app above makes requests of them.

A mail server hands each letter over whole (RFC 5322), for instance by a pipe to ``manage.py receive_mail``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils.html import strip_tags

from accounts import consents, emails
from accounts.models import User, normalise_email

LARGEST = 1_000_000  # bytes; what lies beyond is not read
_NO = re.compile(
    r"\b(unsubscribe|opt[\s-]?out|stop (?:sending|mailing|e-?mail|contact)|no more e?-?mails?"
    r"|don.?t (?:mail|e-?mail|contact|write)|remove me|withdraw (?:my )?consent)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^(>|On .+ wrote:|-{2,}\s*$|From: )", re.MULTILINE)


@dataclass(frozen=True)
class Letter:
    """A letter from outside, as far as it matters: its own words without those that it quotes."""

    sender: str
    name: str
    to: tuple[str, ...]
    subject: str
    text: str


Reader = Callable[[Letter], str]
_readers: list[Reader] = []


def register(reader: Reader) -> None:
    """Let an app read the letters that are no opt-outs. It returns a line for the mail server's log."""
    _readers.append(reader)


def receive(raw: bytes) -> str:
    """Act upon one letter. Returns a line for the mail server's log, without any address in it."""
    letter = cast(EmailMessage, message_from_bytes(raw[:LARGEST], policy=policy.default))
    sender = normalise_email(parseaddr(str(letter.get("From", "")))[1])
    if "@" not in sender or letter.get("Auto-Submitted", "no") != "no":
        return "Ignored: no sender, or written by a program."
    if says_no(letter):
        record_opt_out(sender, evidence=f"letter {letter.get('Message-ID', 'without an id')}")
        return "Opt-out recorded."
    read = _as_read(letter, sender)
    return next((said for reader in _readers if (said := reader(read))), "Nothing to do.")


def _as_read(letter: EmailMessage, sender: str) -> Letter:
    to = getaddresses([str(each) for each in letter.get_all("To", [])])
    return Letter(
        sender,
        " ".join(parseaddr(str(letter.get("From", "")))[0].split())[:160],
        tuple(normalise_email(address) for _, address in to),
        " ".join(str(letter.get("Subject", "")).split()),
        _own_words(letter),
    )


def says_no(letter: EmailMessage) -> bool:
    """True when the writer's own words, not those they quote, ask for no more mail."""
    return bool(_NO.search(str(letter.get("Subject", ""))) or _NO.search(_own_words(letter)))


def _own_words(letter: EmailMessage) -> str:
    """What the writer says themselves, as plain text."""
    part = letter.get_body(("plain", "html"))
    try:
        body = str(part.get_content()) if part else ""
    except (LookupError, UnicodeError):  # an encoding that does not exist
        body = ""
    if part and part.get_content_type() == "text/html":
        body = strip_tags(body)
    return _QUOTED.split(body, maxsplit=1)[0].replace("\0", "").strip()


@transaction.atomic
def record_opt_out(address: str, *, evidence: str, purpose: str = "") -> None:
    """Somebody told us, in whatever words, that they want no promotional mail, or none for this purpose.

    They get a line that it is done.
    """
    user = User.objects.filter(email=normalise_email(address)).first()
    because: dict[str, Any] = {"reason": consents.Reason.ASKED, "evidence": evidence}
    if user is not None:
        source = f"told {settings.OPERATOR.support_email}"[:60]
        is_new = consents.withdraw(user, purpose or consents.EVERYTHING, source=source, **because)
    else:
        is_new = consents.suppress(address, purpose=purpose, **because)
    if is_new:
        emails.opt_out_recorded(address, purpose)
