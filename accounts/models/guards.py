"""What the public doors remember: forms that arrived, sign-ins that went well or not, counts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.users import User
from tenancy.models import AccountForeignKey, AccountModel


class ArrivedForm(models.Model):
    """A public form that was acted upon: the same one sent again does nothing more."""

    key = models.CharField(max_length=64, unique=True)
    arrived_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.key[:8]


class SecurityEvent(models.Model):
    """What happened to somebody's sign-in, for the person to see. A try at an address that nobody has, has no user."""

    class Kind(models.TextChoices):
        """What it was, as the person reads it."""

        SIGNED_IN = "signed_in", "Signed in"
        NEW_DEVICE = "new_device", "Signed in on a new device"
        FAILED = "failed", "A sign-in failed"
        SIGNED_OUT = "signed_out", "Signed out"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        SESSIONS_ENDED = "sessions_ended", "Sessions ended"
        FACTOR_ADDED = "factor_added", "Second factor added"
        FACTOR_REMOVED = "factor_removed", "Second factor removed"
        FACTOR_FAILED = "factor_failed", "A second step failed"
        CODES_MADE = "codes_made", "New recovery codes made"
        CODE_USED = "code_used", "Recovery code used"
        EMAIL_CHANGED = "email_changed", "E-mail address changed"
        WARNED = "warned", "Told by mail of many failed sign-ins"

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    happened_at = models.DateTimeField(default=timezone.now, db_index=True)
    ip = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True)
    system = models.CharField(max_length=60, blank=True)
    device = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-happened_at"], name="securityevent_newest")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.happened_at}"


class WayBack(AccountModel):
    """A mailed link that lets an owner in who is shut out by the account's own list of addresses. It works once."""

    owner = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_from = models.GenericIPAddressField(null=True)

    belongs_to = "owner"

    def __str__(self) -> str:
        return f"way back of {self.sent_at:%Y-%m-%d}"


class CacheEntry(models.Model):
    """What web processes count together, by Django's cache in the database. Its keys are keyed hashes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
