"""From a draft to a version: what is new, what follows from it, and when it may hold.

A draft is what the document would say now. Publishing puts exactly these words down; of a change that matters every
owner gets a letter at least thirty days before it holds, and everybody reads of it on their pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import documents
from accounts.documents import Document
from accounts.models import User
from lib import formats, rewording
from lib.rewording import Line
from privacy.registers.announcing import announce
from privacy.support_access.models import StaffAction

NOTICE = timedelta(days=30)


class NotSoSoon(ValueError):
    """The day is too near, or not after the last version's; says which day is the first."""


class NothingNew(ValueError):
    """The document says what its newest version says."""


@dataclass(frozen=True)
class Draft:
    """What a document would say now, beside its newest version."""

    kind: str
    newest: Document
    lines: tuple[Line, ...]

    @property
    def title(self) -> str:
        return self.newest.title

    @property
    def is_new(self) -> bool:
        return any(line.is_changed for line in self.lines)

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.is_changed]


def draft(kind: str) -> Draft:
    """The document as it would be published now."""
    newest = documents.published(kind)[0]
    return Draft(kind, newest, tuple(rewording.compare(newest.html(), documents.compose(kind))))


def drafts() -> list[Draft]:
    return [draft(kind) for kind in documents.TITLES]


def first_day(newest: Document, *, is_material: bool) -> date:
    """The first day from which another version may hold."""
    earliest = timezone.now().date() + (NOTICE if is_material else timedelta())
    return max(earliest, newest.version + timedelta(days=1))


@transaction.atomic
def publish(kind: str, *, effective_on: date, is_material: bool, summary: str, by: User) -> Document:
    """Publish the words as they are now; owners hear of what matters."""
    now = draft(kind)
    if not now.is_new:
        raise NothingNew
    first = first_day(now.newest, is_material=is_material)
    if effective_on < first:
        raise NotSoSoon(f"Not before {formats.day(first, 'year')}.")
    found = documents.publish(kind, effective_on=effective_on, is_material=is_material, summary=summary)
    StaffAction.objects.create(kind=StaffAction.Kind.PUBLISHED, staff=by, detail=f"{found.title} from {effective_on}")
    if is_material:
        _announce(found)
    return found


def _announce(found: Document) -> None:
    day = formats.day(found.version, "year")
    announce(
        f"document {found.kind} {found.version}",
        title=f"From {day} our {found.title.lower()} says something else",
        words=f"{found.summary}\n\nUntil {day} the present words hold. If you do not agree, you can take everything "
        "with you (Admin, Export) and close your account (Admin, Account) before that day.",
        path=f"/{found.kind}/versions/{found.version}/changes/",
    )
