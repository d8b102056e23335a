"""People, firms, and who belongs where. Global tables: the door reads them before an account is known."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts import choices
from accounts.standing import Standing, standing
from tenancy.errors import Conflict
from tenancy.models import AccountForeignKey, AccountModel

SEEN_IS_NOTED_EVERY = timedelta(hours=1)


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


class Versioned(models.Model):
    """A record outside the fence that two people, or two tabs, may edit at once."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def typed_fields(cls) -> list[str]:
        """What people fill in; facts that the service writes meanwhile stay as they are."""
        return [each.name for each in cls._meta.concrete_fields if each.editable and not each.primary_key]

    def save_checked(self, expected: int, fields: Collection[str] | None = None) -> Self:
        """Save ``fields``, else all that people fill in, if the stored version is still ``expected``.

        Otherwise raise Conflict and store nothing.
        """
        changes = {name: getattr(self, name) for name in fields or self.typed_fields()}
        stored = type(self)._default_manager.filter(pk=self.pk, version=expected)
        if not stored.update(version=expected + 1, **changes):
            raise Conflict(f"This {self._meta.verbose_name} was changed by somebody else meanwhile.")
        self.version = expected + 1
        return self


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

    def get_short_name(self) -> str:
        """The name colleagues say."""
        return self.first_name or self.email


class Account(Versioned):
    """A customer firm: owns its data, has members, a trial, later a plan."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=50, unique=True, editable=False)
    name = models.CharField("company name", max_length=120)
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

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    trial_ends_at = models.DateTimeField(editable=False)
    paid_through = models.DateTimeField(null=True, blank=True, editable=False)
    past_due_since = models.DateTimeField(null=True, blank=True, editable=False)
    closing_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    suspended_reason = models.CharField(max_length=200, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if self.trial_ends_at is None:
            self.trial_ends_at = self.created_at + timedelta(days=settings.TRIAL_DAYS)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def standing(self, now: datetime | None = None) -> Standing:
        """What this account may do now."""
        return standing(self, now or timezone.now())


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Members by what pages ask of them. Whose account they are in is said by whoever asks."""

    def active(self) -> Self:
        return self.filter(Membership.offered)

    def by_name(self) -> Self:
        """With their users, in the order of every list."""
        return self.select_related("user").order_by("user__first_name", "user__last_name", "id")


class Membership(Versioned):
    """A user in an account, with a role. Ends by ``removed_at``; what the person did stays theirs."""

    class Role(models.TextChoices):
        """What a member may do; the table is in ``accounts/permissions.py``."""

        OWNER = "owner", "Owner"
        ADMIN = "admin", "Admin"
        MANAGER = "manager", "Manager"
        MEMBER = "member", "Member"
        BILLING = "billing", "Billing"
        READER = "reader", "Reader"

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    is_privacy_approver = models.BooleanField("may allow support looks and start exports", default=False)
    sees_only_own_records = models.BooleanField("sees only own records", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    profile_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_steps_hidden_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="membership_in_account"),
            models.UniqueConstraint(fields=["account", "user"], name="membership_once_per_user"),
            models.UniqueConstraint(fields=["account", "public_id"], name="membership_public_id"),
            models.CheckConstraint(
                condition=~models.Q(role__in=["owner", "admin"], sees_only_own_records=True),
                name="membership_admin_sees_all",
                violation_error_message="Owners and admins see every record.",
            ),
        ]

    offered = models.Q(removed_at=None)  # who is chosen for new work
    objects = models.Manager.from_queryset(MembershipQuerySet)()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        return self.removed_at is None

    @property
    def choice_label(self) -> str:
        """The name in a list of choices, where somebody who left may still stand."""
        return str(self) if self.is_active else f"{self} (deactivated)"

    def note_seen(self, now: datetime, *, at_once: bool = False) -> None:
        """Remember when they were last here, to within an hour: most requests write nothing."""
        if at_once or self.last_seen_at is None or self.last_seen_at < now - SEEN_IS_NOTED_EVERY:
            Membership.objects.filter(pk=self.pk, account_id=self.account_id).update(last_seen_at=now)

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise TypeError("A member is deactivated, never deleted: their name stays on what they did.")


