"""A firm accepts the data processing agreement."""

from __future__ import annotations

from django.db import transaction

import audit
from accounts import documents
from accounts.models import Membership
from privacy.policies.models import Agreement

KIND = "processing"


@transaction.atomic
def accept(member: Membership, *, digest: str) -> Agreement | None:
    """Keep that the firm accepts exactly these words; None when another version is in force by now."""
    document = documents.current(KIND)
    if document.digest != digest:
        return None
    known: Agreement | None = Agreement.objects.filter(digest=digest, effective_on=document.version).first()
    if known is not None:
        return known
    agreement: Agreement = Agreement.objects.create(member=member, effective_on=document.version, digest=digest)
    audit.record("agreement.accepted", agreement, data={"of": document.version.isoformat(), "digest": digest})
    return agreement
