"""What a person may type about a saved view."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Membership
from accounts.permissions import can
from crm.listing import actions
from crm.models import SavedView
from tenancy.forms import VersionedModelForm


class SavedViewForm(VersionedModelForm):
    """A view's name, and who has it."""

    class Meta:
        model = SavedView
        fields = ["name", "is_shared", "is_pinned"]
        labels = {"is_shared": "Everybody in the firm has it", "is_pinned": "Show it as a tab"}
        help_texts = {"is_shared": "Each sees only what they may see."}
        widgets = {"name": forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"})}

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can(member, "view.share"):
            del self.fields["is_shared"]

    def save(self, commit: bool = True) -> SavedView:
        return actions.keep_view(self.instance, expected=self.stored_version, changes=self.changes())
