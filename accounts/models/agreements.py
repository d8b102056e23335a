"""What people agreed to, word for word."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.users import User


class DocumentText(models.Model):
    """The exact words of a document that somebody agreed to. Written once, found by its hash, never changed."""

    digest = models.CharField(max_length=64, primary_key=True)
    html = models.TextField()
    first_shown_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest[:12]


class DocumentVersion(models.Model):
    """One published version of a document: from which day it holds, and its exact words. Never changed."""

    document = models.CharField(max_length=10)
    effective_on = models.DateField()
    text = models.ForeignKey(DocumentText, on_delete=models.PROTECT, related_name="+")
    is_material = models.BooleanField(default=False)
    summary = models.TextField(blank=True)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["document", "-effective_on"]
        constraints = [
            models.UniqueConstraint(fields=["document", "effective_on"], name="documentversion_one_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.document} of {self.effective_on}"


class Acceptance(models.Model):
    """That a person agreed to one version of one document: when, how, from where. Never changed."""

    class How(models.TextChoices):
        """What the person did."""

        SIGNED_UP = "signed-up", "By signing up"
        JOINED = "joined", "By accepting an invitation"
        USED = "used", "By continued use"
        CLICKED = "clicked", "By a click"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="acceptances")
    document = models.CharField(max_length=10)
    version = models.DateField()
    text = models.ForeignKey(DocumentText, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=10, choices=How)
    accepted_at = models.DateTimeField(default=timezone.now)
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "document", "-accepted_at"], name="acceptance_latest")]

    def __str__(self) -> str:
        return f"{self.document} of {self.version}"
