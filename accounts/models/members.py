"""Who belongs to which account, who is asked to, and who is offered it."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from accounts.models.accounts import Account
from accounts.models.users import NOBODYS, User
from accounts.models.versions import Versioned
from tenancy.models import AccountForeignKey, AccountModel

SEEN_IS_NOTED_EVERY = timedelta(hours=1)
ADDRESS = models.Case(
    models.When(user__email__endswith=f"@{NOBODYS}", then=models.Value("")),
    models.When(kept_for="", then=models.F("user__email")),
    default=models.F("kept_for"),
    output_field=models.EmailField(),
)
"""``Membership.address`` for statements."""


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
    manager = AccountForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_privacy_approver = models.BooleanField("may allow support looks and start exports", default=False)
    sees_only_own_records = models.BooleanField("sees only own records", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    profile_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_steps_hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    kept_for = models.EmailField(blank=True, default="", db_default="", editable=False)  # of whom an archive brought
    unread = models.PositiveIntegerField(default=0, db_default=0, editable=False)  # notices behind the bell
    mails_notices = models.BooleanField("sends notices by mail, too", default=False, db_default=False)

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
    is_elsewhere = True  # whether the person has further accounts, as far as the door has not found out
    newest_words_on: date | None = None  # the newest version of terms or policy, as the door found it
    objects = models.Manager.from_queryset(MembershipQuerySet)()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        return self.removed_at is None

    @property
    def address(self) -> str:
        """Where to reach them; of a place that an archive brought, for whom it is kept until they agree to come.

        Empty where somebody was erased.
        """
        return "" if self.user.is_erased else self.kept_for or self.user.email

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


class BellNotice(AccountModel):
    """That something waits for a member's eyes: of which kind, about which record, and who rang."""

    member = AccountForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    record_id = models.UUIDField()
    by = AccountForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, editable=False)

    belongs_to = "member"

    class Meta(AccountModel.Meta):
        indexes = [models.Index(fields=["account", "member", "-created_at", "-id"], name="bellnotice_newest")]

    def __str__(self) -> str:
        return self.kind
