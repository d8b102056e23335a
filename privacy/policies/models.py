"""What a firm agreed to with us."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Membership
from tenancy.models import AccountForeignKey, AccountModel


class Agreement(AccountModel):
    """That a firm accepted one version of the data processing agreement: who did, when, which words. Never changed."""

    belongs_to = None  # the firm's, whoever accepted it

    member = AccountForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    digest = models.CharField(max_length=64)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-accepted_at"]

    def __str__(self) -> str:
        return f"Data processing agreement of {self.effective_on}"
