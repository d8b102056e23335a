"""API keys: what lets a program in, as one member of one account.

A key is shown once, when it is made. We keep a keyed hash of it: a stolen table opens nothing. The table
stands outside the fence, because the door finds the account by the key.
"""

from __future__ import annotations

import re
import secrets
import string
import uuid
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lib.seals import marks

SCOPES = {
    "crm:read": "Read companies, contacts, deals, activities and tags",
    "crm:write": "Add, change and delete companies, contacts, deals and activities",
    "time:read": "Read projects, tasks and time entries",
    "time:write": "Add, change and delete projects, tasks and time entries",
    "invoices:read": "Read invoices",
    "invoices:write": "Add and change invoices",
    "admin:read": "Read members and the audit log",
    "admin:erase": "Erase contacts and former members for good",
    "webhooks:read": "Read who outside hears that a record changed, and what was sent",
    "webhooks:write": "Enter, change, switch and remove who outside hears that a record changed",
    "privacy:write": "Start exports and answer privacy requests",
}

LONGEST_LIFE = 366  # days

_MARK = "candor_"
_LETTERS = string.ascii_letters + string.digits
_RANDOM = 43  # letters: 256 bits
_SHOWN = len(_MARK) + 6  # so much of a key is kept, to recognise it by
_KEY = re.compile(rf"{_MARK}[A-Za-z0-9]{{{_RANDOM}}}")
_USE_IS_NOTED_EVERY = timedelta(minutes=5)


class ApiKey(models.Model):
    """Lets a program in as one member, within its scopes, until it expires or is revoked."""

    belongs_to = "membership"

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    # Kept in the account by a two-column key, see the migration.
    membership = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    start = models.CharField(max_length=_SHOWN, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=20))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "public_id"], name="apikey_public_id")]

    def __str__(self) -> str:
        return self.name

    @property
    def may_do(self) -> list[str]:
        """Its scopes in words."""
        return [SCOPES.get(scope, scope) for scope in self.scopes]

    @property
    def is_live(self) -> bool:
        """True while it lets anybody in."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    def note_use(self, now: datetime) -> None:
        """Remember when it was last used, to within a few minutes: most requests write nothing."""
        long_ago = now - _USE_IS_NOTED_EVERY
        if self.last_used_at is not None and self.last_used_at > long_ago:
            return
        unnoted = Q(last_used_at=None) | Q(last_used_at__lte=long_ago)
        ApiKey.objects.filter(unnoted, pk=self.pk).update(last_used_at=now)


def new_key() -> str:
    """A key nobody can guess, with a beginning by which a scanner of source code recognises it."""
    return _MARK + "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))


def start_of(key: str) -> str:
    """So much of a key as may be shown later."""
    return key[:_SHOWN]


def hashes_of(text: str) -> list[str]:
    """Those that a key shown to us may be kept by; none for what was never ours, which is not asked for."""
    return _hashes(text) if _KEY.fullmatch(text) else []


def hash_of(key: str) -> str:
    """What is kept of a key: worthless without the installation's secret."""
    return _hashes(key)[0]


def trouble(key: ApiKey, now: datetime) -> str:
    """Why a key opens nothing; empty while it does. Whoever holds the key may know."""
    if key.revoked_at is not None:
        return "This key was revoked."
    if key.expires_at <= now:
        return "This key has expired."
    member = key.membership
    if member.removed_at is not None or not member.user.is_active or key.account.closed_at is not None:
        return "The member of this key does not belong to the account any more."
    return ""


def _hashes(key: str) -> list[str]:
    """Under the newest secret first; a key that was made under a former one still opens."""
    return marks("API key", key)
