"""Companies: the firms that ours works for and with."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crm.models.records import Mergeable
from lib.likeness import company_sound
from lib.phones import e164
from lib.text import fold
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountModel

ADDRESS = ("street", "postal_code", "city", "region", "country")  # the columns of one


class Company(Mergeable):
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

    class Meta(Mergeable.Meta):
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
            models.Index(
                fields=["account", "sound_key"],
                condition=Q(deleted_at__isnull=True) & ~Q(sound_key=""),
                name="company_by_sound",
            ),
            models.Index(
                fields=["account", "merged_into"], condition=Q(merged_into__isnull=False), name="company_merged"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def fill_derived(self) -> None:
        self.name_key, self.sound_key = fold(self.name), company_sound(self.name)
        self.domain = self.domain.strip().lower()
        self.phone_e164 = e164(self.phone)


class Address(AccountModel):
    """A postal address beside the record's own, with a word that says which it is."""

    label = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=300, blank=True)
    postal_code = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField("state or region", max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)

    class Meta(AccountModel.Meta):
        abstract = True

    def __str__(self) -> str:
        parts = (self.street, f"{self.postal_code} {self.city}".strip(), self.region, self.country)
        return ", ".join(filter(None, parts))

    def fill_derived(self) -> None:
        """Nothing follows from it."""


class CompanyAddress(Address):
    """One more postal address of a company."""

    company = AccountForeignKey(Company, on_delete=CASCADE_IN_DATABASE, related_name="addresses")
