"""Letters: written in the transaction that they tell of, sent after it, and never lost in between.

A letter is a row. After the commit a message wakes the sender; the scheduler wakes it every minute as well, so no
message is needed for a letter to go out. A try is written down before it is made, with the moment of the next one:
whatever becomes of the sender, the letter comes round again, and one that kills its sender holds up no other.

While a letter is on its way its row is locked. The lock keeps a second sender out and ends with its holder. Between
the mail server's "taken" and our commit lie a few milliseconds in which a death leaves the letter waiting: it goes
out again under the same Message-ID, by which a mailbox knows it has it already. SMTP offers nothing narrower.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import Error as DatabaseProblem
from django.db import connection, transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Now
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse

from accounts import consents
from accounts.models import Account, Consent, OutgoingMail, User
from datamap import Retention
from tenancy import queue
from tenancy.sweeping import sweeps

logger = logging.getLogger(__name__)

State = OutgoingMail.State
UNDER_WAY = (State.WAITING, State.SENDING)
# From one try to the next: mail servers are away for a weekend.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440, 1440)]
KEPT = timedelta(days=Retention.NINETY_DAYS.days)
SECONDS_OF_A_SWEEP = 50  # the next one is sent a minute later


def write(kind: str, to: str, *, account: Account | None = None, **words: Any) -> OutgoingMail:
    """Write the letter ``templates/emails/<kind>/`` to somebody; it goes out after the commit.

    These are the letters that an account needs: nobody can refuse them, and nothing is advertised in them.
    """
    mail = OutgoingMail.objects.create(kind=kind, to=to, account=account, **_rendered(f"emails/{kind}", words))
    _wake_after_commit()
    return mail


def promote(user: User, purpose: Consent.Purpose, name: str, **words: Any) -> OutgoingMail | None:
    """Write ``templates/promotions/<purpose>/<name>/`` to somebody who wants that kind of mail, once.

    None when they don't, or have it already. Asked again when the letter goes out: a no that comes
    meanwhile stops it.
    """
    if not consents.may_send(user, purpose):
        return None
    leave = settings.SITE_URL + reverse("unsubscribe", args=[consents.link_token(user, purpose)])
    rendered = _rendered(f"promotions/{purpose}/{name}", {"unsubscribe_url": leave, "purpose": purpose.label, **words})
    with transaction.atomic():
        if not _is_first(user, f"{purpose}/{name}"):
            return None
        mail = OutgoingMail.objects.create(kind=name, to=user.email, user=user, purpose=purpose, **rendered)
        _wake_after_commit()
    return mail


def _is_first(user: User, promotion: str) -> bool:
    """Note that the person has this promotion; False when that was noted before, at this very moment included."""
    others = User.objects.filter(pk=user.pk).exclude(promotions_had__contains=[promotion])
    noted = Func(F("promotions_had"), Value(promotion), function="array_append")
    return bool(others.update(promotions_had=noted))


def _rendered(folder: str, words: dict[str, Any]) -> dict[str, str]:
    words = {"site": settings.SITE_URL, **words}
    return {
        "subject": " ".join(_render(f"{folder}/subject.txt", words).split()),
        "text": _render(f"{folder}/body.txt", words).strip() + "\n",
        "html": _render(f"{folder}/body.html", words),
    }


def sweep(seconds: float = SECONDS_OF_A_SWEEP) -> int:
    """Send what is due, the newest first: somebody sits there waiting for it. Returns how many went out."""
    _give_up_on_killers()
    sent, end = 0, time.monotonic() + seconds
    while time.monotonic() < end and (mail := _claim()):
        sent += _send(mail)
    return sent


@sweeps()
def forget_old() -> int:
    """Drop what is left of letters that ended long ago."""
    ended = OutgoingMail.objects.exclude(state__in=UNDER_WAY)
    return ended.filter(written_at__lt=Now() - KEPT).delete()[0]


# ---------------------------------------------------------------------------------------- one letter on its way


@transaction.atomic
def _claim() -> OutgoingMail | None:
    """The next letter that is due, its try written down. Two senders never get the same one."""
    due = OutgoingMail.objects.filter(state__in=UNDER_WAY, next_try_at__lte=Now(), tries__lt=len(PAUSES))
    mail = due.select_for_update(skip_locked=True).order_by("-next_try_at").first()
    if mail is not None:
        mail.tries += 1
        mail.state, mail.next_try_at = State.SENDING, Now() + PAUSES[mail.tries - 1]
        mail.save(update_fields=["tries", "state", "next_try_at"])
    return mail


def _send(mail: OutgoingMail) -> bool:
    """True when it went out now."""
    try:
        with get_connection() as server, transaction.atomic():  # committed before we say goodbye to the server
            # Waits: who asked too late whether it is due has locked it for a moment, too, and a try would be lost.
            if not _mine(mail).select_for_update():
                return False
            if mail.purpose and not consents.may_send(mail.user, mail.purpose):
                _mine(mail).update(**_ended(State.UNWANTED))
                return False
            server.send_messages([_message(mail)])
            _mine(mail).update(**_ended(State.SENT))
            return True
    except DatabaseProblem:
        raise  # the sweep ends here; the letter comes round again
    except Exception as trouble:
        _after_trouble(mail, trouble)
    return False


def _mine(mail: OutgoingMail) -> Any:
    """The row, as long as this try is its last."""
    return OutgoingMail.objects.filter(pk=mail.pk, state=State.SENDING, tries=mail.tries)


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The letter as it goes out. Its id is always the same, so that a second copy can be recognised."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    headers = {"Message-ID": f"<{mail.public_id}@{domain}>", "Auto-Submitted": "auto-generated", **_ways_out(mail)}
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    message.attach_alternative(mail.html, "text/html")
    return message


def _ways_out(mail: OutgoingMail) -> dict[str, str]:
    """What a mailbox needs to show its own unsubscribe button (RFC 2369, RFC 8058); on promotions only."""
    if not mail.purpose:
        return {}
    url = settings.SITE_URL + reverse("unsubscribe", args=[consents.link_token(mail.user, mail.purpose)])
    by_mail = f"mailto:{settings.OPERATOR.support_email}?subject=unsubscribe"
    return {"List-Unsubscribe": f"<{url}>, <{by_mail}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _after_trouble(mail: OutgoingMail, trouble: Exception) -> None:
    """Wait for the next try, or give up: at once when the other side will never take it. Addresses are not logged."""
    code = _code(trouble)
    words = f"{type(trouble).__name__} {code or ''}".strip()
    is_refused = code >= 500 and isinstance(trouble, SMTPRecipientsRefused | SMTPDataError)
    if not is_refused and mail.tries < len(PAUSES):
        _mine(mail).update(state=State.WAITING, trouble=words)
        logger.warning("Letter %s waits for another try: %s", mail.public_id, words)
    elif _mine(mail).update(**_ended(State.FAILED, words)):
        logger.error("Letter %s was given up: %s", mail.public_id, words)


def _code(trouble: Exception) -> int:
    if isinstance(trouble, SMTPRecipientsRefused):
        return next((code for code, _ in trouble.recipients.values()), 0)
    return trouble.smtp_code if isinstance(trouble, SMTPResponseException) else 0


def _give_up_on_killers() -> None:
    """Letters whose every try ended with the sender's death."""
    tried_in_vain = OutgoingMail.objects.filter(state=State.SENDING, next_try_at__lte=Now(), tries__gte=len(PAUSES))
    if count := tried_in_vain.update(**_ended(State.FAILED, "The sender died")):
        logger.error("Letters given up because their sender died each time: %s", count)


def _ended(state: State, trouble: str = "") -> dict[str, Any]:
    return {"state": state, "ended_at": Now(), "trouble": trouble, "text": "", "html": ""}


# ---------------------------------------------------------------------------------------- writing and waking


def _wake_after_commit() -> None:
    """One message for a transaction, however many letters it writes. A broker that is away does not undo it."""
    if all(waiting is not _wake_sender for _, waiting, _ in connection.run_on_commit):
        transaction.on_commit(_wake_sender, robust=True)


def _wake_sender() -> None:
    queue.send("accounts.send_waiting_mail")


def _render(name: str, words: dict[str, Any]) -> str:
    """Plain parts are not escaped: an ampersand in a name stays one."""
    template = get_template(name).template  # type: ignore[attr-defined]
    text: str = template.render(Context(words, autoescape=name.endswith(".html")))
    return text