class Invitation(models.Model):
    """A way into an account by a mailed link: it works once, for a week, and until it is taken back."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail")
    name = models.CharField(max_length=160, blank=True)
    role = models.CharField(max_length=10, choices=Membership.Role)
    message = models.CharField(max_length=500, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = AccountForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "public_id"], name="invitation_public_id"),
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_once_per_address",
                violation_error_message="This address is invited already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="owner"),
                name="invitation_to_no_ownership",
                violation_error_message="Ownership is offered to a member, never sent to an address.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_open(self) -> bool:
        """True while nobody followed it or took it back, expired or not."""
        return self.accepted_at is None and self.revoked_at is None

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class OwnershipOffer(AccountModel):
    """An owner's word that a colleague shall own the account too, or in their place. One at a time."""

    class Outcome(models.TextChoices):
        """How it ended."""

        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REVOKED = "revoked", "Taken back"

    offered_by = AccountForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    offered_to = AccountForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    stays_owner = models.BooleanField(default=False)
    offered_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    belongs_to = None

    class Meta(AccountModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(outcome=""),
                name="ownershipoffer_one_at_a_time",
                violation_error_message="There is an open offer already. Take it back first.",
            )
        ]

    def __str__(self) -> str:
        return f"ownership for {self.offered_to}"

    @property
    def is_open(self) -> bool:
        return not self.outcome and self.expires_at > timezone.now()


class Consent(models.Model):
    """A person's yes or no to one kind of mail, with the words they saw. Never changed, only followed by another."""

    class Purpose(models.TextChoices):
        """Mail that comes only to those who asked for it; the words stand on the forms."""

        UPDATES = "updates", "What is new in Candor, about monthly"
        NEWS = "news", "News about the service and the company"
        TIPS = "tips", "Tips for the first two weeks"
        OFFERS = "offers", "Offers of our partners"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose)
    is_given = models.BooleanField()
    wording = models.CharField(max_length=200)
    source = models.CharField(max_length=60)
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "purpose", "-said_at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.purpose}: {'yes' if self.is_given else 'no'}"


class Suppression(models.Model):
    """An address that gets no promotional mail of a kind, or of any. Outlives the person: it holds no address."""

    class Reason(models.TextChoices):
        """How we know."""

        UNSUBSCRIBED = "unsubscribed", "Took it back"
        ASKED = "asked", "Asked by mail"
        BOUNCED = "bounced", "The address does not exist"
        COMPLAINED = "complained", "Called it spam"

    digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=10, blank=True, choices=Consent.Purpose)
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "purpose"], name="suppression_once")]

    def __str__(self) -> str:
        return f"{self.purpose or 'all'}: {self.reason}"


class DocumentText(models.Model):
    """The exact words of a document that somebody agreed to. Written once, found by its hash, never changed."""

    digest = models.CharField(max_length=64, primary_key=True)
    html = models.TextField()
    first_shown_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest[:12]


class Acceptance(models.Model):
    """That a person agreed to one version of one document: when, how, from where. Never changed."""

    class How(models.TextChoices):
        """What the person did."""

        SIGNED_UP = "signed-up", "By signing up"
        JOINED = "joined", "By accepting an invitation"

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


class OutgoingMail(models.Model):
    """A letter that must not get lost: written with the change it tells of, sent after the commit.

    Its words are dropped once it is sent; they may hold a link that opens a door.
    """

    class State(models.TextChoices):
        """How far it came."""

        WAITING = "waiting", "Waiting"
        SENDING = "sending", "On its way"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"
        UNWANTED = "unwanted", "No longer wanted"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=10, blank=True, choices=Consent.Purpose)
    kind = models.CharField(max_length=40)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=Now())
    trouble = models.CharField(max_length=200, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(state__in=["waiting", "sending"]), name="mail_under_way"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=~models.Q(purpose=""), name="promotion_once_per_person"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose="", user=None) | (~models.Q(purpose="") & models.Q(user__isnull=False)),
                name="promotion_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


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


class CacheEntry(models.Model):
    """What web processes count together, by Django's cache in the database. Its keys are keyed hashes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


# These tables live beside what is done with them.
from accounts.alarms import Alarm  # noqa: E402, F401
from accounts.files import AccountKey, StoredFile  # noqa: E402, F401
from accounts.keys import ApiKey  # noqa: E402, F401
from accounts.log_job import LogJob  # noqa: E402, F401
from accounts.notices import Notice  # noqa: E402, F401
from accounts.repeats import ApiAnswer  # noqa: E402, F401
