"""Which letters about a deadline were written."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenancy.models import AccountModel


class Notice(AccountModel):
    """A letter about a deadline that the owners got: each once, even when the clock asks twice."""

    kind = models.CharField(max_length=20)
    days = models.PositiveSmallIntegerField()
    moment = models.DateTimeField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "kind", "days", "moment"], name="notice_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.days}"
