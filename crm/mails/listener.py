"""Taking letters by SMTP, behind the operator's own mail server: only for addresses that we made, and never lost.

"250" is said after the commit. An address that we don't know is refused at once with 550; telling a good one from
another by the time of the answer is no way in, because every answer takes as long.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from django.db import close_old_connections
from django.utils import timezone

from accounts.members import actor_for
from crm.mails import address, filing
from crm.models import ArrivedMail
from crm.stored_files import LARGEST_LETTER
from tenancy.context import activate

logger = logging.getLogger(__name__)

ANSWER_AFTER = 0.15  # seconds, whether the address is known or not
MOST_RECIPIENTS = 10
MOST_AN_HOUR = 500  # letters to one member
MOST_OF_ACCOUNT = 2_000  # letters an hour to all members of an account
UNKNOWN = "550 5.1.1 There is no such address here"
LATER = "451 4.3.0 Not now; try again later"
TOO_MANY = "452 4.5.3 Too many recipients"
TAKEN = "250 2.0.0 Taken"

Answer = TypeVar("Answer")


class Door:
    """What our server says to each command."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mail")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, given: str, options: Any) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        started = time.monotonic()
        try:
            link = await self._in_thread(partial(address.found, given))
        except Exception:
            logger.exception("An address could not be looked up")
            return LATER
        await asyncio.sleep(max(0.0, started + ANSWER_AFTER - time.monotonic()))
        if link is None:
            return UNKNOWN
        envelope.rcpt_tos.append(given)
        envelope.rcpt_options.extend(options)
        envelope.links = {**getattr(envelope, "links", {}), link.pk: link}
        return "250 2.1.5 Known"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        is_bounce = not (envelope.mail_from or "").strip("<> ")
        try:
            for link in envelope.links.values():
                if not is_bounce and not await self._in_thread(partial(take_in, link, envelope.original_content)):
                    return LATER
        except Exception:
            logger.exception("A letter could not be taken in")
            return LATER
        return TAKEN

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self.threads, partial(_with_connection, work))


def take_in(link: Any, raw: bytes) -> bool:
    """Keep a letter, committed; False while this account, or this member, takes no more."""
    member = link.membership
    if not member.account.standing().may_write:
        return False
    with activate(member.account, actor=actor_for(member)):
        lately = ArrivedMail.objects.filter(created_at__gt=timezone.now() - timedelta(hours=1))
        if lately.filter(by=member).count() >= MOST_AN_HOUR or lately.count() >= MOST_OF_ACCOUNT:
            return False
        filing.arrived(raw, member)
    link.note_use()
    return True


def _with_connection(work: Callable[[], Answer]) -> Answer:
    close_old_connections()
    try:
        return work()
    finally:
        close_old_connections()


class Conversation(SMTP):
    """SMTP, patient with programs that write longer lines than they may."""

    line_length_limit = 1024 * 1024


class Server(Controller):
    """Our server: without a banner that says what we run, with a limit to the size of letters."""

    def factory(self) -> SMTP:
        return Conversation(
            self.handler, data_size_limit=LARGEST_LETTER, enable_SMTPUTF8=True, decode_data=False, ident="Candor",
            hostname="candor", timeout=60,
        )  # fmt: skip


def server(port: int) -> Server:
    """Listens on this machine alone: a mail server stands between us and the world."""
    return Server(Door(), hostname="127.0.0.1", port=port)
