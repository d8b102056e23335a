"""Humans who sign in."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts import choices
from accounts.models.versions import Versioned

NOBODYS = "erased.invalid"  # the domain of who was erased; there never is one (RFC 2606)


class UserManager(BaseUserManager["User"]):
    """Finds people by their e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """A user who signs in with this address; without a password, only by a link sent there."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password) if password else user.set_unusable_password()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalise_email(username or ""))


def normalise_email(email: str) -> str:
    """The one spelling under which an address is stored and looked up."""
    return email.strip().lower()


class User(Versioned, AbstractBaseUser):
    """A human who signs in. May be a member of several accounts, or one of our staff."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField("e-mail", unique=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, choices=choices.countries)
    time_zone = models.CharField(max_length=64, default="UTC", choices=choices.time_zones)
    locale = models.CharField("dates and numbers as in", max_length=16, default="en_GB", choices=choices.locales)
    hours_format = models.CharField("show hours as", max_length=8, default="clock", choices=choices.HOURS_FORMATS)
    theme = models.CharField(max_length=5, blank=True, choices=choices.THEMES)
    is_staff = models.BooleanField(default=False, editable=False)
    is_active = models.BooleanField(default=True, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    restricted_at = models.DateTimeField(null=True, editable=False)  # their data is kept and not used, until it is over
    restricted_for = ArrayField(  # why: grounds of ``accounts.restrictions``, each of which ends by itself
        models.CharField(max_length=8), default=list, db_default=[], blank=True, editable=False
    )
    agreed_through = models.DateField(null=True, editable=False)  # the newest version of terms or policy they know of
    # Which promotions were written to them, as "tips/a_week_of_hours": the letters themselves go after 90 days.
    promotions_had = ArrayField(
        models.CharField(max_length=60), default=list, db_default=[], blank=True, editable=False
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def save(self, *args: object, **kwargs: object) -> None:
        self.email = normalise_email(self.email)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @classmethod
    def typed_fields(cls) -> list[str]:
        """Personal Information: neither the address, which is the user name, nor what protects the sign-in."""
        return [
            "first_name", "last_name", "phone", "street", "postal_code", "city", "country",
            "time_zone", "locale", "hours_format", "theme",
        ]  # fmt: skip

    def get_full_name(self) -> str:
        """First and last name, as shown to colleagues."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_confirmed(self) -> bool:
        """False until the first mail's link was followed and a password chosen."""
        return self.has_usable_password()

    @property
    def is_erased(self) -> bool:
        """True of the name that stays where somebody was erased: nobody is behind it."""
        return self.email.endswith(f"@{NOBODYS}")

    def get_short_name(self) -> str:
        """The name colleagues say."""
        return self.first_name or self.email


class EmailChange(models.Model):
    """Somebody's wish to sign in with another address. Both addresses got a link, which is nowhere in here."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    old_email = models.EmailField()
    new_email = models.EmailField()
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # taken back, stopped or undone

    def __str__(self) -> str:
        return f"change of address asked at {self.asked_at}"
