"""Addresses that let in whoever knows them: a calendar feed, a member's own address for logging mail.

A secret is shown once, when it is made; we keep its keyed hash. A member has one of each kind, and a new one ends the
one before. The table stands outside the fence, because the account is found by the secret.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from lib.seals import marks

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another, and no capitals: addresses lose them
_RANDOM = 27  # letters: 135 bits
SHOWN = 4  # so much of it is kept, to recognise it by


class SecretLink(models.Model):
    """A secret of one kind that stands for one member of one account."""

    belongs_to = "membership"

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    # Kept in the account by a two-column key, see the migration.
    membership = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    kind = models.CharField(max_length=20)
    start = models.CharField(max_length=SHOWN, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "membership", "kind"], name="secretlink_one_each")]

    def __str__(self) -> str:
        return f"{self.kind} {self.start}…"

    def note_use(self) -> None:
        SecretLink.objects.filter(pk=self.pk).update(last_used_at=timezone.now())


@transaction.atomic
def make(member: Any, kind: str) -> str:
    """A new secret in place of the former one; nobody can read it again."""
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    revoke(member, kind)
    SecretLink.objects.create(
        account_id=member.account_id, membership=member, kind=kind, start=secret[:SHOWN], hash=_hashes(kind, secret)[0]
    )
    return secret


def revoke(member: Any, kind: str) -> int:
    """End the member's secret of this kind; how many there were."""
    return _of(member, kind).delete()[0]


def present(member: Any, kind: str) -> SecretLink | None:
    """What is known of the member's secret."""
    return _of(member, kind).first()


def found(kind: str, secret: str) -> SecretLink | None:
    """Whose secret this is: of a member who is still there, in an account that is. One statement either way."""
    links = SecretLink.objects.select_related("membership__user", "membership__account")
    return links.filter(
        hash__in=_hashes(kind, secret), membership__removed_at=None, membership__account__closed_at=None,
        membership__user__is_active=True,
    ).first()  # fmt: skip


def _of(member: Any, kind: str) -> models.QuerySet[SecretLink]:
    return SecretLink.objects.filter(account_id=member.account_id, membership=member, kind=kind)


def _hashes(kind: str, secret: str) -> list[str]:
    return marks(f"secret link {kind}", secret)
