"""What each document says, composed for an operator in a book: files beside this one, so that no change goes unseen.

A change of the data map, a register, a promise or a template may change what the policy says. Then the file differs
from what is composed, a test fails, and whoever changed it reads the new words and writes them down:
``manage.py compose_policy --write``. Each installation publishes them as a new version (Staff area, Documents).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from django.conf import settings

from accounts import documents
from privacy.policies.words import words
from privacy.registers.books import processors_known

FOLDER = Path(__file__).parent
EXAMPLE = {
    "name": "Example Ltd",
    "address": "1 Example Street, 10115 Berlin, Germany",
    "country": "DE",
    "support_email": "support@candor.example",
    "legal_email": "legal@candor.example",
    "security_email": "security@candor.example",
}


def composed(kind: str) -> str:
    """What the document says for the example, with every processor that comes with the program."""
    operator = replace(settings.OPERATOR, **EXAMPLE)
    instead = {"operator": operator, "country": "Germany", "trial_days": 30, "backups_days": 35}
    return documents.compose(kind, **{**words(processors_known()), **instead})


def file_of(kind: str) -> Path:
    return FOLDER / f"{kind}.html"


def stale() -> list[str]:
    """The documents that say something else than their file."""
    return [kind for kind in documents.TITLES if not _says(kind, composed(kind))]


def write() -> list[str]:
    """Write down what is said now. Returns the documents that changed."""
    changed = stale()
    for kind in changed:
        file_of(kind).write_text(composed(kind), encoding="utf-8")
    return changed


def _says(kind: str, text: str) -> bool:
    file = file_of(kind)
    return file.exists() and file.read_text(encoding="utf-8") == text
