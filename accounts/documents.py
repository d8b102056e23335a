"""The texts that people agree to, in versions. A version that was published is never changed: a new one follows it.

The words stand in ``templates/documents/<kind>/<day>.html``; whoever agrees leaves an
``Acceptance`` that names the version and holds the very text, by its hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.choices import country_name
from accounts.models import Acceptance, DocumentText, User
from accounts.visitors import address_of

TITLES = {"terms": "Terms of service", "privacy": "Privacy policy", "transfer": "Where your data is kept"}

# Oldest first, by the day from which each version holds.
VERSIONS: dict[str, list[date]] = {
    "terms": [date(2026, 11, 22)],
    "privacy": [date(2026, 11, 22)],
    "transfer": [date(2026, 11, 22)],
}


@dataclass(frozen=True)
class Document:
    """One version of one text."""

    kind: str
    version: date

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    def html(self) -> str:
        """The words, with this installation's operator named in them."""
        words = {"operator": settings.OPERATOR, "country": kept_in(), "trial_days": settings.TRIAL_DAYS}
        return render_to_string(f"documents/{self.kind}/{self.version}.html", words)


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


def versions(kind: str, on: date | None = None) -> list[Document]:
    """Every version that was in force up to a day, newest first. Raises KeyError for an unknown kind."""
    day = on or timezone.now().date()
    return [Document(kind, version) for version in reversed(VERSIONS[kind]) if version <= day]


def current(kind: str) -> Document:
    """The version in force today."""
    return versions(kind)[0]


def accept(user: User, country: str, how: Acceptance.How, arrival: Arrival) -> None:
    """Keep that somebody agreed to the terms and the policy; from abroad, also to where the data is kept."""
    kinds = ["terms", "privacy"] + (["transfer"] if country != settings.OPERATOR.country else [])
    documents = [current(kind) for kind in kinds]
    texts = {document: document.html() for document in documents}
    digests = {document: hashlib.sha256(html.encode()).hexdigest() for document, html in texts.items()}
    DocumentText.objects.bulk_create(
        [DocumentText(digest=digests[document], html=html) for document, html in texts.items()], ignore_conflicts=True
    )
    Acceptance.objects.bulk_create(
        Acceptance(
            user=user,
            document=document.kind,
            version=document.version,
            text_id=digests[document],
            how=how,
            ip_address=arrival.ip_address,
            user_agent=arrival.user_agent,
        )
        for document in documents
    )
