"""Who leaves hands over the mails that they shared. The others are nobody else's to read: they go as from the bin."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

import audit
from accounts.handover import OpenWork, at_leaving, register
from accounts.models import Membership
from crm.models import Mail
from crm.models.records import DAYS_IN_BIN


def count(member: Membership) -> int:
    return _shared(member).count()


def move(member: Membership, to: Membership | None) -> int:
    """To nobody, they stay the leaver's. So does one that the heir has logged, too."""
    if to is None:
        return 0
    known = Mail.objects.of(to).exclude(message_id="").values("message_id")
    mails = list(_shared(member).exclude(message_id__in=known).select_for_update().only("id", "account", "public_id"))
    _update(mails, member=to)
    audit.record_all("mail.handed_over", mails, data={"to": str(to)})
    return len(mails)


def end_private(member: Membership) -> None:
    """Nobody reads them any more; after thirty days they are erased with the bin."""
    private = Mail.objects.live().of(member).filter(shared_at=None)
    mails = list(private.select_for_update().only("id", "account", "public_id"))
    _update(mails, deleted_at=timezone.now())
    audit.record_all("mail.deleted", mails, data={})


def say(member: Membership) -> str:
    """What becomes of them, for the page on which somebody goes."""
    number = Mail.objects.live().of(member).filter(shared_at=None).count()
    words = "private mail is" if number == 1 else "private mails are"
    return f"{number} {words} nobody else’s to read: gone now, and erased after {DAYS_IN_BIN} days." if number else ""


def _shared(member: Membership) -> Any:
    return Mail.objects.live().of(member).filter(shared_at__isnull=False)


def _update(mails: list[Mail], **columns: Any) -> None:
    rows = Mail.objects.filter(pk__in=[mail.pk for mail in mails])
    rows.update(**columns, version=F("version") + 1, updated_at=timezone.now())


register(OpenWork("mails", "shared mail", "shared mails", count, move))
at_leaving(end_private, say=say)
