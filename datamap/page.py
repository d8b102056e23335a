"""``docs/datamap.md``: the data map as people read it. The same map always prints the same page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Model

from datamap.catalog import WITHOUT_MODEL
from datamap.checks import tables
from datamap.registry import SELF, Answer, Entry, Registry, registry
from datamap.vocabulary import (
    Basis,
    Category,
    Erasure,
    Interest,
    Party,
    Reason,
    Retention,
    Source,
    Subject,
    Support,
    Word,
)

_HEAD = """\
# The data map

What every column says about whom, why we hold it, and what becomes of it.
Printed by `manage.py datamap --write` from each app's `datamap.py`; a test fails when this page is stale.
"""

_SUBJECTS = {
    Subject.VISITOR: "Visitors",
    Subject.ACCOUNT_HOLDER: "Account holders",
    Subject.MEMBER: "Members",
    Subject.CONTACT: "Contacts",
}

_VOCABULARIES: tuple[tuple[str, type[Word]], ...] = (
    ("Categories", Category),
    ("Subjects", Subject),
    ("Roles", Party),
    ("Legal bases", Basis),
    ("Legitimate interests", Interest),
    ("Sources", Source),
    ("Erasure", Erasure),
    ("Reasons to keep", Reason),
    ("Retention", Retention),
    ("Support view", Support),
)


def render(book: Registry = registry, models: Sequence[type[Model]] | None = None) -> str:
    """The whole page."""
    present = {model._meta.label_lower for model in (tables() if models is None else models)}
    entries = [entry for entry in book.entries() if entry.label.lower() in present]
    parts = [_HEAD, *_summary(book, entries)]
    for subject, title in _SUBJECTS.items():
        parts += [f"## {title}\n\n{subject.meaning}\n"]
        about = [entry for entry in entries if _about(book, entry, subject)]
        for entry in about:
            parts += _table(book, entry, subject)
        if not about:
            parts.append("No table yet.\n")
    parts += _about_nobody(book, entries)
    parts += _words()
    return "\n".join(parts)


def _about(book: Registry, entry: Entry, subject: Subject) -> list[Answer]:
    return [answer for answer in book.columns_of(entry.model) if subject in answer.subjects]


def _summary(book: Registry, entries: Iterable[Entry]) -> Iterator[str]:
    """The public table: category, source, purpose. Ours only; hosted data is the customer's to declare."""
    yield (
        "## In short\n\nWhat we collect for ourselves, in the words of the California law. Data that\n"
        "customers keep with us about their own contacts and people is theirs, and not part of this table.\n"
    )
    rows: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for entry in entries:
        for answer in book.columns_of(entry.model):
            if answer.category.ccpa and answer.party is Party.CONTROLLER:
                words, purposes = rows.setdefault((answer.category.ccpa, str(answer.source)), (set(), set()))
                words.add(str(answer.category))
                purposes.update(answer.purposes)
    yield _markdown(
        ("Category of personal information", "Source", "What", "Purpose"),
        [
            (ccpa, source, ", ".join(sorted(words)), "; ".join(sorted(purposes)))
            for (ccpa, source), (words, purposes) in sorted(rows.items())
        ],
    )


def _table(book: Registry, entry: Entry, subject: Subject) -> Iterator[str]:
    answers = _about(book, entry, subject)
    with_head = subject in {entry.subject, *entry.also}
    yield f"### {entry.label}{'' if with_head else ' (keys only)'}\n"
    if with_head:
        yield _facts(entry, subject)
    yield _markdown(
        ("Column", "Category", "Source", "Erasure", "Export", "Support", "Retention"),
        [
            (
                f"`{answer.column}`",
                str(answer.category),
                str(answer.source),
                str(answer.erase),
                "yes" if answer.is_exported else f"no: {answer.not_exported}",
                str(answer.support),
                str(answer.retention),
            )
            for answer in answers
        ],
    )
    rest = [answer for answer in book.columns_of(entry.model) if not answer.is_personal]
    if with_head and rest:
        yield f"About nobody: {', '.join(_names(rest))}.\n"


def _facts(entry: Entry, subject: Subject) -> str:
    basis = f"{entry.basis}{f' ({entry.interest})' if entry.interest else ''}"
    counted = f", counted from `{entry.counted_from}`" if entry.counted_from else ""
    facts = [
        f"- Purpose: {'; '.join(entry.purposes)}",
        f"- We are the {entry.party}; basis: {basis}",
        f"- Kept: {entry.retention}{counted}",
        f"- Rows of a person: {_whose(entry, subject)}",
    ]
    return "\n".join(facts) + "\n"


def _whose(entry: Entry, subject: Subject) -> str:
    path = entry.paths.get(subject)
    if path is None:
        return "found by key"
    if path == SELF:
        return "the row is the person"
    return f"found by `{path}`" if isinstance(path, str) else "found by a query of the app"


def _about_nobody(book: Registry, entries: Iterable[Entry]) -> Iterator[str]:
    yield "## About nobody\n"
    silent = [entry for entry in entries if not any(a.is_personal for a in book.columns_of(entry.model))]
    ours = [(entry.label, ", ".join(_names(book.columns_of(entry.model)))) for entry in silent]
    if ours:
        yield _markdown(("Table", "Columns"), ours)
    others = [*book.nothing_personal().items(), *((f"`{name}`", why) for name, why in WITHOUT_MODEL.items())]
    yield _markdown(("Other people's table", "Why it holds nothing about anybody"), others)


def _words() -> Iterator[str]:
    yield "## The words\n\nNumbers are promises, as listed at `/privacy/promises/`.\n"
    for title, vocabulary in _VOCABULARIES:
        yield f"### {title}\n"
        yield "\n".join(f"- **{word}**: {word.meaning}" for word in vocabulary) + "\n"


def _names(answers: Iterable[Answer]) -> list[str]:
    return [f"`{answer.column}`" for answer in answers]


def _markdown(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
