"""Notes: what somebody wrote about a company, a contact or a deal, and whom it calls by an @."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from accounts.models import Membership
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

LONGEST = 10_000


class NoteQuerySet(AccountQuerySet):
    """Notes as members see them: whoever may see the record may read what stands on it."""

    def live(self) -> Self:
        return self.filter(deleted_at__isnull=True)

    def visible_to(self, membership: Membership, *, deleted: bool = False) -> Self:
        companies, contacts, deals = (
            model.objects.live().visible_to(membership).values("pk") for model in (Company, Contact, Deal)
        )
        return self.filter(deleted_at__isnull=not deleted).filter(
            Q(company__in=companies) | Q(contact__in=contacts) | Q(deal__in=deals)
        )


class Note(About, VersionedModel):
    """A note on one record. Members stand in its text as ``@[public id]``, so a new name reaches old notes."""

    text = models.TextField(max_length=LONGEST)
    author = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    pinned_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    belongs_to = "author"
    objects = AccountManager.from_queryset(NoteQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="note_says_something", violation_error_message="A note needs words."
            ),
        ]

    def __str__(self) -> str:
        return f"a note on {', '.join(map(str, self.records))}"


class Mention(AccountModel):
    """A member whom a note calls."""

    note = AccountForeignKey(Note, on_delete=CASCADE_IN_DATABASE, related_name="mentions")
    member = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")

    belongs_to = None

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "note", "member"], name="mention_once")]

    def __str__(self) -> str:
        return str(self.member_id)
