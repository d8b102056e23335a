"""Letters: written in the transaction that they tell of, sent after it, and never lost in between.

A letter is a row. After the commit a message wakes the sender; if the message or the sender is
lost, the sweeper sends what is older than a minute. Two senders at once don't send twice: the
row is locked while its letter is on the way.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone

from accounts.models import Account, OutgoingMail

logger = logging.getLogger(__name__)

State = OutgoingMail.State
SWEPT_AFTER = timedelta(minutes=1)
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]
AT_ONCE = 200


def write(kind: str, to: str, *, account: Account | None = None, **words: Any) -> OutgoingMail:
    """Write the letter ``templates/emails/<kind>/`` to somebody; it goes out after the commit."""
    words = {"site": settings.SITE_URL, **words}
    mail = OutgoingMail.objects.create(
        kind=kind,
        to=to,
        account=account,
        subject=" ".join(_render(f"emails/{kind}/subject.txt", words).split()),
        text=_render(f"emails/{kind}/body.txt", words).strip() + "\n",
        html=_render(f"emails/{kind}/body.html", words),
        next_try_at=timezone.now() + SWEPT_AFTER,
    )
    # A broker that can't be reached does not undo the commit: the sweeper sends.
    transaction.on_commit(lambda: _wake_sender(mail.pk), robust=True)
    return mail


def send(mail_id: int) -> bool:
    """Send one letter if it still waits and nobody else is sending it. True when it went out now."""
    with transaction.atomic():
        waiting = OutgoingMail.objects.select_for_update(skip_locked=True, of=("self",))
        mail = waiting.filter(pk=mail_id, state=State.WAITING).first()
        if mail is None:
            return False
        mail.tries += 1
        try:
            _message(mail).send()
        except (SMTPException, OSError, ValueError) as trouble:  # ValueError: words that no letter can carry
            _after_trouble(mail, trouble)
        else:
            _end(mail, State.SENT)
        mail.save()
    return mail.state == State.SENT


def sweep() -> int:
    """Send what its own message did not reach, or what is due for another try. Returns how many went out."""
    due = OutgoingMail.objects.filter(state=State.WAITING, next_try_at__lte=timezone.now())
    numbers = due.order_by("next_try_at").values_list("pk", flat=True)[:AT_ONCE]
    return sum(send(number) for number in list(numbers))


def _wake_sender(mail_id: int) -> None:
    current_app.send_task("accounts.send_mail", kwargs={"mail_id": mail_id})


def _render(name: str, words: dict[str, Any]) -> str:
    """Plain parts are not escaped: an ampersand in a name stays one."""
    template = get_template(name).template  # type: ignore[attr-defined]
    text: str = template.render(Context(words, autoescape=name.endswith(".html")))
    return text


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The letter as it goes out. Its id is always the same, so that a second copy can be recognised."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{mail.public_id}@{domain}>", "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


def _after_trouble(mail: OutgoingMail, trouble: Exception) -> None:
    """Try again later, or give up: at once when the other side will never take it. Addresses are not logged."""
    code = _code(trouble)
    mail.trouble = f"{type(trouble).__name__} {code or ''}".strip()
    if code >= 500 or mail.tries > len(PAUSES):
        _end(mail, State.FAILED)
        logger.error("Letter %s was given up: %s", mail.public_id, mail.trouble)
    else:
        mail.next_try_at = timezone.now() + PAUSES[mail.tries - 1]
        logger.warning("Letter %s waits for another try: %s", mail.public_id, mail.trouble)


def _code(trouble: Exception) -> int:
    if isinstance(trouble, SMTPRecipientsRefused):
        return next((code for code, _ in trouble.recipients.values()), 0)
    return trouble.smtp_code if isinstance(trouble, SMTPResponseException) else 0


def _end(mail: OutgoingMail, state: State) -> None:
    mail.state, mail.ended_at = state, timezone.now()
    mail.text = mail.html = ""
