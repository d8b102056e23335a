"""What would become of somebody's data, in words: the same facts that stand on the certificate afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.files.stored import StoredFile
from audit.models import Payload
from crm.models import SearchToken
from datamap import Keep
from lib.seals import marks
from privacy.deletion.models import PersonErasure
from privacy.deletion.persons.mentions import Mention, mark
from privacy.deletion.persons.plan import Plan
from privacy.deletion.persons.traces import Traces
from privacy.deletion.preview import words_of

DELETED, ENDED, EMPTIED, POINTED, BLANKED, DISCARDED, KEPT = (
    "deleted", "ended", "emptied", "pseudonymised", "blanked", "discarded", "kept",
)  # fmt: skip
FATES = {
    DELETED: "Deleted",
    ENDED: "Deleted, because they leave the firm",
    EMPTIED: "Emptied; the row stays",
    POINTED: "Pseudonymised: it leads to a name that is nobody’s",
    BLANKED: "Their name, addresses and numbers are blanked in texts",
    DISCARDED: "The file’s content is deleted; the row says when",
    KEPT: "Kept, for a coded reason",
}
IN_WORDS: dict[type[Model], str] = {Payload: "Lines of the log, their words", SearchToken: "Words for finding them"}
LOOKED_AT_AGAIN = timedelta(days=365)


@dataclass(frozen=True)
class Line:
    """What becomes of some rows of one table. ``reason`` is one of the nine coded ones, ``why`` its evidence."""

    table: str
    words: str
    fate: str
    rows: int
    fields: tuple[str, ...] = ()
    reason: str = ""
    why: str = ""
    review_on: str = ""

    @property
    def key(self) -> str:
        """By what lines before and after are compared."""
        return " ".join([self.table, self.fate, *self.fields])

    @property
    def look_again(self) -> date | None:
        return date.fromisoformat(self.review_on) if self.review_on else None

    def as_json(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Preview:
    """What becomes of what, which texts name the person besides, and what is in the way."""

    kind: PersonErasure.Kind
    who: str
    lines: tuple[Line, ...]
    mentions: tuple[Mention, ...]
    hindrances: tuple[str, ...]
    others: tuple[str, ...] = ()
    plan: Plan = field(default_factory=Plan, compare=False, repr=False)
    traces: Traces = field(default_factory=Traces, compare=False, repr=False)
    discarded: frozenset[int] = field(default=frozenset(), compare=False, repr=False)

    def of(self, fate: str) -> list[Line]:
        """The lines with this fate, the most rows first."""
        return _with(fate, self.lines)

    def by_fate(self) -> list[tuple[str, str, list[Line]]]:
        return by_fate(self.lines)

    def counts(self) -> dict[str, int]:
        return counts(self.lines)

    @property
    def may_go(self) -> bool:
        return not self.hindrances


def by_fate(lines: Iterable[Line]) -> list[tuple[str, str, list[Line]]]:
    """Each fate, in words, with its lines to be read: the most rows first, fields of the same rows in one line."""
    return [(fate, words, _read_as_one(found)) for fate, words in FATES.items() if (found := _with(fate, lines))]


def _read_as_one(lines: list[Line]) -> list[Line]:
    found: dict[tuple[str, int, str], Line] = {}
    for line in lines:
        known = found.get((line.table, line.rows, line.why))
        named = [name.replace("_", " ") for name in line.fields]
        fields = (*(known.fields if known else ()), *named)
        found[line.table, line.rows, line.why] = replace(line, fields=fields)
    return list(found.values())


def _with(fate: str, lines: Iterable[Line]) -> list[Line]:
    return sorted((line for line in lines if line.fate == fate), key=lambda line: (-line.rows, line.words))


def counts(lines: Any) -> dict[str, int]:
    """How many rows, by table and fate."""
    return {line.key: line.rows for line in lines}


def mark_of(seen: Preview) -> str:
    """Changes with whatever would become of them, and with each text that names them."""
    told = [line.key + f" {line.rows}" for line in seen.lines], mark(seen.mentions), seen.hindrances
    return marks("preview of somebody’s erasing", repr(told))[0]


def lines_of(plan: Plan, discarded: set[int], blanked: dict[type[Model], int]) -> tuple[Line, ...]:
    """A plan in words."""
    found = [_line(model, DELETED, len(numbers)) for model, numbers in plan.doomed.items()]
    found += [
        _line(model, EMPTIED, len(numbers), (name,))
        for model, fields in plan.emptied.items()
        for name, numbers in fields.items()
    ]
    found += [_line(model, POINTED, len(numbers), (name,)) for (model, name), numbers in plan.pointing.items()]
    found += blanked_lines(blanked)
    found.append(_line(StoredFile, DISCARDED, len(discarded)))
    found.append(
        _line(Payload, DELETED, Payload.objects.filter(event_id__in=plan.events).count() if plan.events else 0)
    )
    found += [
        _kept(model, keep, tuple(sorted(fields)), len(numbers))
        for (model, keep), (fields, numbers) in plan.kept.items()
    ]
    return tuple(sorted((line for line in found if line.rows), key=lambda line: line.key))


def blanked_lines(rows: dict[type[Model], int]) -> list[Line]:
    """In how many rows, by table, texts are blanked."""
    return [_line(model, BLANKED, number) for model, number in rows.items()]


def ended_lines(rows: dict[type[Model], int]) -> list[Line]:
    """How many rows, by table, are gone as soon as they have left the firm."""
    return [_line(model, ENDED, number) for model, number in rows.items() if number]


def _line(model: type[Model], fate: str, rows: int, fields: tuple[str, ...] = ()) -> Line:
    table = model._meta.db_table
    return Line(table, IN_WORDS.get(model) or words_of(table), fate, rows, fields)


def _kept(model: type[Model], keep: Keep, fields: tuple[str, ...], rows: int) -> Line:
    table = model._meta.db_table
    again = (timezone.localdate() + LOOKED_AT_AGAIN).isoformat()
    return Line(table, words_of(table), KEPT, rows, fields, str(keep.reason), keep.why, again)
