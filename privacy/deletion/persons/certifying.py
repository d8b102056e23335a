"""The certificate of a person's erasing: what went, what stayed and why. It names nobody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone

from privacy.deletion.certificate import signed, spelled
from privacy.deletion.ledger import Line
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.preview import DELETED, KEPT

PSEUDONYMOUS = (
    "What was kept is pseudonymous, not anonymous: the firm may still know from elsewhere whose hours they were."
)


def signed_certificate(erasure: PersonErasure, line: Line) -> str:
    """As a file, with our signature."""
    return signed(facts(erasure, line))


def facts(erasure: PersonErasure, line: Line) -> dict[str, Any]:
    """What we can say of somebody who is erased."""
    assert erasure.erased_at is not None  # noqa: S101 - nobody certifies before
    ends = (erasure.erased_at + settings.BACKUPS_KEPT).date().isoformat()
    return {
        "format": 1,
        "certificate": str(erasure.public_id),
        "state": "complete",
        "scope": {"kind": erasure.kind, "id": str(erasure.public_id)},
        "ground": str(erasure.get_ground_display()),
        "asked_at": spelled(erasure.asked_at),
        "erased_at": spelled(erasure.erased_at),
        "certified_at": spelled(timezone.now()),
        "rows": _gone(erasure.lines),
        "changed": [each for each in erasure.lines if each["fate"] not in (DELETED, KEPT)],
        "kept": [each for each in erasure.lines if each["fate"] == KEPT],
        "kept_means": PSEUDONYMOUS,
        "ledger": {"number": line.number, "digest": line.digest},
        "backups": {
            "last_one_ends_on": ends,
            "until_then": "What was erased stays in encrypted backups; no backup is used without erasing it there "
            "again before anybody comes in.",
        },
        "made_by": settings.OPERATOR.name,
    }


def _gone(lines: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    gone = {each["table"]: each["rows"] for each in lines if each["fate"] == DELETED}
    return {table: {"before": rows, "erased": rows, "after": 0} for table, rows in sorted(gone.items())}
