"""Of what an archive is wanted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from accounts.models import Membership
from crm.models import Contact
from privacy.exports.models import Export

Of = Export.Scope


class ExportForm(forms.Form):
    """The whole account, one of its people, or one contact by their address."""

    scope = forms.ChoiceField(
        label="What goes into it", choices=Of.choices, initial=Of.ACCOUNT, widget=forms.RadioSelect
    )
    person = forms.ModelChoiceField(
        label="Person",
        queryset=Membership.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label="Choose a person",
    )
    contact = forms.EmailField(label="The contact’s e-mail address", required=False)

    def __init__(self, *args: Any, account_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.queryset = Membership.objects.filter(account_id=account_id).select_related("user").order_by("pk")
        field.label_from_instance = lambda member: member.choice_label

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        scope = given.get("scope")
        if scope == Of.PERSON and not given.get("person"):
            self.add_error("person", "Say of whom.")
        if scope == Of.CONTACT:
            self._find(given.get("contact", ""))
        return given

    def _find(self, address: str) -> None:
        found = list(Contact.objects.live().filter(email_lower=address.strip().lower())[:2]) if address else []
        if len(found) == 1:
            self.cleaned_data["contact"] = found[0]
        elif found:
            self.add_error("contact", "Several contacts have this address: merge them, or export from one’s page.")
        else:
            self.add_error("contact", "No contact has this as their main address.")

    @property
    def about(self) -> UUID | None:
        """Whom it is about; None for the whole account."""
        scope = self.cleaned_data["scope"]
        return None if scope == Of.ACCOUNT else self.cleaned_data[scope].public_id


class ArchiveForm(forms.Form):
    """An archive to bring in."""

    file = forms.FileField(
        label="Archive",
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text="The .zip that Admin, Export made here or at another Candor, up to 2 GB.",
        error_messages={
            "required": "Choose an archive first.",
            "empty": "The file is empty. Download the archive again.",
        },
    )
