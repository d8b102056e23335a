"""Lists as people keep them: views with a name, and the columns that each member chose."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from accounts.models import Membership
from tenancy.models import (
    AccountForeignKey,
    AccountManager,
    AccountModel,
    AccountQuerySet,
    VersionedModel,
)

LISTS = [("contacts", "Contacts"), ("companies", "Companies"), ("deals", "Deals")]
KEPT = [*LISTS, ("reports", "Reports")]  # the apps above keep theirs here, too


class SavedViewQuerySet(AccountQuerySet):
    """Views as members see them."""

    def visible_to(self, membership: Membership) -> Self:
        """One's own, and those that are shared. What a view finds is another matter: see ``listing.rows``."""
        return self.filter(Q(owner=membership.pk) | Q(is_shared=True))


class SavedView(VersionedModel):
    """A list with a name: its filters, columns and order, for one member or for all."""

    kind = models.CharField(max_length=10, choices=KEPT, editable=False)
    name = models.CharField(max_length=60)
    owner = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", editable=False)
    is_shared = models.BooleanField("shared with everybody", default=False)
    is_pinned = models.BooleanField("a tab above the list", default=True)
    asked: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict, editable=False)
    columns: models.JSONField[list[str], list[str]] = models.JSONField(default=list, editable=False)

    belongs_to = "owner"
    objects = AccountManager.from_queryset(SavedViewQuerySet)()

    class Meta(VersionedModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="savedview_has_a_name", violation_error_message="A view needs a name."
            ),
        ]
        indexes = [models.Index(fields=["account", "kind", "name", "id"], name="savedview_by_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> dict[str, Any]:
        """All that stands in its address."""
        return {**self.asked, "columns": ",".join(self.columns), "view": str(self.public_id)}


class ListChoice(AccountModel):
    """How one member likes a list: its columns in order, and the view that it opens with."""

    member = AccountForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=LISTS)
    columns: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    opens_with = AccountForeignKey(SavedView, on_delete=models.PROTECT, null=True, related_name="+")

    belongs_to = "member"

    class Meta(AccountModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "member", "kind"], name="listchoice_once")]

    def __str__(self) -> str:
        return self.kind
