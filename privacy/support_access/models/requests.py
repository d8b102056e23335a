"""What people ask us, what was said on the telephone, and what our staff did about it.

Global tables: it is our own correspondence, a stranger's request belongs to no account, and staff enter none. A request
may name an account; then it is that account's too, and every page of a member asks for it by account or by person.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.files.content import WORDS
from accounts.models import Account, User


class Queue(models.TextChoices):
    """Whose work a request is; each has an address of its own."""

    CHILDREN = "children", "Children"
    SECURITY = "security", "Security"
    PRIVACY = "privacy", "Privacy"
    SUPPORT = "support", "Support"
    BILLING = "billing", "Billing"
    SALES = "sales", "Sales"


URGENT = frozenset({Queue.CHILDREN, Queue.SECURITY})


class Topic(models.TextChoices):
    """What a request is about, as whoever writes it chooses."""

    HELP = "help", "Help with Candor"
    QUESTION = "question", "A question before you sign up"
    BILLING = "billing", "Plan, invoice or payment"
    PRIVACY = "privacy", "Your data and your rights"
    LEGAL = "legal", "Why we may hold your data, or taking a consent back"
    AGENT = "agent", "A request for somebody else, as their agent"
    CHILD = "child", "A child under 13"
    SECURITY = "security", "A security problem"
    ABUSE = "abuse", "Abuse of Candor"
    ACCESSIBILITY = "accessibility", "A page that you cannot use"
    OTHER = "other", "Something else"

    @property
    def queue(self) -> Queue:
        """Where such a request goes first."""
        return _QUEUES.get(self, Queue.SUPPORT)


_QUEUES = {
    Topic.QUESTION: Queue.SALES,
    Topic.BILLING: Queue.BILLING,
    Topic.PRIVACY: Queue.PRIVACY,
    Topic.LEGAL: Queue.PRIVACY,
    Topic.AGENT: Queue.PRIVACY,
    Topic.CHILD: Queue.CHILDREN,
    Topic.SECURITY: Queue.SECURITY,
    Topic.ABUSE: Queue.SECURITY,
}


def new_number() -> int:
    """Six digits by chance: easy to say, and they don't tell how many others asked."""
    return 100_000 + secrets.randbelow(900_000)


class Ticket(models.Model):
    """A request to us, from its first words to its end."""

    class State(models.TextChoices):
        """Whose turn it is."""

        OPEN = "open", "To answer"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.PositiveIntegerField(default=new_number, unique=True, editable=False)
    topic = models.CharField(max_length=15, choices=Topic)
    queue = models.CharField(max_length=10, choices=Queue)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    is_urgent = models.BooleanField(default=False)
    subject = models.CharField(max_length=120)
    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField("e-mail", blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    assignee = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-is_urgent", "touched_at", "id"], name="ticket_waiting_longest"),
            models.Index(fields=["email", "-opened_at"], name="ticket_by_email"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None) | Q(user__isnull=False) | Q(topic__in=["security", "legal"]),
                name="ticket_of_an_account_has_its_person",
                violation_error_message="Somebody in the account asks, never the account alone; but for an emergency.",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | (~Q(state="closed") & Q(closed_at=None)),
                name="ticket_closed_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"T-{self.number}"

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED


class TicketMessage(models.Model):
    """Words in a request: theirs, ours, or a note that staff write for each other. Never changed."""

    class Kind(models.TextChoices):
        """Who says it to whom."""

        THEIRS = "theirs", "From them"
        OURS = "ours", "From us"
        NOTE = "note", "Note among staff"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=6, choices=Kind)
    author = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} in {self.ticket_id}"

    @property
    def at(self) -> datetime:
        return self.written_at


