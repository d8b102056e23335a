"""Files beside the words of a request: taken in through the file door, opened by the firm alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.files.purposes import Unwelcome
from accounts.files.stored import StoredFile, store
from accounts.models import Membership
from privacy.support_access.models import TicketFile, TicketMessage
from privacy.support_access.stored_files import TICKET_FILE

MOST_FILES = 5


class FilesInput(forms.FileInput):
    """Chooses several at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Up to five files. What they are is looked at when they are stored."""

    def __init__(self) -> None:
        super().__init__(
            label="Pictures or PDFs",
            required=False,
            widget=FilesInput(attrs={"accept": ",".join(sorted(TICKET_FILE.takes))}),
            help_text=f"Up to {MOST_FILES} of 10 MB. Your firm opens them; support is told kind and size alone.",
        )

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        sent = [each for each in data or [] if each]
        if len(sent) > MOST_FILES:
            raise ValidationError(f"At most {MOST_FILES} files at a time.")
        return [super(FilesField, self).clean(each, initial) for each in sent]


class WithFiles(forms.Form):
    """A form that takes files for a request, too."""

    attached = FilesField()

    def stored(self, by: Membership) -> list[StoredFile] | None:
        """What was sent, sealed; None where one of them can't be taken, which the form then says."""
        try:
            return [
                store(sent.chunks(), purpose=TICKET_FILE, name=sent.name, by=by)
                for sent in self.cleaned_data.get("attached", ())
            ]
        except Unwelcome as refusal:
            self.add_error("attached", f"{refusal} Choose all of them again: browsers don’t keep files.")
            return None


def attach(message: TicketMessage, files: Sequence[StoredFile]) -> None:
    """Note them beside the message, as staff are told of them: without name and content."""
    TicketFile.objects.bulk_create(
        TicketFile(
            message=message,
            account_id=stored.account_id,  # type: ignore[misc]
            file=stored.public_id,
            media_type=stored.media_type,
            size=stored.size,
        )
        for stored in files
    )


def content_of(found: TicketFile) -> StoredFile | None:
    """What the file holds, in the active account; None once its year is over."""
    return StoredFile.objects.filter(public_id=found.file, discarded_at=None).first()


def names_of(messages: list[TicketMessage]) -> dict[Any, str]:
    """What the firm called these files, for the firm's own page; those that are gone are left out."""
    ids = [each.file for message in messages for each in message.files.all()]
    kept = StoredFile.objects.filter(public_id__in=ids, discarded_at=None) if ids else StoredFile.objects.none()
    return dict(kept.values_list("public_id", "name"))
