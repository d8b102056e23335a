"""The certificate: what was erased, what stayed and why, signed so that anybody can check it without us.

python3 candor_verify.py --certificate FILE --key NAME+ID+BASE64
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

import datamap
from audit import keys
from audit.candor_verify import Key, certificate_body, check_certificate
from audit.models import Event, Head
from datamap import Keep, Reason
from privacy.deletion.ledger import Line
from privacy.deletion.models import AccountDeletion
from privacy.deletion.tables import KEPT

SHREDDED = "stored files, archives, the bodies of logged mails, secrets of integrations"


def of_account(deletion: AccountDeletion, line: Line) -> dict[str, Any]:
    """What we can say of an erased account, in its own account's context."""
    missing = [receipt for receipt in deletion.receipts if not receipt["is_final"]]
    erased = deletion.erased_at or timezone.now()
    return {
        "format": 1,
        "certificate": str(deletion.public_id),
        "state": "partial" if missing else "complete",
        "scope": {"kind": "account", "id": str(deletion.public_id)},
        "asked_at": spelled(deletion.asked_at),
        "closed_at": spelled(deletion.closed_at),
        "erased_at": spelled(erased),
        "verified_at": spelled(timezone.now()),
        "rows": {
            table: {"before": rows, "erased": deletion.gone.get(table, 0), "after": 0}
            for table, rows in sorted(deletion.before.items())
        },
        "kept": [
            {"table": table, "why": why, "reason": str(Reason.SECURITY), "review_on": _day(erased, years=2)}
            for table, why in KEPT.items()
        ]
        + _kept_by_law(deletion.public_id, erased),
        "events_in_the_log": Event.objects.count(),
        "log": _log(deletion.number),
        "keys_destroyed": [f"the account's own key: {SHREDDED} can't be read any more, in backups neither"],
        "receipts": deletion.receipts,
        "missing_receipts": [receipt["who"] for receipt in missing],
        "ledger": {"number": line.number, "digest": line.digest},
        "backups": {
            "last_one_ends_on": (erased + settings.BACKUPS_KEPT).date().isoformat(),
            "until_then": "Names, notes and other plain columns stay in encrypted backups; no backup is used "
            "without erasing the account in it again before anybody comes in.",
        },
        "made_by": settings.OPERATOR.name,
    }


def signed(facts: dict[str, Any]) -> str:
    """The certificate as a file: what it says, and our signature."""
    key = keys.ready_key()
    body = certificate_body(facts)
    return json.dumps(
        {"certificate": facts, "key": str(key.public), "signature": key.signature(body)}, indent=1, sort_keys=True
    )


def facts_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)["certificate"]
    return found


def troubles(text: str) -> list[str]:
    """What is wrong with a certificate, checked against our own key."""
    own = keys.signing_key()
    return check_certificate(text, [own.public] if own else [])


def reissue(deletion: AccountDeletion, who: str, reference: str) -> None:
    """A receipt that was missing has come: the certificate says so, under a new signature."""
    facts = facts_of(deletion.certificate)
    for receipt in facts["receipts"]:
        if receipt["who"] == who:
            receipt |= {"reference": reference, "is_final": True}
    facts["missing_receipts"] = [receipt["who"] for receipt in facts["receipts"] if not receipt["is_final"]]
    facts["state"] = "partial" if facts["missing_receipts"] else "complete"
    facts["verified_at"] = spelled(timezone.now())
    deletion.receipts, deletion.certificate = facts["receipts"], signed(facts)
    deletion.save(update_fields=["receipts", "certificate"])


def public_key() -> Key | None:
    own = keys.signing_key()
    return own.public if own else None


def _kept_by_law(public_id: UUID, erased: datetime) -> list[dict[str, Any]]:
    """Tables that say of themselves whom they outlive, by a reference without a key, and why."""
    found = []
    for entry in datamap.entries():
        names = {field.name for field in entry.model._meta.local_concrete_fields}
        if "account_ref" in names and (rows := entry.model._default_manager.filter(account_ref=public_id).count()):
            kept = [answer.erase for answer in datamap.columns_of(entry.model) if isinstance(answer.erase, Keep)]
            why = kept[0] if kept else Keep(Reason.LEGAL_OBLIGATION, " ".join(entry.purposes))
            line = {"table": entry.model._meta.db_table, "rows": rows, "review_on": _day(erased, years=1)}
            found.append(line | {"why": why.why, "reason": str(why.reason)})
    return found


def _log(account_id: int) -> dict[str, Any]:
    head = Head.objects.filter(account_id=account_id).first()
    return {"name": str(head.log), "length": head.length, "last": bytes(head.hash).hex()} if head else {}


def spelled(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _day(moment: datetime, *, years: int) -> str:
    return moment.date().replace(year=moment.year + years, day=min(moment.day, 28)).isoformat()
