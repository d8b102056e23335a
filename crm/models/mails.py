"""Mails that a member logged: private to them until they share one. The body lies sealed with the account's key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.files.sealed import TextBox
from accounts.jobs import Job
from accounts.models import Membership, StoredFile
from accounts.permissions import can
from crm.models.companies import Company
from crm.models.contacts import Contact
from crm.models.deals import About, Deal
from tenancy.models import (
    CASCADE_IN_DATABASE,
    AccountForeignKey,
    AccountManager,
    AccountModel,
    AccountQuerySet,
    VersionedModel,
)

EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


class ArrivedMail(Job):
    """A letter to a member's own address, as it came: sealed before the sender heard "taken", read by a worker."""

    class State(models.TextChoices):
        """How far it came."""

        RUNNING = "running", "On its way"
        DONE = "done", "Read"
        FAILED = "failed", "Could not be read"

    task = "crm.read_mail"

    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=300, blank=True)  # why it was not logged

    class Meta(Job.Meta):
        pass

    def __str__(self) -> str:
        return f"arrived {self.created_at:%d %b %Y %H:%M}"


class MailQuerySet(AccountQuerySet):
    """Mails as members see them: their own, and shared ones on records that they may see."""

    def live(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def of(self, membership: Membership) -> Self:
        return self.filter(member=membership)

    def unsorted(self) -> Self:
        """About no record yet."""
        return self.filter(company=None, contact=None, deal=None)

    def visible_to(self, membership: Membership) -> Self:
        if not can(membership, "mail.view"):
            return self.none()
        companies, contacts, deals = (
            model.objects.live().visible_to(membership).values("pk") for model in (Company, Contact, Deal)
        )
        within = Q(company__in=companies) | Q(contact__in=contacts) | Q(deal__in=deals)
        return self.live().filter(Q(member=membership) | Q(within, shared_at__isnull=False))


class Mail(About, VersionedModel):
    """A mail about a client. Nobody but its member sees it, owners and admins included, until it is shared."""

    class Direction(models.TextChoices):
        """Who wrote to whom."""

        RECEIVED = "received", "Received"
        SENT = "sent", "Sent"

    member = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", editable=False)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.RECEIVED)
    subject = models.CharField(max_length=300, blank=True)
    sender = models.CharField("from", max_length=320, blank=True)
    recipients = models.CharField("to", max_length=2000, blank=True)
    sent_at = models.DateTimeField("when", default=timezone.now)
    message_id = models.CharField(max_length=300, blank=True, editable=False)
    sealed_body = models.BinaryField(editable=False)
    held_because = models.CharField(max_length=300, blank=True, editable=False)
    shared_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    belongs_to = "member"
    objects = AccountManager.from_queryset(MailQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "member", "message_id"], condition=~Q(message_id=""), name="mail_logged_once"
            ),
            models.CheckConstraint(
                condition=Q(shared_at=None) | ~Q(company=None, contact=None, deal=None), name="mail_shared_on_a_record"
            ),
            models.CheckConstraint(
                condition=Q(sent_at__range=(EARLIEST, LATEST)),
                name="mail_sent_in_our_time",
                violation_error_message="No mail was sent on that day. Check the year.",
            ),
        ]
        indexes = [models.Index(fields=["account", "member", "-sent_at", "-id"], name="mail_newest")]

    def __str__(self) -> str:
        return "a mail"  # stands in the log, which others read

    @property
    def is_shared(self) -> bool:
        return self.shared_at is not None

    def body(self, box: TextBox | None = None) -> str:
        """What it says; ``box`` spares a look at the key for each of many."""
        return (box or TextBox()).open(f"mail {self.public_id}", self.sealed_body)

    def set_body(self, text: str) -> None:
        self.sealed_body = TextBox().close(f"mail {self.public_id}", text)


class MailContact(AccountModel):
    """A further contact that a mail came from or went to."""

    mail = AccountForeignKey(Mail, on_delete=CASCADE_IN_DATABASE, related_name="people")
    contact = AccountForeignKey(Contact, on_delete=CASCADE_IN_DATABASE, related_name="further_mails")

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "mail", "contact"], name="mailcontact_once")]

    def __str__(self) -> str:
        return str(self.contact_id)


class MailAttachment(AccountModel):
    """A file that came with a mail; or, where it was refused, its name and why."""

    mail = AccountForeignKey(Mail, on_delete=CASCADE_IN_DATABASE, related_name="attachments")
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    file = AccountForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    refused = models.CharField(max_length=300, blank=True)

    class Meta(AccountModel.Meta):
        pass

    def __str__(self) -> str:
        return self.name
