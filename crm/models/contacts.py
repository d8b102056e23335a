"""Contacts: the people at companies, with all the ways to reach them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from crm.models.companies import Address, Company
from crm.models.records import Mergeable
from lib.likeness import person_sound
from lib.phones import e164
from lib.text import fold
from tenancy.models import CASCADE_IN_DATABASE, AccountForeignKey, AccountModel


class LegalBasis(models.TextChoices):
    """Why the firm may keep somebody's data: one of the six grounds of the GDPR, Article 6."""

    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract, or steps towards one"
    LEGITIMATE_INTEREST = "legitimate_interest", "Legitimate interest"
    LEGAL_DUTY = "legal_duty", "Legal duty"
    VITAL_INTEREST = "vital_interest", "Vital interest"
    PUBLIC_TASK = "public_task", "Public task"


class Permission(models.TextChoices):
    """Whether the firm may write to somebody about more than the work they share."""

    UNKNOWN = "unknown", "Not asked"
    GIVEN = "given", "Given"
    REFUSED = "refused", "Refused"


class Contact(Mergeable):
    """A person our firm deals with. The main address and number are columns; further ones are rows."""

    first_name = models.CharField(max_length=200, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    company = AccountForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    title = models.CharField("job title", max_length=300, blank=True)
    email = models.EmailField("e-mail", max_length=320, blank=True)
    email_label = models.CharField(max_length=40, blank=True)
    email_lower = models.CharField(max_length=320, blank=True, editable=False)
    phone = models.CharField(max_length=100, blank=True)
    phone_label = models.CharField(max_length=40, blank=True)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    website = models.CharField(max_length=500, blank=True)
    street = models.CharField(max_length=300, blank=True)
    postal_code = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=200, blank=True)
    region = models.CharField("state or region", max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=300, blank=True)
    legal_basis = models.CharField(max_length=20, choices=LegalBasis, blank=True, db_default="")
    mail_permission = models.CharField(
        max_length=8, choices=Permission, default=Permission.UNKNOWN, db_default=Permission.UNKNOWN, editable=False
    )
    retention_until = models.DateField("kept until", null=True, blank=True)
    retention_reason = models.CharField("why until then", max_length=300, blank=True, db_default="")
    restricted_at = models.DateTimeField(null=True, blank=True, editable=False)
    restricted_by = AccountForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    restriction_reason = models.CharField(max_length=300, blank=True, db_default="", editable=False)

    unrestricted = Q(restricted_at=None)
    offered = Mergeable.offered & unrestricted

    class Meta(Mergeable.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(first_name="", last_name="", email="", company__isnull=True),
                name="contact_is_somebody",
                violation_error_message="A contact needs a name, an e-mail address or a company.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "name_key", "id"],
                condition=Q(deleted_at__isnull=True),
                name="contact_by_name",
            ),
            models.Index(
                fields=["account", "-updated_at", "-id"],
                condition=Q(deleted_at__isnull=True),
                name="contact_by_change",
            ),
            models.Index(
                fields=["account", "-deleted_at", "-id"],
                condition=Q(deleted_at__isnull=False),
                name="contact_bin",
            ),
            models.Index(fields=["account", "company", "name_key", "id"], name="contact_by_company"),
            models.Index(fields=["account", "email_lower"], condition=~Q(email_lower=""), name="contact_by_email"),
            models.Index(fields=["account", "phone_e164"], condition=~Q(phone_e164=""), name="contact_by_phone"),
            models.Index(
                fields=["account", "sound_key"],
                condition=Q(deleted_at__isnull=True) & ~Q(sound_key=""),
                name="contact_by_sound",
            ),
            models.Index(
                fields=["account", "merged_into"], condition=Q(merged_into__isnull=False), name="contact_merged"
            ),
            models.Index(
                fields=["account", "retention_until", "id"],
                condition=Q(deleted_at__isnull=True, retention_until__isnull=False),
                name="contact_by_retention",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or "No name"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_restricted(self) -> bool:
        """Stored, and not used."""
        return self.restricted_at is not None

    def fill_derived(self) -> None:
        self.email_lower = self.email.strip().lower()
        self.phone_e164 = e164(self.phone)
        self.name_key = fold(f"{self.last_name} {self.first_name}") or self.email_lower
        self.sound_key = person_sound(self.full_name)


class ContactEmail(AccountModel):
    """One more e-mail address of a contact."""

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="emails")
    email = models.EmailField("e-mail", max_length=320)
    email_lower = models.CharField(max_length=320, editable=False)
    label = models.CharField(max_length=40, blank=True)

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "email_lower"], name="contactemail_by_email")]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        self.email_lower = self.email.strip().lower()


class ContactPhone(AccountModel):
    """One more phone number of a contact."""

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="phones")
    phone = models.CharField(max_length=100)
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    label = models.CharField(max_length=40, blank=True)

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "phone_e164"], name="contactphone_by_phone")]

    def __str__(self) -> str:
        return self.phone

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fill_derived()
        super().save(*args, **kwargs)

    def fill_derived(self) -> None:
        self.phone_e164 = e164(self.phone)


class ContactAddress(Address):
    """One more postal address of a contact."""

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="addresses")


class ContactPosition(AccountModel):
    """One more company that a contact works for, and what they do there."""

    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="positions")
    company = AccountForeignKey(Company, on_delete=CASCADE_IN_DATABASE, related_name="positions")
    title = models.CharField("job title", max_length=300, blank=True)

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["account", "contact", "company"], name="contactposition_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def fill_derived(self) -> None:
        """Nothing follows from it."""
