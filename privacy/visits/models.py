"""What we note of a visit: what the policy says, for as long as the data map says, with no key to anybody."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User


class Visit(models.Model):
    """Somebody looked at a page (44). Every field but the time may be empty: browsers need not say anything (45)."""

    seen_at = models.DateTimeField(db_index=True)
    ip = models.GenericIPAddressField("network address", null=True)
    provider = models.CharField(max_length=120, blank=True)
    browser = models.CharField(max_length=60, blank=True)
    browser_version = models.CharField(max_length=20, blank=True)
    system = models.CharField(max_length=60, blank=True)
    system_version = models.CharField(max_length=20, blank=True)
    device = models.CharField("kind of device", max_length=10, blank=True)
    page = models.CharField(max_length=200, blank=True)  # as the program names it: of whom or what is not in it
    agent = models.CharField("what the browser said of itself", max_length=400, blank=True)

    class Meta:
        ordering = ["-seen_at", "-pk"]

    def __str__(self) -> str:
        return self.page or "no page of ours"


class Figure(models.Model):
    """How many networks came with something on one day; about ten at least, so about nobody (47, 144)."""

    class Kind(models.TextChoices):
        """What was counted."""

        BROWSER = "browser", "Browsers"
        SYSTEM = "system", "Systems"
        DEVICE = "device", "Devices"
        PAGE = "page", "Pages"

    day = models.DateField()
    kind = models.CharField(max_length=7, choices=Kind)
    name = models.CharField(max_length=200, blank=True)
    networks = models.PositiveIntegerField()

    class Meta:
        ordering = ["-day", "kind", "-networks", "name"]
        constraints = [models.UniqueConstraint(fields=["day", "kind", "name"], name="figure_once")]

    def __str__(self) -> str:
        return f"{self.name or 'all others'}: {self.networks}"


class Alert(models.Model):
    """A network address that behaves like an intruder's (49)."""

    class Kind(models.TextChoices):
        """By which rule it was noticed."""

        SCANNER = "scanner", "Asks for doors that other programs leave open"
        ACCOUNTS = "accounts", "Signed in, knocks at accounts of others"
        SIGN_INS = "sign_ins", "Tries passwords"

    kind = models.CharField(max_length=8, choices=Kind)
    ip = models.GenericIPAddressField("network address")
    number = models.PositiveIntegerField("tries")
    raised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-raised_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.ip}"


class Tie(models.Model):
    """Somebody of us tied visits to a person, for a purpose; the person reads of it (48)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    ip = models.GenericIPAddressField("network address")
    since = models.DateTimeField("from")
    until = models.DateTimeField("to")
    purpose = models.CharField("what for", max_length=300)
    visits = models.PositiveIntegerField("how many pages", default=0, editable=False)
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    made_at = models.DateTimeField("done at", default=timezone.now, editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name, verbose_name_plural = "visits tied to you", "visits tied to you"
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="tie_has_a_purpose"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="tie_has_a_span"),
        ]

    def __str__(self) -> str:
        return f"{self.ip}: {self.purpose}"
