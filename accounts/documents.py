"""The texts that people agree to, in versions. A version that was published is never changed: a new one follows it.

What a document would say now is *composed*, from its template and from what the program knows; published, it is a row
with the exact words, found by their hash (``DocumentVersion``, ``DocumentText``). Readers get what was published,
and whoever agrees leaves an ``Acceptance`` of that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.choices import country_name
from accounts.models import Acceptance, DocumentText, DocumentVersion, User
from accounts.visitors import address_of

TITLES = {
    "terms": "Terms of service",
    "privacy": "Privacy policy",
    "transfer": "Where your data is kept",
    "processing": "Data processing agreement",
}
FOR_EVERYBODY = ("terms", "privacy")  # whoever signs in agrees to these
EMPTY = re.compile(r"<(li|p|ul)>\s*</\1>\s*")

_words: list[Callable[[], dict[str, Any]]] = []


def bring_words(source: Callable[[], dict[str, Any]]) -> None:
    """What an app above knows and documents are composed from; called once by each, when the program starts."""
    _words.append(source)


@dataclass(frozen=True)
class Document:
    """One published version of one text."""

    kind: str
    version: date
    digest: str
    is_material: bool
    summary: str
    published_at: datetime

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def is_in_force(self) -> bool:
        return self.version <= timezone.now().date()

    def html(self) -> str:
        """The words, as they were published."""
        return DocumentText.objects.get(digest=self.digest).html


@dataclass(frozen=True)
class Arrival:
    """Where a form came from, as the acceptance remembers it."""

    path: str
    ip_address: str | None = None
    user_agent: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Arrival:
        return cls(request.path, address_of(request), request.headers.get("User-Agent", "")[:300])


def kept_in() -> str:
    """The country where this installation keeps its data (94)."""
    return country_name(settings.OPERATOR.country)


def compose(kind: str, **instead: Any) -> str:
    """What the document would say if it were published now; or if something were otherwise (``instead``)."""
    words = {"operator": settings.OPERATOR, "country": kept_in(), "trial_days": settings.TRIAL_DAYS}
    for source in _words:
        words |= source()
    html, before = render_to_string(f"documents/{kind}.html", words | instead).strip() + "\n", ""
    while html != before:  # a sentence that may not be said leaves no empty line
        html, before = EMPTY.sub("", html), html
    return html


def publish(kind: str, *, effective_on: date, is_material: bool = False, summary: str = "") -> Document:
    """Put the words down as they are now, for good."""
    html = compose(kind)
    text, _ = DocumentText.objects.get_or_create(digest=digest_of(html), defaults={"html": html})
    return _document(
        DocumentVersion.objects.create(
            document=kind, effective_on=effective_on, text=text, is_material=is_material, summary=summary
        )
    )


def publish_first() -> None:
    """An installation begins with a version of each document, from its first day."""
    there = set(DocumentVersion.objects.values_list("document", flat=True))
    for kind in TITLES.keys() - there:
        publish(kind, effective_on=timezone.now().date(), summary="The first version.")


def digest_of(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


def published(*kinds: str) -> list[Document]:
    """Every version of these kinds, newest first, one to come included. Raises KeyError for an unknown kind."""
    _ = [TITLES[kind] for kind in kinds]
    return [_document(row) for row in DocumentVersion.objects.filter(document__in=kinds).order_by("-effective_on")]


def versions(kind: str, on: date | None = None) -> list[Document]:
    """Every version that was in force up to a day, newest first."""
    day = on or timezone.now().date()
    return [each for each in published(kind) if each.version <= day]


def current(kind: str) -> Document:
    """The version in force today."""
    return versions(kind)[0]


def _document(row: DocumentVersion) -> Document:
    return Document(row.document, row.effective_on, row.text_id, row.is_material, row.summary, row.published_at)


def accept(user: User, country: str, how: Acceptance.How, arrival: Arrival) -> None:
    """Keep that somebody agreed to the terms and the policy; from abroad, also to where the data is kept."""
    kinds = [*FOR_EVERYBODY] + (["transfer"] if country != settings.OPERATOR.country else [])
    keep(user, [current(kind) for kind in kinds], how, arrival)


def keep(user: User, documents: list[Document], how: Acceptance.How, arrival: Arrival) -> None:
    """Keep that somebody agreed to these versions."""
    Acceptance.objects.bulk_create(
        Acceptance(
            user=user,
            document=document.kind,
            version=document.version,
            text_id=document.digest,
            how=how,
            ip_address=arrival.ip_address,
            user_agent=arrival.user_agent,
        )
        for document in documents
    )
