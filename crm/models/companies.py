"""Companies: the firms that ours works for and with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crm.models.records import Record
from lib.phones import e164
from lib.text import fold


class Company(Record):
    """A firm that ours works for or with."""

    name = models.CharField(max_length=300)
    domain = models.CharField("website", max_length=255, blank=True)
    phone = models.CharField(max_length=100, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    street = models.CharField(max_length=300, blank=True)
    postal_code = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField("state or region", max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)

    class Meta(Record.Meta):
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="company_has_a_name",
                violation_error_message="A company needs a name.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "name_key", "id"],
                condition=Q(deleted_at__isnull=True),
                name="company_by_name",
            ),
            models.Index(
                fields=["account", "-updated_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="company_by_change",
            ),
            models.Index(
                fields=["account", "-deleted_at", "-id"],
                condition=Q(deleted_at__isnull=False),
                name="company_bin",
            ),
            models.Index(fields=["account", "domain"], condition=~Q(domain=""), name="company_by_domain"),
        ]

    def __str__(self) -> str:
        return self.name

    def fill_derived(self) -> None:
        self.name_key = fold(self.name)
        self.domain = self.domain.strip().lower()
        self.phone_e164 = e164(self.phone)