class TicketFile(models.Model):
    """A file beside a message, as staff may know of it. Name and content lie behind the fence, in the stored file."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(TicketMessage, on_delete=models.CASCADE, related_name="files")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    file = models.UUIDField(unique=True, editable=False)  # the stored file's public id, in that account
    media_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return WORDS[self.media_type].removeprefix("a ")


class Call(models.Model):
    """A telephone conversation with somebody, as our member of staff wrote it down.

    A recording is a reference into the telephone system. It may stand here only if the person was told first,
    for quality or training, and with a day on which it goes.
    """

    class Purpose(models.TextChoices):
        """What the call was for."""

        HELP = "help", "Help with Candor"
        SALES = "sales", "A question before signing up"
        BILLING = "billing", "Plan, invoice or payment"
        PRIVACY = "privacy", "Data and rights"
        SECURITY = "security", "Security"
        OTHER = "other", "Something else"

    class RecordedFor(models.TextChoices):
        """The only two reasons for which a call is recorded."""

        QUALITY = "quality", "Quality assurance"
        TRAINING = "training", "Training"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.CharField("who it was", max_length=160)
    phone = models.CharField("number", max_length=40, blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls")
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose)
    started_at = models.DateTimeField("began")
    ended_at = models.DateTimeField("ended")
    summary = models.TextField("what was said")
    kept_until = models.DateField()
    notice_given_at = models.DateTimeField("told of the recording", null=True, blank=True)
    recording = models.CharField("recording's reference", max_length=200, blank=True)
    recorded_for = models.CharField("recorded for", max_length=10, choices=RecordedFor, blank=True)
    recording_kept_until = models.DateField("recording kept until", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at", "-id"], name="call_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")),
                name="call_ends_after_it_began",
                violation_error_message="A call ends after it began.",
            ),
            models.CheckConstraint(
                condition=Q(recording="") | Q(notice_given_at__isnull=False),
                name="call_recorded_only_after_notice",
                violation_error_message="A call may be recorded only after the person was told. Delete the recording.",
            ),
            models.CheckConstraint(
                condition=Q(recording="")
                | (Q(recorded_for__in=["quality", "training"]) & Q(recording_kept_until__isnull=False)),
                name="call_recording_has_purpose_and_end",
                violation_error_message="Say what the recording is for, and until which day it is kept.",
            ),
            models.CheckConstraint(
                condition=Q(recording_kept_until=None) | Q(recording_kept_until__lte=F("kept_until")),
                name="call_recording_goes_first",
                violation_error_message="A recording is not kept longer than the note of its call.",
            ),
        ]

    def __str__(self) -> str:
        return f"the call with {self.person}"

    @property
    def minutes(self) -> int:
        return round((self.ended_at - self.started_at).total_seconds() / 60)


class StaffAction(models.Model):
    """One thing that a member of staff did here: the operator's own log. Written once, never changed."""

    class Kind(models.TextChoices):
        """What was done; where an account is concerned, its log holds the same under the same name."""

        OPENED_FOR = "ticket.opened_for", "Opened for somebody"
        ANSWERED = "ticket.answered", "Answered"
        NOTED = "ticket.noted", "Wrote a note"
        ASSIGNED = "ticket.assigned", "Assigned"
        MOVED = "ticket.moved", "Moved"
        CLOSED = "ticket.closed", "Closed"
        REOPENED = "ticket.reopened", "Opened again"
        CALL_LOGGED = "call.logged", "Noted a call"
        LISTENED = "call.listened", "Listened to a recording"
        RECORDING_DELETED = "call.recording_deleted", "Deleted a recording"
        OPT_OUT = "opt_out.recorded", "Recorded an opt-out"
        TRIAL_EXTENDED = "account.trial_extended", "Extended a trial"
        OVERRULED = "account.overruled", "Overruled what an account's payments say"
        LOOK_ASKED = "grant.asked", "Asked to look at records"
        LOOK_TAKEN = "grant.taken", "Took up an offer to look"
        LOOK_ENDED = "grant.ended", "Ended an access"
        LOOK_REVIEWED = "grant.reviewed", "Checked an access"
        EMERGENCY = "grant.emergency", "Began an emergency access"
        SECONDED = "grant.seconded", "Confirmed an emergency access"
        LOOKED = "look.opened", "Looked at a record"
        SUGGESTED = "change.suggested", "Suggested a change"
        BILLING_RETRIED = "billing.retried", "Acted on word of the card processor again"
        BILLING_COMPARED = "billing.compared", "Compared an account with the card processor"
        BILLING_SEEN = "billing.seen", "Saw to a difference in billing"
        REGISTERED = "register.written", "Wrote into a register"
        PUBLISHED = "document.published", "Published a document"
        TIED = "visits.tied", "Tied visits to a person"
        RIGHTS = "rights.worked", "Worked on a rights request"
        CHILD = "child.worked", "Worked on a report about a child"

    kind = models.CharField(max_length=30, choices=Kind)
    staff = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="steps")
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.CASCADE, related_name="steps")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    detail = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["-done_at", "-id"], name="staffaction_latest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.done_at}"

    @property
    def at(self) -> datetime:
        return self.done_at
