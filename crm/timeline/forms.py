"""What a person may type into the composer."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from accounts.models import Membership
from crm.forms import Lines
from crm.models import Note
from crm.timeline import mentions, notes
from tenancy.forms import VersionedModelForm

PLACEHOLDER = "What happened? Type @ for a colleague."


class NoteForm(VersionedModelForm):
    """A note: its text, with colleagues by their names."""

    class Meta:
        model = Note
        fields = ["text"]
        widgets = {"text": Lines(attrs={"rows": 3, "placeholder": PLACEHOLDER, "dir": "auto", "class": "form-control"})}

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.called: list[Membership] = []
        self.is_new = self.instance._state.adding
        if self.is_new:
            self.instance.author = member
        else:
            self.initial["text"] = mentions.plain(self.instance.text, self.people)
        self.before = self.initial.get("text", "")
        self.fields["text"].label = "Note"

    @cached_property
    def people(self) -> list[Membership]:
        """Whom the text may call; the page that only shows the form does not ask."""
        return mentions.people_of(self.member.account_id)

    def clean_text(self) -> str:
        (record,) = self.instance.records
        try:
            text, self.called = mentions.kept(self.cleaned_data["text"].strip(), self.people)
            mentions.refuse_who_may_not_see(self.called, record)
        except mentions.Unclear as trouble:
            raise ValidationError(str(trouble)) from None
        return text

    def save(self, commit: bool = True) -> Any:
        if self.is_new:
            return notes.write(self.instance, self.called)
        return notes.rewrite(
            self.instance, self.called, expected=self.stored_version, before=self.before, by=self.member
        )
