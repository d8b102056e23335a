"""A member's own private addresses for programs: of the calendar, and for logging mail.

Only of the key's own member. Whole they stand in the answer that makes them, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpResponse

from accounts.api.fields import MaybeInstant, MaybeText, Row
from accounts.api.once import told_once
from accounts.api.resource import nothing
from accounts.api.single import Single
from accounts.api.values import EXAMPLE_INSTANT
from accounts.models import Membership, SecretLink
from crm.activities import feed_address
from crm.mails import actions as mails
from crm.mails import address as mail_address


class OwnAddress(Single):
    """One address: read what is known of it, make another one, revoke it."""

    model, scope, is_versioned = SecretLink, "crm", False
    open_when_read_only = frozenset({"delete"})
    fields = (
        MaybeText(
            "address", "Only in the answer that makes it, not even in the one to the same `Idempotency-Key`.", None
        ),
        MaybeText("start", "Its first letters, by which it is recognised; null while there is none.", "k7qm"),
        MaybeInstant("made_at", "Since when it is there.", EXAMPLE_INSTANT),
        MaybeInstant("last_used_at", "When it was used last.", None),
    )
    present: ClassVar[Callable[[Membership], SecretLink | None]]
    make: ClassVar[Callable[[Membership], str]]
    revoke: ClassVar[Callable[[Membership], bool]]

    def read(self, request: Any) -> HttpResponse:  # type: ignore[override]
        return self._answer(request, self._known(request))

    def renew(self, request: Any) -> HttpResponse:
        """Make one, in place of the former."""
        address = type(self).make(request.membership)
        row = self._known(request)
        return told_once(self._answer(request, {**row, "address": address}), self._answer(request, row))

    def delete(self, request: Any) -> HttpResponse:  # type: ignore[override]
        """It leads nowhere any more."""
        type(self).revoke(request.membership)
        return nothing()

    def _known(self, request: Any) -> Row:
        link = type(self).present(request.membership)
        return {
            "address": None,
            "start": link and link.start,
            "made_at": link and link.created_at,
            "last_used_at": link and link.last_used_at,
        }


class CalendarAddress(OwnAddress):
    """``/calendar-address/``"""

    name, one = "calendar-address", "calendar_address"
    about = "The private address by which a calendar reads the key's member's own activities (iCalendar)."
    may = dict.fromkeys(("read", "renew", "delete"), "activity.view")
    present, make, revoke = feed_address.present, feed_address.make, feed_address.revoke


class MailAddress(OwnAddress):
    """``/mail-address/``"""

    name, one = "mail-address", "mail_address"
    about = "The private address of the key's member: what is sent there, openly or as a blind copy, joins their mails."
    may = dict.fromkeys(("read", "renew", "delete"), "mail.edit")
    present, make, revoke = mail_address.present, mails.make_address, mails.revoke_address


RESOURCES = (CalendarAddress(), MailAddress())
