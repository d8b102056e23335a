"""The firm's logo: one picture from outside, two drawn from it, for the bar and for pages, invoices and mails."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

import audit
from accounts.files.serving import link
from accounts.files.stored import store
from accounts.models import Account, Membership, StoredFile
from accounts.stored_files import LOGO, LOGO_SMALL

SHOWN_TO_GUESTS = timedelta(hours=1)


@transaction.atomic
def put(account: Account, upload: Any, *, by: Membership) -> None:
    """Show this picture as the active account's logo, in place of the former one. Raises Unwelcome."""
    large, small = (store(upload.chunks(), purpose=purpose, name=upload.name, by=by) for purpose in (LOGO, LOGO_SMALL))
    _exchange(account, large, small)
    audit.record("account.logo_changed", account, data={"file": large.name})


@transaction.atomic
def remove(account: Account) -> None:
    """Show none any more."""
    if account.logo is not None:
        _exchange(account, None, None)
        audit.record("account.logo_removed", account)


def _exchange(account: Account, large: StoredFile | None, small: StoredFile | None) -> None:
    """One after the other, when two people do so at once: the files of the former logo go, whoever brought it."""
    former = Account.objects.select_for_update().get(pk=account.pk)
    StoredFile.objects.filter(public_id__in=[each for each in (former.logo, former.logo_small) if each]).delete()
    account.logo, account.logo_small = large and large.public_id, small and small.public_id
    account.save(update_fields=["logo", "logo_small"])


def found(account: Account, public_id: Any) -> StoredFile | None:
    """The stored file if it is the logo in one of its sizes; an older one is gone."""
    shown = public_id in (account.logo, account.logo_small)
    return StoredFile.objects.filter(public_id=public_id).first() if shown else None


def link_for_guests(account: Account) -> str:
    """Where somebody finds the logo who is not a member yet; empty without one."""
    return link(account.pk, account.logo, lasts=SHOWN_TO_GUESTS) if account.logo else ""
