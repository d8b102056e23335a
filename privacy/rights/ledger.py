"""The ledger of consents, for its person: every event, how things stand, and a signed receipt (ISO/IEC TS 27560).

The events are ``accounts.Consent``; a state is nothing but the last of them. What a firm notes of its contacts'
consents is the firm's own ledger of the same kind (``crm/contact_privacy``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import consents
from accounts.models import Consent, User, normalise_email
from audit import keys
from audit.candor_verify import Key, Note, is_signed, spelled
from datamap import Retention

SCHEMA = "ISO/IEC TS 27560:2023"


@dataclass(frozen=True)
class Entry:
    """One purpose: how it stands, and everything that was said about it, the last word first."""

    purpose: str
    label: str
    is_given: bool
    events: list[Consent]


def entries_of(user: User) -> list[Entry]:
    """Every purpose that asks for a consent, as it stands for this person now."""
    events = list(Consent.objects.filter(user_id=user.pk).order_by("-said_at", "-pk"))
    mail = {wish.purpose: wish.is_alive for wish in consents.wishes_of(user)}
    found = []
    for purpose in (*consents.Purpose.values, *consents.Further.values):
        own = [event for event in events if event.purpose == purpose]
        is_given = mail.get(purpose, bool(own) and own[0].is_given)
        found.append(Entry(purpose, consents.words_of(purpose), is_given, own))
    return found


@transaction.atomic
def turn(user: User, purpose: str, *, is_given: bool) -> bool:
    """Give or take back one consent by one click; what waits in a queue is asked again before it goes out."""
    source, click = "admin/my-data/consents/", consents.Method.CLICK
    if purpose in consents.Further.values:
        return consents.say(user, consents.Further(purpose), is_given=is_given, source=source, method=click)
    wanted = {wish.purpose for wish in consents.wishes_of(user) if wish.is_alive}
    wanted = wanted | {purpose} if is_given else wanted - {purpose}
    return bool(consents.choose(user, wanted, source=source, method=click))


def opt_out(address: str, *, source: str) -> None:
    """A no to selling and sharing, for whoever signs in with this address. Silence means no, too."""
    user = User.objects.filter(email=normalise_email(address)).first()
    if user is not None:
        consents.say(user, consents.Further.SHARING, is_given=False, source=source, method=consents.Method.ASKED)


def record_of(event: Consent) -> dict[str, Any]:
    """One event with all that stands behind it, in the words of the standard. The person is a number here."""
    operator, day = settings.OPERATOR, event.notice_version
    is_mail = event.purpose in consents.Purpose.values
    history = Consent.objects.filter(user_id=event.user_id, purpose=event.purpose, pk__lte=event.pk)
    return {
        "header": {"schema": SCHEMA, "record_id": str(event.public_id), "pii_principal_id": str(event.user.public_id)},
        "processing": {
            "purpose": event.purpose,
            "wording": event.wording,
            "lawful_basis": "consent",
            "categories": ["contact details" if is_mail else "as the notice names them"],
            "storage": Retention.LIFE_OF_USER.in_words,
            "recipients": [operator.name],
            "jurisdiction": operator.country,
            "withdrawal": settings.SITE_URL + reverse("rights_form"),
            "notice": {
                "version": day.isoformat() if day else None,
                "url": settings.SITE_URL + (f"/privacy/versions/{day}/" if day else "/privacy/"),
                "language": "en",
            },
        },
        "parties": [{"role": "controller", "name": operator.name, "address": operator.address}],
        "events": [_spelled_event(each) for each in history.order_by("said_at", "pk")],
    }


def receipt(event: Consent) -> str:
    """The record with our signature, of the key that signs the log's checkpoints."""
    key, record = keys.ready_key(), record_of(event)
    signed = {"receipt": record, "key": str(key.public), "signature": key.signature(_body(record))}
    return json.dumps(signed, indent=1, sort_keys=True, ensure_ascii=False)


def is_genuine(text: str) -> bool:
    """Whether a receipt says what was signed with the key that it names, and that key is ours."""
    given = json.loads(text)
    key, body, own = Key.read(given["key"]), _body(given["receipt"]), keys.signing_key()
    note = Note.read(f"{body}\n{given['signature']}")
    signature = note.signatures.get((key.name, key.id), b"")
    return own is not None and key == own.public and is_signed(key.public, body.encode(), signature)


def _spelled_event(event: Consent) -> dict[str, str]:
    return {
        "time": event.said_at.isoformat(timespec="seconds"),
        "type": "explicit",
        "state": "given" if event.is_given else "withdrawn",
        "method": event.method,
        "source": event.source,
    }


def _body(record: dict[str, Any]) -> str:
    return f"candor receipt of a consent\n{spelled(record)}\n"
