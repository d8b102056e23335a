"""What a bulk edit asks: the new owner, the tag, the value of one field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Membership
from crm.fields.forms import OwnValue
from crm.fields.registry import definitions
from crm.forms import Suggestions
from crm.listing.kinds import ListKind
from crm.models import BulkEdit, Tag
from crm.undo import CUSTOM
from lib.text import fold

What = BulkEdit.What
SETTABLE = {
    "contacts": ("title", "city", "region", "country", "source"),
    "companies": ("street", "postal_code", "city", "region", "country"),
    "deals": ("close_on",),
}


def settable(kind: ListKind) -> dict[str, str]:
    """The fields that may be set for many at once, by the name of their column, with their label."""
    columns = {name: _column(kind, name).verbose_name for name in SETTABLE[kind.many]}
    own = {CUSTOM + field.key: field.label for field in definitions(kind.noun)}
    return {name: str(label)[:1].upper() + str(label)[1:] for name, label in {**columns, **own}.items()}


class BulkForm(forms.Form):
    """One change of many records. ``name`` is the field that is set, where one is."""

    def __init__(self, data: Any, *, kind: ListKind, member: Membership, what: str, name: str = "") -> None:
        super().__init__(data)
        self.kind, self.member, self.what, self.name = kind, member, what, name
        if field := self._asked():
            self.fields["value"] = field

    def _asked(self) -> forms.Field | None:
        match self.what:
            case What.OWNER:
                return forms.ChoiceField(label="New owner", choices=[("nobody", "Nobody"), *self._people()])
            case What.ADD_TAG:
                return forms.CharField(label="Tag to add", max_length=60, widget=Suggestions("tags"))
            case What.REMOVE_TAG:
                tags = Tag.objects.order_by("name_key").values_list("name_key", "name")[:500]
                return forms.ChoiceField(label="Tag to remove", choices=list(tags))
            case What.FIELD:
                return self._value_of(self.name)
        return None

    def _people(self) -> list[tuple[str, str]]:
        people = Membership.objects.filter(account_id=self.member.account_id, removed_at=None).by_name()
        return [(str(person.public_id), str(person)) for person in people]

    def _value_of(self, name: str) -> forms.Field:
        """The control of one field; empty clears it, where it may be empty."""
        own = {CUSTOM + field.key: field for field in definitions(self.kind.noun)}
        field: Any = OwnValue(own[name]) if name in own else _column(self.kind, name).formfield()
        field.required, field.label = name in own and own[name].is_required, settable(self.kind)[name]
        if not field.required:
            field.help_text = field.help_text or "Left empty, it is cleared."
        return field

    def clean_value(self) -> Any:
        value = self.cleaned_data["value"]
        if self.what == What.ADD_TAG and not fold(value):
            raise ValidationError("A tag needs a word.")
        return value

    @property
    def stored(self) -> dict[str, Any]:
        """What the job keeps of it."""
        value = self.cleaned_data.get("value")
        match self.what:
            case What.OWNER:
                return {"set": {"owner_id": self._owner(value)}}
            case What.ADD_TAG:
                return {"tag": " ".join(value.replace(",", " ").split())}
            case What.REMOVE_TAG:
                return {"tag": value}
            case What.FIELD:
                plain = value.isoformat() if hasattr(value, "isoformat") else value
                return {"set": {self.name: plain}}
        return {"set": {}}

    def _owner(self, value: str) -> int | None:
        people = Membership.objects.filter(account_id=self.member.account_id)
        return None if value == "nobody" else people.values_list("pk", flat=True).get(public_id=value)

    @property
    def words(self) -> str:
        """What is done, for people."""
        if self.what == What.BIN:
            return "Moved to the bin"
        field, value = self.fields["value"], self.cleaned_data["value"]
        if isinstance(field, OwnValue):
            said = field.show(value)
        elif isinstance(field, forms.ChoiceField):
            said = dict(field.choices)[value]  # type: ignore[arg-type]
        else:
            said = str(value or "")
        label = {What.OWNER: "Owner", What.ADD_TAG: "Tag added", What.REMOVE_TAG: "Tag removed"}.get(
            What(self.what), str(field.label)
        )
        return f"{label}: {said or 'nothing'}"


def _column(kind: ListKind, name: str) -> models.Field[Any, Any]:
    return kind.model._meta.get_field(name)  # type: ignore[return-value]
