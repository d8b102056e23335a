"""The account: the customer firm."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts import choices
from accounts.models.versions import Versioned
from accounts.standing import CLOSING_DAYS, Standing, standing


class Account(Versioned):
    """A customer firm: owns its data, has members, a trial, later a plan."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=50, unique=True, editable=False)
    name = models.CharField("company name", max_length=120)
    legal_name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100)
    region = models.CharField("state or region", max_length=100, blank=True)
    country = models.CharField(max_length=2, choices=choices.countries)
    time_zone = models.CharField(max_length=64, default="UTC", choices=choices.time_zones)
    currency = models.CharField(max_length=3, default="EUR", choices=choices.currencies)
    first_weekday = models.PositiveSmallIntegerField("week starts on", default=0, choices=choices.FIRST_WEEKDAYS)
    plain_number_unit = models.CharField(
        "a plain number means", max_length=8, default="hours", choices=choices.PLAIN_NUMBER_UNITS
    )
    # Who may come in from where: "203.0.113.0/24 Office" each; empty lets in from everywhere (accounts/allow_list.py).
    allow_list = ArrayField(models.CharField(max_length=120), default=list, blank=True, editable=False)
    # The public ids of two stored files, or none: accounts/logos.py. The door reads them with the rest.
    logo = models.UUIDField(null=True, blank=True, editable=False)
    logo_small = models.UUIDField(null=True, blank=True, editable=False)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    trial_ends_at = models.DateTimeField(editable=False)
    paid_through = models.DateTimeField(null=True, blank=True, editable=False)
    past_due_since = models.DateTimeField(null=True, blank=True, editable=False)
    closing_at = models.DateTimeField(null=True, blank=True, editable=False)
    closing_days = models.PositiveSmallIntegerField(default=CLOSING_DAYS, db_default=CLOSING_DAYS, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    second_factor_since = models.DateTimeField(null=True, blank=True, editable=False)
    second_factor_days = models.PositiveSmallIntegerField(default=14, db_default=14, editable=False)
    wanted_people = models.PositiveIntegerField(null=True, editable=False)  # chosen when signing up
    wanted_interval = models.CharField(max_length=5, blank=True, db_default="", editable=False)  # month or year
    most_members = models.PositiveIntegerField(null=True, editable=False)  # who may be let in at once; None: anybody
    # What staff say for a while, whatever the payments say (accounts/standing.py).
    overruled_as = models.CharField(
        max_length=9, blank=True, default="", db_default="", editable=False
    )  # "active" or "read_only"
    overruled_until = models.DateTimeField(null=True, editable=False)
    overruled_because = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if self.trial_ends_at is None:
            self.trial_ends_at = self.created_at + timedelta(days=settings.TRIAL_DAYS)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def standing(self, now: datetime | None = None) -> Standing:
        """What this account may do now."""
        return standing(self, now or timezone.now())
