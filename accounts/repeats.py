"""What programs were answered, kept for a day: see ``accounts/api/once.py``."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenancy.models import AccountForeignKey, AccountModel
from tenancy.sweeping import sweeps


class ApiAnswer(AccountModel):
    """What a program was answered, kept for a day in case it asks again."""

    member = AccountForeignKey("accounts.Membership", models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.TextField()
    expires_at = models.DateTimeField()

    belongs_to = "member"

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "member", "key"], name="apianswer_once")]
        indexes = [models.Index(fields=["account", "expires_at"], name="apianswer_expiring")]

    def __str__(self) -> str:
        return str(self.public_id)


@sweeps(is_ours=True)
def forget_old_answers() -> None:
    """Drop what nobody will ask for again, in the active account."""
    ApiAnswer.objects.filter(expires_at__lte=timezone.now()).delete()
